"""No child outlives its use, however that ends; and how it ended is always known."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.processes import children_of, is_alive
from transcode.errors import FfmpegFailed, FfmpegMissing
from transcode.limits import NO_LIMITS
from transcode.locator import find_ffmpeg, locate_ffmpeg, parse_listing
from transcode.process import EncoderProgress, Running, progress_parser, run, started

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = ["-f", "lavfi", "-i", "testsrc2=s=64x64,realtime", "-f", "null", "-"]
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


def encode(seconds: float = 1) -> list[str]:
    return [
        find_ffmpeg(),
        "-f",
        "lavfi",
        "-i",
        f"testsrc2=s=320x180:d={seconds}",
        "-f",
        "null",
        "-",
    ]


async def test_success_says_what_it_cost_and_reports_to_the_end() -> None:
    seen: list[EncoderProgress] = []
    finished = await run(encode(), seen.append)
    assert finished.status == 0
    assert finished.cpu_s > 0
    assert seen[-1].media_s == pytest.approx(1, abs=0.05)


async def test_failure_carries_the_status_and_the_end_of_the_log(tmp_path: Path) -> None:
    with pytest.raises(FfmpegFailed) as failed:
        await run([find_ffmpeg(), "-i", str(tmp_path / "gone.mp4"), "-f", "null", "-"])
    assert failed.value.status > 0
    assert "No such file" in failed.value.log_tail


async def test_a_signal_is_never_success() -> None:
    async with started([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        os.kill(child.pid, signal.SIGKILL)
        assert (await child.wait()).status == -signal.SIGKILL


async def test_a_program_that_does_not_exist_is_a_failure() -> None:
    with pytest.raises(FfmpegFailed) as failed:
        await run(["no-such-program"])
    assert failed.value.status == 127
    assert "no-such-program" in failed.value.log_tail


async def test_cancelling_leaves_nothing_behind() -> None:
    children: asyncio.Queue[Running] = asyncio.Queue()

    async def use() -> None:
        async with started([find_ffmpeg(), *ENDLESS]) as child:
            children.put_nowait(child)
            await child.wait()

    task = asyncio.create_task(use())
    child = await children.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert child.has_ended
    assert not is_alive(child.pid)


async def test_a_child_that_is_deaf_to_the_request_is_killed() -> None:
    lines: asyncio.Queue[str] = asyncio.Queue()
    async with started([sys.executable, "-c", DEAF], on_line=lines.put_nowait) as child:
        assert await lines.get() == "deaf"
        assert (await child.stop(grace_s=0.1)).status == -signal.SIGKILL
    assert not is_alive(child.pid)


async def test_ffmpeg_that_is_asked_to_stop_completes_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    lines: asyncio.Queue[str] = asyncio.Queue()
    command = [find_ffmpeg(), "-progress", "pipe:1", *ENDLESS[:4], "-c:v", "mjpeg", str(path)]
    async with started(command, on_line=lines.put_nowait) as child:
        while not (await lines.get()).startswith("out_time=00:00:01"):
            pass
        assert (await child.stop()).status == 255
    await run([find_ffmpeg(), "-xerror", "-i", str(path), "-f", "null", "-"])


async def test_a_callback_that_raises_ends_the_child_and_is_heard() -> None:
    def complain(_: EncoderProgress) -> None:
        raise LookupError("nobody listens")

    before = children_of(os.getpid())
    with pytest.raises(LookupError, match="nobody listens"):
        await run([find_ffmpeg(), *ENDLESS], complain)
    assert children_of(os.getpid()) <= before


async def test_a_child_dies_with_a_parent_that_is_killed() -> None:
    program = f"""
        import asyncio
        from transcode.process import started
        async def main():
            async with started({[find_ffmpeg(), *ENDLESS]!r}) as child:
                print(child.pid, flush=True)
                await child.wait()
        asyncio.run(main())
    """
    parent = subprocess.Popen(  # noqa: ASYNC220 - a test may wait
        [sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await asyncio.to_thread(parent.stdout.readline))
    child = os.pidfd_open(pid)  # becomes readable when the process ends (pidfd_open(2))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert await asyncio.to_thread(select.select, [child], [], [], 20) == ([child], [], [])
    os.close(child)


async def test_standard_output_and_error_are_read_together() -> None:
    talk = "import sys\nfor n in range(30000): print(n); print(n, file=sys.stderr)"
    lines: list[str] = []
    async with started([sys.executable, "-c", talk], on_line=lines.append) as child:
        finished = await child.wait()
    assert len(lines) == 30000
    assert finished.log_tail.endswith("29999\n")
    assert len(finished.log_tail) <= 8192


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["out_time_us=N/A", "speed=N/A"], EncoderProgress(0.0, None), id="at-first"),
        pytest.param(
            ["out_time_us=1500000", "speed=2.5x"], EncoderProgress(1.5, 2.5), id="then-numbers"
        ),
        pytest.param(["out_time_us=-40000"], EncoderProgress(0.0, None), id="never-negative"),
    ],
)
def test_progress_is_read(lines: list[str], expected: EncoderProgress) -> None:
    seen: list[EncoderProgress] = []
    take = progress_parser(seen.append)
    for line in [*lines, "progress=continue"]:
        take(line)
    assert seen == [expected]


async def test_ffmpeg_is_found_and_says_what_it_can() -> None:
    ffmpeg = await locate_ffmpeg()
    assert {"libx264", "aac"} <= ffmpeg.encoders
    assert {"scale", "overlay", "tile"} <= ffmpeg.filters
    assert "lavfi" in ffmpeg.input_devices


def test_a_wrong_configured_ffmpeg_is_an_error_and_no_other_is_taken(tmp_path: Path) -> None:
    wrong = str(tmp_path / "fmpeg")
    with pytest.raises(FfmpegMissing, match="fmpeg"):
        find_ffmpeg(environment={"FLIPCAST_FFMPEG": wrong, "PATH": os.environ["PATH"]})


async def test_a_program_that_is_not_ffmpeg_is_an_error() -> None:
    with pytest.raises(FfmpegFailed):
        await locate_ffmpeg("/bin/false")


def test_listings_are_read_without_their_legends() -> None:
    lines = [
        "Encoders:",
        " V..... = Video",
        " ------",
        " V....D libx264   H.264",
        " D x11,x11grab X",
    ]
    assert parse_listing(lines) == {"libx264", "x11", "x11grab"}


def test_the_launcher_starts_nothing_for_a_parent_that_is_gone() -> None:
    launcher = ROOT / "transcode" / "launcher.py"
    command = [sys.executable, "-I", "-S", str(launcher)]
    command += ["1", "0", NO_LIMITS.words(), "sleep", "60"]
    assert subprocess.run(command, check=False).returncode == 1


async def test_its_niceness_counts_beside_us() -> None:
    """Between sessions Linux shares processors evenly (sched(7), autogroup), however nice one is:
    beside four busy children of niceness 10 we had 0.38 of the speed, in one session 1.05."""
    async with started(["sleep", "5"], niceness=10, grace_s=0.1) as child:
        assert os.getsid(child.pid) == os.getsid(0)
        assert os.getpgid(child.pid) == child.pid
