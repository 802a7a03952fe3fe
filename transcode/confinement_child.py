"""Print what this process, started within limits, may still do; the child of `confinement.py`."""

import ctypes
import json
import os
import resource
import socket
import sys
from collections.abc import Callable

PR_GET_PDEATHSIG = 2  # <linux/prctl.h>
IOPRIO_GET = {"x86_64": 252, "aarch64": 31}


def is_refused(call: Callable[[], object]) -> bool:
    """Whether the system says no."""
    try:
        call()
    except OSError:
        return True
    return False


def death_signal() -> int:
    """The signal that comes when the parent dies; 0: none."""
    number = ctypes.c_int()
    ctypes.CDLL(None).prctl(PR_GET_PDEATHSIG, ctypes.byref(number), 0, 0, 0)
    return number.value


def disk_class() -> int:
    """2 is best effort, 3 is idle, 0 is as the processor's priority says (ioprio_get(2))."""
    number = IOPRIO_GET.get(os.uname().machine)
    return -1 if number is None else int(ctypes.CDLL(None).syscall(number, 1, 0)) >> 13


def main() -> dict[str, object]:
    """The facts, under the names of `ChildFacts`."""
    with open("/proc/self/status") as lines:
        status = dict(line.split(":", 1) for line in lines)
    with open("/proc/self/oom_score_adj") as file:
        out_of_memory = int(file.read())
    return {
        "network": os.readlink("/proc/self/ns/net"),
        "has_sockets": not is_refused(socket.socket),
        "has_trace": ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0,
        "reads_others": not is_refused(lambda: open("/etc/passwd").close()),
        "gains_no_rights": status.get("NoNewPrivs", "").strip() == "1",
        "out_of_memory": out_of_memory,
        "disk_class": disk_class(),
        "memory_bytes": resource.getrlimit(resource.RLIMIT_DATA)[0],
        "file_bytes": resource.getrlimit(resource.RLIMIT_FSIZE)[0],
        "core_bytes": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "dies_with_parent": death_signal() == 9,
    }


if __name__ == "__main__":
    json.dump(main(), sys.stdout)
