"""Look at the processes of this machine, as they are listed below /proc."""

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
