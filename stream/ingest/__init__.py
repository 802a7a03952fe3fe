"""Bytes in: resumable uploads (tus 1.0.0) onto disk, acknowledged only after fsync."""
