"""What a child process may use, as a value: the launcher applies it, who starts a child picks it.

Each limit is applied where the kernel allows it and left out where it does not; which ones hold on
this machine is tried out by `confinement.py`.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path

GIB = 1 << 30


class DiskPriority(StrEnum):
    """How a child's reads and writes stand against those of others (ioprio_set(2))."""

    NORMAL = "normal"
    LOW = "low"  # last among those that get their share
    IDLE = "idle"  # only when nobody else wants the disk


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one child and of all that it starts; None or False: as it is for ourselves."""

    memory_bytes: int | None = None  # private writable memory, stacks of threads included
    stack_bytes: int | None = None  # of each thread
    cpu_s: int | None = None  # of all its threads together; then it is killed
    file_bytes: int | None = None  # the largest file it may write; then it gets SIGXFSZ
    open_files: int | None = None
    disk: DiskPriority = DiskPriority.NORMAL
    is_first_to_go: bool = False  # when the machine runs out of memory
    has_core: bool = True  # a crash may leave an image of its memory
    has_network: bool = True
    has_all_calls: bool = True  # else none that reach into other processes or make sockets
    reads: tuple[str, ...] | None = None  # the only files and folders it may read; see `reading`
    writes: tuple[str, ...] | None = None  # the only files and folders it may change
    is_deaf: bool = False  # to SIGTERM and SIGINT; it ends by itself or is killed

    def words(self) -> str:
        """For the launcher's command line: `memory_bytes=1073741824,disk=low,…`."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return ",".join(f"{name}={_word(value)}" for name, value in values)


NO_LIMITS = Limits()

# Every child that works on a stranger's file: it leaves the machine to others, has no network, and
# cannot reach into other processes.
STRANGERS_FILE = Limits(
    stack_bytes=2 << 20,
    disk=DiskPriority.LOW,
    is_first_to_go=True,
    has_core=False,
    has_network=False,
    has_all_calls=False,
)

# Measured on 2 cores: 1.3 GB count for all rungs of 1080 lines, 1.2 GB for those of two seconds of
# 8K. More cores mean more threads, each with frames of its own (53 MB each of 8K); of a thread's
# stack all counts, hence 2 MB instead of 8.
ENCODE_LIMITS = replace(
    STRANGERS_FILE,
    memory_bytes=6 * GIB,
    file_bytes=16 * GIB,
    open_files=512,
    # ffmpeg that is asked to stop fills the rest with the last picture and with silence, and writes
    # segments that look complete
    is_deaf=True,
)

PROBE_LIMITS = replace(STRANGERS_FILE, memory_bytes=2 * GIB, cpu_s=90, file_bytes=0, open_files=64)


# What programs read before they come to their work.
SYSTEM_READS = (
    *("/usr", "/bin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store"),
    *("/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/alternatives", "/etc/localtime"),
    *("/dev/null", "/dev/zero", "/dev/urandom"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system"),
)


def reading(paths: Iterable[Path]) -> tuple[str, ...]:
    """For `reads`: these files and folders (with all below), and what every program needs.

    The program itself may always be read; what does not exist is left out.
    """
    return (*SYSTEM_READS, *(str(path.absolute()) for path in paths))


def encoding(sources: Iterable[Path], folder: Path) -> Limits:
    """The limits of an encoder that reads `sources` and writes into `folder`, and nothing else."""
    return replace(
        ENCODE_LIMITS,
        reads=reading([*sources, folder]),
        writes=(str(folder.absolute()), "/dev/null"),
    )


def _word(value: int | bool | DiskPriority | tuple[str, ...] | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple):  # in hexadecimal: a path may hold any character
        return ":".join(os.fsencode(path).hex() for path in value)
    return str(int(value)) if isinstance(value, bool) else str(value)
