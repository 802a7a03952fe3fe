"""What the machine has to give at this moment: memory, disk and places for encodes. Linux."""

import os
import shutil
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
CONTROL_GROUPS = Path("/sys/fs/cgroup")
OWN_GROUP = Path("/proc/self/cgroup")
CORES_PER_ENCODE = 2  # one encode fills two; more side by side make all of them late


def encode_slots(cores: int | None = None) -> int:
    """Return how many encodes may run at once: one for each two cores, and one more for clips."""
    usable = cores if cores is not None else len(os.sched_getaffinity(0))
    return max(1, usable // CORES_PER_ENCODE) + 1


def available_memory_bytes(meminfo: Path = MEMINFO, groups: Path = CONTROL_GROUPS) -> int:
    """Return the memory that a new process could take without swapping or being killed.

    The kernel's own estimate, or what the control groups (version 2) around this process leave
    of their limits, if that is less.
    """
    return min(_machine_bytes(meminfo), *_group_bytes(groups))


def free_disk_bytes(folder: Path) -> int:
    """Return the disk space that is free for files below the folder. Raises OSError."""
    return shutil.disk_usage(folder).free


def _machine_bytes(meminfo: Path) -> int:
    for line in meminfo.read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{meminfo} does not say what is available")


def _group_bytes(groups: Path) -> list[int]:
    own = next((line[3:] for line in _lines(OWN_GROUP) if line.startswith("0::")), "/")
    group = groups / own.lstrip("/")
    folders = [group, *group.parents[: len(group.relative_to(groups).parts)]]
    # No limit that can be read is no limit.
    return [left for folder in folders if (left := _left_bytes(folder)) is not None] or [1 << 62]


def _left_bytes(group: Path) -> int | None:
    """What the group may still take; files it has in the page cache can be given back."""
    limit, used = _lines(group / "memory.max"), _lines(group / "memory.current")
    if not limit or not used or limit[0] == "max":
        return None
    cache = [line.split()[1] for line in _lines(group / "memory.stat") if "inactive_file" in line]
    return int(limit[0]) - int(used[0]) + sum(map(int, cache))


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
