"""Become another program, with the promise to die when the parent dies.

Run as `python -I -S launcher.py PARENT_PID NICENESS PROGRAM ARGUMENT...` by `process.py` alone.
It is a program and not a `preexec_fn`, which is unsafe in a process with threads; it replaces
itself by the program, so nothing of it stays in memory. It imports nothing of ours, so it starts in
milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>; survives execve


def main() -> None:
    """Replace this process by the program, or exit with 127 and a line on stderr."""
    parent_pid, niceness, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent_pid):  # it died before the promise was made
        os._exit(1)
    os.nice(int(niceness))
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        os._exit(127)


if __name__ == "__main__":
    main()
