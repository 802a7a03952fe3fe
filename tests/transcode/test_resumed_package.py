"""An encode that was interrupted goes on at the last complete segment, and nobody can tell."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.generated_media import counted_recording
from tests.made_once import made_once
from tests.processes import children_of, encoders_below
from tests.transcode.played_package import PlayedPackage, play
from tests.transcode.undisturbed import assert_same, difference
from transcode.media import Source
from transcode.package import Growth, Pace, Progress, make_package

pytestmark = pytest.mark.slow

SECONDS = 62.7
AAC_FRAME = 1024


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        counted_recording(folder / "a.mkv", seconds=SECONDS)

    return made_once(tmp_path_factory, "counted recording", make) / "a.mkv"


@pytest.fixture(scope="module")
def uninterrupted(source: Path, tmp_path_factory: pytest.TempPathFactory) -> PlayedPackage:
    def make(folder: Path) -> None:
        asyncio.run(make_package([Source(source)], folder / "out"))

    return play(made_once(tmp_path_factory, "package of the counted recording", make) / "out")


def test_the_measure_of_sound_tells_moments_apart(uninterrupted: PlayedPackage) -> None:
    assert uninterrupted.audio is not None
    samples, rate = uninterrupted.audio.samples
    for lost in (AAC_FRAME, rate):
        later = np.roll(samples, lost)
        assert difference(later, samples, 20 * rate, rate) > 1
    assert difference(np.roll(samples, 5), samples, 20 * rate, rate) < 0.01


@pytest.mark.parametrize("seed", range(2))
def test_a_process_that_is_killed_again_and_again_makes_the_same_package(
    source: Path, uninterrupted: PlayedPackage, tmp_path: Path, seed: int
) -> None:
    instants = random.Random(seed)
    command = [sys.executable, "-m", "transcode", str(source), "--out", str(tmp_path / "out")]
    kills = 0
    while True:
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        try:
            process.wait(timeout=instants.uniform(0.6, 2) if kills < 5 else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
            continue
        assert process.returncode == 0, process.stderr.read() if process.stderr else ""
        break
    assert kills >= 2
    assert_same(play(tmp_path / "out"), uninterrupted)
    assert not (tmp_path / "out" / ".work").exists()


async def test_an_ffmpeg_that_is_killed_is_followed_by_another(
    source: Path, uninterrupted: PlayedPackage, tmp_path: Path
) -> None:
    grown: asyncio.Queue[float] = asyncio.Queue()
    making = asyncio.create_task(
        make_package(
            [Source(source)],
            tmp_path / "out",
            on_growth=lambda growth: grown.put_nowait(growth.media_s),
        )
    )
    await grown.get()
    kills = 0
    while kills < 2 and not making.done():
        for pid in children_of(os.getpid()):  # the one that looks for slides too
            os.kill(pid, signal.SIGKILL)
        kills += 1
        while not (encoders_below(os.getpid()) or making.done()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        while not grown.empty():
            grown.get_nowait()
        more = asyncio.create_task(grown.get())  # one that dies before it has made anything fails
        await asyncio.wait({more, making}, return_when=asyncio.FIRST_COMPLETED)
        more.cancel()
    assert kills == 2
    await making
    assert_same(play(tmp_path / "out"), uninterrupted)


async def test_rungs_that_are_too_slow_are_put_off_until_the_others_are_complete(
    source: Path, uninterrupted: PlayedPackage, tmp_path: Path
) -> None:
    shown: list[tuple[float, tuple[str, ...]]] = []
    await make_package(
        [Source(source)],
        tmp_path / "out",
        on_growth=lambda growth: shown.append((growth.media_s, growth.rungs)),
        pace=Pace(slowest=1e6, judged_after_s=0.5),
    )
    assert_same(play(tmp_path / "out"), uninterrupted)
    assert shown[-1][1] == tuple(rung.name for rung in uninterrupted.rungs)
    media_s = [seconds for seconds, _ in shown]
    assert media_s == sorted(media_s)  # a rung that follows is not shown before it is complete
    while_waiting = [media_s for media_s, rungs in shown if "high" not in rungs]
    assert while_waiting[-1] == pytest.approx(SECONDS, abs=0.05)  # all of it in the cheaper ones


async def test_progress_counts_from_the_lectures_beginning_in_every_run(
    source: Path, tmp_path: Path
) -> None:
    told: list[Progress] = []
    grown = asyncio.Event()
    out = tmp_path / "out"

    def note(growth: Growth) -> None:
        if growth.media_s >= 20:
            grown.set()

    making = asyncio.create_task(make_package([Source(source)], out, on_growth=note))
    await grown.wait()
    making.cancel()
    await asyncio.wait({making})
    await make_package([Source(source)], out, on_progress=told.append)
    assert told[0].fraction >= 14 / SECONDS
    assert told[-1].fraction == pytest.approx(1, abs=0.01)
    fractions = [progress.fraction for progress in told]
    assert fractions == sorted(fractions)
