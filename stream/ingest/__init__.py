"""Uploads: a track's bytes arrive, survive every fault, and are handed on. Design: README.md."""
