"""Bring what was written to the disk's platter: files first, then the folders that name them."""

import os
from pathlib import Path


def write_text_file(path: Path, text: str) -> None:
    """Put a small file of the package in its place, whole at any moment. Raises OSError."""
    write_durably(path, text.encode())


def write_durably(path: Path, data: bytes) -> None:
    """Put a file in its place: readers see the old one or the new one, also after a power cut.

    Raises OSError; then the old one is untouched.
    """
    unfinished = path.with_name(path.name + ".tmp")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def sync_tree(folder: Path) -> int:
    """fsync every file below `folder`, then every folder, then its parent; the bytes found.

    A power cut after this returns loses nothing of the tree. Raises OSError.
    """
    size_bytes = 0
    for path, _, names in os.walk(folder, topdown=False):
        for name in names:
            size_bytes += _sync(Path(path, name))
        _sync(Path(path))
    _sync(folder.parent)
    return size_bytes


def _sync(path: Path) -> int:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
