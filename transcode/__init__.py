"""Recordings in, HLS packages out. A pure library: no HTTP server, no database."""
