"""Makes files visible by hard links, each whole at any moment. Blocking: use threads."""

import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from stream.disk import sync_folder
from transcode.tree import ALL_CODECS_NAME, INDEX_NAME, INIT_NAME

FOR_GOOD = re.compile(r"init(-[0-9]+)?\.mp4|[0-9]+\.m4s")  # what is never written twice
NEXT = ".next"  # no file of that name is served


def link_into_place(made: Path, place: Path, *, is_complete: bool = False) -> None:
    """Show in `place` all that can be played in `made`, which may grow meanwhile.

    A playlist is taken before the files that it names, and put into its place after them. Hidden
    folders stay out. `is_complete`: all is put on the disk, too. Raises OSError.
    """
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    pages = _take_pages(made, place, Path())
    folders = sorted(_folders_in(made))
    for folder in folders:
        (place / folder).mkdir(exist_ok=True, mode=0o700)
        pages += _take_pages(made, place, folder)
    for folder in folders:
        _link_new(made / folder, place / folder)
    for page in reversed(pages):  # the index, which was taken first, names the others
        page.with_name(page.name + NEXT).replace(page)
    if is_complete:
        for folder in (*(place / folder for folder in folders), place, *place.parents[:2]):
            sync_folder(folder)


def is_linked(made: Path, place: Path) -> bool:
    """Tell whether what is shown in `place` was made in `made`, and can be gone on with."""
    shown = list(place.glob(f"*/{INIT_NAME}"))
    return bool(shown) and all(_is_same(made / init.relative_to(place), init) for init in shown)


def remove_folder(folder: Path) -> None:
    """Remove a folder and what is in it; nothing happens when it is not there."""
    shutil.rmtree(folder, ignore_errors=True)


def remove_others(folder: Path, kept: Collection[str]) -> None:
    """Remove the folders in `folder` but those of these names; and itself when none is left."""
    with suppress(FileNotFoundError):
        for each in folder.iterdir():
            if each.name not in kept:
                remove_folder(each)
    with suppress(OSError):
        folder.rmdir()


def folder_bytes(folder: Path) -> int:
    """Return the size of the files below a folder; what vanishes meanwhile does not count."""
    total = 0
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            total += file.stat().st_size if file.is_file() else 0
    return total


def _folders_in(made: Path) -> Iterator[Path]:
    for path, folders, _ in os.walk(made):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(path, name).relative_to(made) for name in folders)


def _take_pages(made: Path, place: Path, folder: Path) -> list[Path]:
    """Link what is written again and again beside its place; the indexes come first."""
    names = [name for name in os.listdir(made / folder) if _is_page(made / folder / name)]
    taken = []
    for name in sorted(names, key=lambda name: name not in (INDEX_NAME, ALL_CODECS_NAME)):
        page = place / folder / name
        if not _is_same(made / folder / name, page):
            page.with_name(name + NEXT).unlink(missing_ok=True)
            page.with_name(name + NEXT).hardlink_to(made / folder / name)
            taken.append(page)
    return taken


def _is_page(file: Path) -> bool:
    return not FOR_GOOD.fullmatch(file.name) and file.suffix != ".tmp" and file.is_file()


def _link_new(made: Path, place: Path) -> None:
    for name in set(os.listdir(made)) - set(os.listdir(place)):
        if FOR_GOOD.fullmatch(name):
            (place / name).hardlink_to(made / name)


def _is_same(file: Path, other: Path) -> bool:
    with suppress(FileNotFoundError):
        return file.samefile(other)
    return False
