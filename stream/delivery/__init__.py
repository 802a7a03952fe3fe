"""Bytes out: playlists, segments and pictures, each behind the viewer's right."""
