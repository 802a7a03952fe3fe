"""Become another program, within limits, with the promise to die when the parent dies.

    python -I -S launcher.py PARENT_PID NICENESS LIMITS PROGRAM ARGUMENT...

Run by `process.py` alone; LIMITS are the words of `limits.py`. It is a program and not a
`preexec_fn`, which is unsafe in a process with threads; it replaces itself by the program, so
nothing of it stays in memory. It imports nothing of ours, so it starts in milliseconds. A limit
that the kernel does not let us set is left out: `confinement.py` tells which.
"""

import ctypes
import os
import resource
import signal
import struct
import sys

# <linux/prctl.h>; both survive execve
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 38, 22
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
IOPRIO_WHO_PROCESS, IO_BEST_EFFORT, IO_IDLE = 1, 2 << 13, 3 << 13
FIRST_TO_GO = "800"  # of 1000, oom_score_adj in proc(5)
ENOSYS = 38

RESOURCES = {
    "memory_bytes": resource.RLIMIT_DATA,  # since Linux 4.7 all private writable memory
    "stack_bytes": resource.RLIMIT_STACK,
    "cpu_s": resource.RLIMIT_CPU,
    "file_bytes": resource.RLIMIT_FSIZE,
    "open_files": resource.RLIMIT_NOFILE,
}

# machine: (AUDIT_ARCH, its ioprio_set, system calls that no decoder or encoder of files needs).
# They are socket; ptrace, process_vm_readv and _writev, pidfd_getfd; unshare, setns; bpf,
# perf_event_open, userfaultfd; io_uring_setup; add_key, request_key, keyctl.
CALLS = {
    "x86_64": (
        0xC000003E,
        251,
        (41, 101, 310, 311, 438, 272, 308, 321, 298, 323, 425, 248, 249, 250),
    ),
    "aarch64": (
        0xC00000B7,
        30,
        (198, 117, 270, 271, 438, 97, 268, 280, 241, 282, 425, 217, 218, 219),
    ),
}
MACHINE = os.uname().machine if struct.calcsize("P") == 8 else ""  # 32 bits have other numbers
X32_CALLS = 0x40000000  # the same calls of x86_64 again, under other numbers

# <linux/landlock.h>: one bit for each kind of access to files. System calls 444 to 446 everywhere.
READ_BITS = 0b1101  # execute, read a file, read a folder
WRITE_BITS = 0b1_1111_1111_0010  # write, remove, make; of ABI 1
REFER_BIT, TRUNCATE_BIT = 1 << 13, 1 << 14  # of ABI 2 and 3
FILE_BITS = 0b111 | TRUNCATE_BIT  # of these a file has: execute, write, read, truncate
O_PATH = 0o10000000

libc = ctypes.CDLL(None)


def main() -> None:
    """Replace this process by the program, or exit with 127 and a line on stderr."""
    parent_pid, niceness, words, *command = sys.argv[1:]
    limits = dict(word.split("=", 1) for word in words.split(","))
    if limits["has_network"] == "0":
        leave_network()
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a change of namespace undoes it
    if os.getppid() != int(parent_pid):  # it died before the promise was made
        os._exit(1)
    os.nice(int(niceness))
    step_back(limits)
    limit_resources(limits)
    limit_files(limits, command[0])
    if limits["has_all_calls"] == "0":
        refuse_calls()
    if limits["is_deaf"] == "1":  # a blocked signal stays blocked whatever handler is installed
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        os._exit(127)


def leave_network() -> None:
    """Move into a network of our own without a device that is up; root needs no user namespace."""
    if libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def step_back(limits: dict[str, str]) -> None:
    """Stand behind others at the disk, and before them when memory runs out."""
    if limits["disk"] != "normal" and MACHINE in CALLS:
        lowest = IO_IDLE if limits["disk"] == "idle" else IO_BEST_EFFORT | 7
        libc.syscall(CALLS[MACHINE][1], IOPRIO_WHO_PROCESS, 0, lowest)
    if limits["is_first_to_go"] == "1":
        try:
            with open("/proc/self/oom_score_adj", "w") as file:
                file.write(FIRST_TO_GO)
        except OSError:  # no /proc, or one that is read-only
            pass


def limit_resources(limits: dict[str, str]) -> None:
    """Lower what may be used; never raise it."""
    wanted = {number: limits[name] for name, number in RESOURCES.items() if limits[name] != "-"}
    if limits["has_core"] == "0":
        wanted[resource.RLIMIT_CORE] = "0"
    for number, value in wanted.items():
        _, hard = resource.getrlimit(number)
        most = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
        resource.setrlimit(number, (most, most))


def limit_files(limits: dict[str, str], program: str) -> None:
    """Leave only the listed files and folders to read and to change (landlock(7))."""
    reads, writes = paths_of(limits["reads"]), paths_of(limits["writes"])
    abi = libc.syscall(444, None, 0, 1)
    if (reads is None and writes is None) or abi < 1:
        return
    changes = WRITE_BITS | (REFER_BIT if abi >= 2 else 0) | (TRUNCATE_BIT if abi >= 3 else 0)
    handled = (0 if reads is None else READ_BITS) | (0 if writes is None else changes)
    rules = libc.syscall(444, struct.pack("Q", handled), 8, 0)
    if rules < 0:
        return
    for path in (*(reads or ()), os.fsencode(os.path.realpath(program))):
        allow(rules, path, handled & READ_BITS)
    for path in writes or ():
        allow(rules, path, handled & (READ_BITS | changes))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.syscall(446, rules, 0)
    os.close(rules)


def paths_of(word: str) -> list[bytes] | None:
    """A list of paths, each in hexadecimal; None: no limit."""
    return None if word == "-" else [bytes.fromhex(path) for path in word.split(":") if path]


def allow(rules: int, path: bytes, access: int) -> None:
    """Add a file, or a folder with all below it, to a set of rules; nothing if it is not there."""
    try:
        descriptor = os.open(path, O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        access &= FILE_BITS
    if access:
        libc.syscall(445, rules, 1, struct.pack("<Qi", access, descriptor), 0)
    os.close(descriptor)


def refuse_calls() -> None:
    """Let the program and its children do without sockets and without a hand in other processes.

    The filter (seccomp(2)) is: another machine's call ends the process; a listed call answers "no
    such call"; all others pass. It needs neither rights nor a namespace.
    """
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if MACHINE not in CALLS:
        return
    architecture, _, refused = CALLS[MACHINE]
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06  # <linux/bpf_common.h>
    steps = [
        (load, 0, 0, 4),  # seccomp_data.arch
        (equal, 1, 0, architecture),
        (answer, 0, 0, 0x80000000),  # SECCOMP_RET_KILL_PROCESS
        (load, 0, 0, 0),  # seccomp_data.nr
        (at_least, len(refused) + 1, 0, X32_CALLS),
        *((equal, len(refused) - place, 0, number) for place, number in enumerate(refused)),
        (answer, 0, 0, 0x7FFF0000),  # SECCOMP_RET_ALLOW
        (answer, 0, 0, 0x00050000 | ENOSYS),  # SECCOMP_RET_ERRNO
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HP", len(steps), ctypes.addressof(code))
    libc.prctl(PR_SET_SECCOMP, 2, program, 0, 0)  # SECCOMP_MODE_FILTER


if __name__ == "__main__":
    main()
