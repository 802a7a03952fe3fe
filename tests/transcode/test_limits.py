"""A child is bounded in what it may use, and in nothing else."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.generated_media import recording
from transcode.errors import FfmpegFailed
from transcode.limits import (
    ENCODE_LIMITS,
    NO_LIMITS,
    PROBE_LIMITS,
    DiskPriority,
    Limits,
    encoding,
    reading,
)
from transcode.locator import find_ffmpeg
from transcode.media import Source
from transcode.package import make_package
from transcode.process import LAUNCHER, Finished, run, started

NOBODY = 65534


async def ended(program: str, limits: Limits) -> tuple[Finished, list[str]]:
    """How a Python program ends within limits, and what it printed."""
    lines: list[str] = []
    command = [sys.executable, "-c", program]
    async with started(command, on_line=lines.append, limits=limits) as child:
        return await child.wait(), lines


@pytest.mark.parametrize(
    ("limits", "program", "status"),
    [
        pytest.param(
            Limits(memory_bytes=200 << 20),
            "try:\n    bytearray(300 << 20)\nexcept MemoryError:\n    exit(3)",
            3,
            id="memory",
        ),
        pytest.param(Limits(cpu_s=1), "while True: pass", -signal.SIGKILL, id="processor"),
        pytest.param(
            Limits(open_files=20),
            "try:\n    f = [open('/dev/null') for _ in range(30)]\nexcept OSError:\n    exit(3)",
            3,
            id="open-files",
        ),
        pytest.param(
            Limits(has_core=False),
            "import resource; exit(3 + sum(resource.getrlimit(resource.RLIMIT_CORE)))",
            3,
            id="no-image-of-its-memory",
        ),
    ],
)
async def test_f32_a_child_gets_no_more_than_its_limits(
    limits: Limits, program: str, status: int
) -> None:
    finished, _ = await ended(program, limits)
    assert finished.status == status


async def test_f32_an_encoder_that_writes_without_end_is_stopped(tmp_path: Path) -> None:
    endless = ["-f", "lavfi", "-i", "testsrc2=s=320x180", "-c:v", "rawvideo", "-f", "nut"]
    with pytest.raises(FfmpegFailed):
        await run(
            [find_ffmpeg(), *endless, "a.nut"],
            folder=tmp_path,
            limits=replace(ENCODE_LIMITS, file_bytes=1 << 20),
        )
    assert (tmp_path / "a.nut").stat().st_size <= 1 << 20


async def test_f32_an_encoder_that_eats_memory_is_stopped() -> None:
    greedy = ["-f", "lavfi", "-i", "testsrc2=s=1280x720:d=20", "-vf", "reverse", "-f", "null", "-"]
    with pytest.raises(FfmpegFailed):
        await run([find_ffmpeg(), *greedy], limits=replace(ENCODE_LIMITS, memory_bytes=300 << 20))


FACTS = """
import ctypes, json, os, socket
def refused(call):
    try: call()
    except OSError: return True
    return False
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "network": os.readlink("/proc/self/ns/net"),
    "no_socket": refused(socket.socket),
    "no_trace": ctypes.CDLL(None).ptrace(0, 0, 0, 0) == -1,
    "no_new_rights": status["NoNewPrivs"].strip() == "1",
    "oom": int(open("/proc/self/oom_score_adj").read()),
    "disk": ctypes.CDLL(None).syscall(IOPRIO_GET, 1, 0) >> 13,
}))
""".replace("IOPRIO_GET", "252" if os.uname().machine == "x86_64" else "31")


async def test_by_default_a_child_is_as_free_as_we_are() -> None:
    _, lines = await ended(FACTS, NO_LIMITS)
    facts = json.loads("".join(lines))
    assert facts["network"] == os.readlink("/proc/self/ns/net")
    assert not facts["no_socket"]
    assert (facts["oom"], facts["no_new_rights"]) != (800, True)


@pytest.mark.parametrize("limits", [ENCODE_LIMITS, PROBE_LIMITS], ids=["encode", "probe"])
async def test_what_reads_recordings_has_no_network_and_no_hand_in_others(limits: Limits) -> None:
    _, lines = await ended(FACTS, limits)
    facts = json.loads("".join(lines))
    assert facts["no_socket"]
    assert facts["no_trace"]
    assert facts["no_new_rights"]
    assert facts["oom"] == 800
    assert facts["disk"] == 2  # best effort


async def test_a_disk_that_others_want_can_be_left_to_them() -> None:
    _, lines = await ended(FACTS, Limits(disk=DiskPriority.IDLE))
    assert json.loads("".join(lines))["disk"] == 3


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """A port on this machine, and who knocked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        knocks: list[str] = []
        done = threading.Event()

        def take() -> None:
            while not done.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                connection.close()
                knocks.append(address[0])

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield server.getsockname()[1], knocks
        finally:
            done.set()
            thread.join()


@pytest.mark.parametrize(
    ("limits", "reached"),
    [
        pytest.param(NO_LIMITS, True, id="free"),
        pytest.param(replace(ENCODE_LIMITS, has_all_calls=True), False, id="own-network-alone"),
        pytest.param(replace(ENCODE_LIMITS, has_network=True), False, id="no-sockets-alone"),
        pytest.param(ENCODE_LIMITS, False, id="both"),
    ],
)
async def test_u06_no_packet_leaves_an_encoder(limits: Limits, reached: bool) -> None:
    with listening() as (port, knocks):
        address = f"http://127.0.0.1:{port}/a.ts"
        with pytest.raises(FfmpegFailed):
            await run([find_ffmpeg(), "-i", address, "-f", "null", "-"], limits=limits)
    if limits.has_all_calls and not limits.has_network and not can_leave_network():
        pytest.skip("this kernel lets us make no network of our own")
    assert bool(knocks) is reached


def can_leave_network() -> bool:
    return subprocess.run(["unshare", "--net", "true"], check=False).returncode == 0


def test_u06_the_limits_hold_for_a_server_that_is_not_root() -> None:
    """As the unit runs it: no rights, so a user namespace where the kernel has them."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else for this test")
    copy = Path("/dev/shm") / f"launcher-{os.getpid()}.py"
    copy.write_bytes(LAUNCHER.read_bytes())
    python = "/usr/bin/python3"
    if not os.path.exists(python):
        pytest.skip("no python that everybody may run")
    try:
        command = [python, "-I", "-S", str(copy), str(os.getpid()), "5", ENCODE_LIMITS.words()]
        done = subprocess.run(
            [*command, python, "-c", FACTS + "\nprint(os.getuid())"],
            check=True, capture_output=True, text=True, user=NOBODY, group=NOBODY, cwd="/",
        )  # fmt: skip
    finally:
        copy.unlink()
    facts = json.loads(done.stdout.splitlines()[0])
    assert (facts["no_socket"], facts["no_new_rights"], facts["oom"]) == (True, True, 800)


async def test_where_a_wall_is_refused_the_others_stand_and_encoding_goes_on() -> None:
    """As in a unit or container that allows no namespaces: here a first launcher forbids them."""
    inner = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), "0"]
    inner += [ENCODE_LIMITS.words(), sys.executable, "-c", FACTS]
    lines: list[str] = []
    no_namespaces = Limits(has_all_calls=False)
    async with started(inner, on_line=lines.append, limits=no_namespaces) as child:
        assert (await child.wait()).status == 0
    facts = json.loads("".join(lines))
    assert facts["network"] == os.readlink("/proc/self/ns/net")
    assert (facts["no_socket"], facts["oom"], facts["disk"]) == (True, 800, 2)


async def test_the_limits_lower_and_never_raise() -> None:
    program = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[1])"
    again = (
        "import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50));"
        f"os.execv(sys.executable, [sys.executable, '-I', '-S', {str(LAUNCHER)!r},"
        f" str(os.getppid()), '0', {Limits(open_files=500).words()!r},"
        f" sys.executable, '-c', {program!r}])"
    )
    _, lines = await ended(again, NO_LIMITS)
    assert lines == ["50"]


def has_landlock() -> bool:
    return int(ctypes.CDLL(None).syscall(444, None, 0, 1)) >= 1


@pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")
async def test_u01_u05_a_child_reads_and_changes_only_what_it_was_given(tmp_path: Path) -> None:
    given, other, out = tmp_path / "given.txt", tmp_path / "other.txt", tmp_path / "out"
    given.write_text("mine")
    other.write_text("not mine")
    out.mkdir()
    limits = Limits(
        reads=reading([given, Path(sys.prefix), Path(sys.base_prefix)]), writes=(str(out),)
    )
    tries = {
        "read what was given": f"open({str(given)!r})",
        "read another": f"open({str(other)!r})",
        "read the accounts": "open('/etc/passwd')",
        "list a folder": f"os.listdir({str(tmp_path)!r})",
        "write there": f"open({str(out / 'a')!r}, 'w')",
        "change what was given": f"open({str(given)!r}, 'w')",
        "write elsewhere": f"open({str(tmp_path / 'b')!r}, 'w')",
        "remove another": f"os.remove({str(other)!r})",
    }
    program = "import os\n" + "".join(
        f"try: {call}; print({name!r})\nexcept PermissionError: pass\n"
        for name, call in tries.items()
    )
    _, done = await ended(program, limits)
    assert done == ["read what was given", "write there"]
    assert given.read_text() == "mine"


@pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")
async def test_u01_an_encoder_can_be_kept_to_its_source_and_its_folder(tmp_path: Path) -> None:
    source, out = recording(tmp_path / "a.mp4", seconds=0.5), tmp_path / "out"
    out.mkdir()
    limits = encoding([source], out)
    copy = [find_ffmpeg(), "-i", str(source), "-c", "copy"]
    await run([*copy, "b.mp4"], folder=out, limits=limits)
    with pytest.raises(FfmpegFailed):
        await run([*copy, str(tmp_path / "c.mp4")], folder=out, limits=limits)
    with pytest.raises(FfmpegFailed):
        stolen = ["-f", "u8", "-ar", "8000", "-ac", "1", "-i", "/etc/passwd", "d.wav"]
        await run([find_ffmpeg(), *stolen], folder=out, limits=limits)


@pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")
async def test_u01_the_encoder_of_a_package_is_kept_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fake in the place of ffmpeg, which tries to read a neighbour instead of encoding."""
    neighbour = tmp_path / "neighbour.mp4"
    neighbour.write_text("somebody else's lecture")
    fake = tmp_path / "ffmpeg"
    fake.write_text(f"#!/bin/sh\ncase $1 in -hide_banner) echo 0;; *) exec cat {neighbour};; esac")
    fake.chmod(0o755)
    monkeypatch.setenv("FLIPCAST_FFMPEG", str(fake))
    source = recording(tmp_path / "a.mp4", seconds=0.5)
    with pytest.raises(FfmpegFailed) as failed:
        await make_package([Source(source)], tmp_path / "out")
    assert "Permission denied" in failed.value.log_tail
