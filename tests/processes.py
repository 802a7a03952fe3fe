"""Look at the processes of this machine, as they are listed below /proc."""

import os
import time
from pathlib import Path


def is_alive(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def children_of(pid: int) -> set[int]:
    """The processes that this one started and that are not yet reaped."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            found.add(int(stat.parent.name))
    return found


def program_of(pid: int) -> str:
    """The file name of the program that a process runs; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return ""


def encoders_below(pid: int) -> set[int]:
    """The ffmpegs that this process started."""
    return {child for child in children_of(pid) if program_of(child).startswith("ffmpeg")}


def working_below(folder: Path) -> list[int]:
    """The processes whose working folder or arguments name this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes() + os.fsencode(os.readlink(entry / "cwd"))
        except OSError:
            continue
        if os.fsencode(str(folder)) in words:
            found.append(int(entry.name))
    return found


def still_there(folder: Path, patience_s: float = 5.0) -> list[int]:
    """The processes that work below the folder, once they are gone or patience is."""
    deadline = time.monotonic() + patience_s
    while (found := working_below(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found
