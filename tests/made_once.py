"""What costs minutes to make is made once in a run of the tests, whichever workers ask for it."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]
) -> Path:
    """The folder that `make` filled; the first who asks makes it, the others wait. Read only.

    A `make` that fails leaves nothing: the next one tries again, and fails in its own name.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # that of the whole run; each worker's own is below it
    shelf = base / "made-once"
    shelf.mkdir(exist_ok=True)
    folder = shelf / name.replace(" ", "-").replace("/", "-")
    with (shelf / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a worker that dies gives it up
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder
