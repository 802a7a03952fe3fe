"""The folder of takes: make one, hold one, find those that were left behind.

Whoever works on a take holds a lock on its folder. The kernel lets go of it when the process ends,
however that happens, so a take without a holder and without an end was interrupted.
"""

import asyncio
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from capture.errors import TakeUnreadable
from capture.journal import (
    UNFINISHED,
    Take,
    Track,
    read_take,
    sync_folder,
    write_take,
)


class OpenTake:
    """A take that this process holds. Changes go through `update`, which makes them safe."""

    def __init__(self, folder: Path, take: Take) -> None:
        self.folder = folder
        self.take = take
        self._turn = asyncio.Lock()

    async def update(self, change: Callable[[Take], Take]) -> None:
        """Replace the take by `change` of it; after return that survives a power cut."""
        async with self._turn:
            self.take = change(self.take)
            await asyncio.to_thread(write_take, self.folder, self.take)


def new_take_id(now: datetime) -> str:
    """A name that sorts by time and that two agents will not both choose."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(8)}"


@contextmanager
def new_take(
    root: Path, *, server: str, class_id: str, title: str, roles: Sequence[str], now: datetime
) -> Iterator[OpenTake]:
    """A new take in a folder of its own under `root`, held until the block ends. Raises OSError."""
    take = Take(
        take_id=new_take_id(now),
        server=server,
        class_id=class_id,
        title=title,
        began_at=now.isoformat(timespec="seconds"),
        tracks=tuple(Track(role) for role in roles),
    )
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = root / take.take_id
    folder.mkdir(mode=0o700)
    with _held(folder):
        write_take(folder, take)
        sync_folder(root)
        yield OpenTake(folder, take)


@contextmanager
def interrupted_take(folder: Path) -> Iterator[OpenTake | None]:
    """The take in `folder`, held; None when somebody else holds it or it is finished."""
    with ExitStack() as stack:
        try:
            stack.enter_context(_held(folder))
        except BlockingIOError:
            yield None
            return
        take = read_take(folder)
        yield OpenTake(folder, take) if take.state in UNFINISHED else None


def waiting_takes(root: Path) -> tuple[list[tuple[Path, Take]], list[Path]]:
    """The unfinished takes under `root`, oldest first, and the folders nobody can read."""
    waiting, unreadable = [], []
    for folder in sorted(path for path in root.glob("*") if path.is_dir()):
        try:
            take = read_take(folder)
        except TakeUnreadable:
            unreadable.append(folder)
            continue
        if take.state in UNFINISHED:
            waiting.append((folder, take))
    return waiting, unreadable


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold `folder`. Raises BlockingIOError when another process does."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
