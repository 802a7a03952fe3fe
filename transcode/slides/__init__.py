"""Slides found in a recording: where they change, their pictures, titles and chapters."""
