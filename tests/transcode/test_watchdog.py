"""An encoder that does not get on is stopped; one that waits for bytes, or is slow, is not.

The encoders here are fakes: little programs that speak as ffmpeg's `-progress` does.
"""

import asyncio
import signal
import time
from pathlib import Path

import pytest

from tests.transcode.fake_ffmpeg import fake_ffmpeg
from transcode.errors import FfmpegFailed, FfmpegOverran, FfmpegStalled
from transcode.process import run
from transcode.watchdog import Watchdog, encode_cap_s

STALLED = ["frame=0", "speed=0x"]
WORKING = ["frame={n}", "out_time_us={n}00000"]


@pytest.mark.parametrize(
    ("looks", "lines", "is_waiting", "stalled"),
    [
        pytest.param(59, STALLED, False, False, id="not-yet"),
        pytest.param(60, STALLED, False, True, id="30-s-of-nothing"),
        pytest.param(60, [], False, True, id="30-s-of-silence"),
        pytest.param(600, WORKING, False, False, id="slow-is-not-stalled"),
        pytest.param(600, STALLED, True, False, id="waiting-for-bytes-is-not-stalled"),
        pytest.param(60, ["frame=1", "speed={n}x"], False, True, id="talking-is-not-working"),
    ],
)
def test_what_counts_as_a_stall(
    looks: int, lines: list[str], is_waiting: bool, stalled: bool
) -> None:
    watchdog = Watchdog(30.0, lambda: is_waiting)
    seen = False
    for line in lines:
        watchdog.hear(line.format(n=0))
    for number in range(1, looks + 1):
        seen = watchdog.look(0.5)
        for line in lines:
            watchdog.hear(line.format(n=number))
    assert seen is stalled


def test_reading_on_is_a_sign_of_life() -> None:
    watchdog = Watchdog(30.0)
    assert not any(watchdog.look(0.5, read_bytes=number) for number in range(1, 600))
    assert any(watchdog.look(0.5, read_bytes=599) for _ in range(60))


def test_a_sleep_of_the_machine_is_not_a_stall_of_the_encoder() -> None:
    assert not Watchdog(30.0).look(300.0)


def test_it_knows_how_far_the_encoder_came() -> None:
    watchdog = Watchdog()
    for line in ("out_time_us=N/A", "out_time_us=1500000"):
        watchdog.hear(line)
    assert watchdog.media_s == 1.5


async def test_u30_an_encoder_that_spins_is_stopped_and_says_where(tmp_path: Path) -> None:
    spins = (
        'print("out_time_us=2500000", flush=True)\n'
        'print("stuck", file=sys.stderr, flush=True)\n'
        "while True: pass"
    )
    command = [fake_ffmpeg(tmp_path / "ffmpeg", spins)]
    with pytest.raises(FfmpegStalled, match=r"did nothing for 1 s at 2\.5 s") as stalled:
        await run(command, stall_s=1.0)
    assert stalled.value.status == -signal.SIGKILL
    assert stalled.value.log_tail == "stuck\n"


async def test_u30_an_encoder_that_never_ends_is_stopped_at_its_cap(tmp_path: Path) -> None:
    endless = 'for n in range(10**9): print(f"frame={n}", flush=True); time.sleep(0.05)'
    command = [fake_ffmpeg(tmp_path / "ffmpeg", endless)]
    with pytest.raises(FfmpegOverran, match="not done after 1 s"):
        await run(command, stall_s=None, wall_cap_s=1.0)


@pytest.mark.parametrize(
    ("media_s", "cap_s"),
    [
        pytest.param(0.03, 600.6, id="one-frame"),
        pytest.param(5400, 108_600, id="a-lecture"),
        pytest.param(None, None, id="one-that-still-arrives"),
    ],
)
def test_u30_a_run_has_many_times_its_media_and_not_for_ever(
    media_s: float | None, cap_s: float | None
) -> None:
    assert encode_cap_s(media_s) == cap_s


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
async def test_u30_f06_an_encoder_that_crashes_has_failed(
    number: signal.Signals, tmp_path: Path
) -> None:
    command = [fake_ffmpeg(tmp_path / "ffmpeg", f"os.kill(os.getpid(), {int(number)})")]
    with pytest.raises(FfmpegFailed) as failed:
        await run(command)
    assert failed.value.status == -number


async def test_an_encoder_that_waits_for_bytes_is_left_alone(tmp_path: Path) -> None:
    came = tmp_path / "bytes"
    patient = f"while not os.path.exists({str(came)!r}): time.sleep(0.01)"
    looks = 0

    def is_waiting() -> bool:
        nonlocal looks
        looks += 1
        if looks == 5:  # more than twice the time after which it would be stopped
            came.touch()
        return True

    finished = await run(
        [fake_ffmpeg(tmp_path / "ffmpeg", patient)], stall_s=1.0, is_waiting=is_waiting
    )
    assert finished.status == 0
    assert looks >= 5


async def test_an_encoder_that_reads_on_is_left_alone_even_if_it_says_nothing(
    tmp_path: Path,
) -> None:
    """Half a minute may pass on a busy machine before each output has its first packet."""
    reads = (
        "until = time.monotonic() + 2\n"
        "while time.monotonic() < until: open('/proc/self/stat').read(); time.sleep(0.05)"
    )
    finished = await run([fake_ffmpeg(tmp_path / "ffmpeg", reads)], stall_s=1.0)
    assert finished.status == 0


async def test_what_a_stalled_encoder_started_is_gone_with_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    parent = (
        f"child = os.fork()\nif child: open({str(pid)!r}, 'w').write(str(child))\ntime.sleep(60)"
    )
    with pytest.raises(FfmpegStalled):
        await run([fake_ffmpeg(tmp_path / "ffmpeg", parent)], stall_s=1.0)
    until = time.monotonic() + 10
    while is_running(int(pid.read_text())):
        assert time.monotonic() < until
        await asyncio.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
