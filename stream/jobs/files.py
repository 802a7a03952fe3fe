"""Makes finished files visible: whole, on disk, then renamed into place. Blocking: use threads."""

import shutil
from contextlib import suppress
from pathlib import Path

from stream.disk import sync_folder


def move_into_place(finished: Path, place: Path) -> None:
    """Rename a finished, fsynced folder to `place`, and fsync both parents.

    The two must be on one file system. After a crash `place` is there whole or not at all.
    """
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    finished.rename(place)
    for folder in (place.parent, place.parent.parent, finished.parent):
        sync_folder(folder)


def remove_folder(folder: Path) -> None:
    """Remove a folder and what is in it; nothing happens when it is not there."""
    shutil.rmtree(folder, ignore_errors=True)


def folder_bytes(folder: Path) -> int:
    """Return the size of the files below a folder; what vanishes meanwhile does not count."""
    total = 0
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            total += file.stat().st_size if file.is_file() else 0
    return total
