"""What POSIX asks for before a new name in a folder survives a power cut. Blocking: use threads."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Put the folder's entries on disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
