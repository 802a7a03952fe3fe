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
from numpy.typing import NDArray

from tests.generated_media import counted, counted_recording
from tests.processes import children_of
from tests.transcode.played_package import PlayedPackage, PlayedTrack, play
from transcode.grid import segment_starts_s
from transcode.media import Source
from transcode.package import Growth, Pace, Progress, make_package

pytestmark = pytest.mark.slow

SECONDS = 62.7
AAC_FRAME = 1024


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return counted_recording(tmp_path_factory.mktemp("source") / "a.mkv", seconds=SECONDS)


@pytest.fixture(scope="module")
def uninterrupted(source: Path, tmp_path_factory: pytest.TempPathFactory) -> PlayedPackage:
    out = tmp_path_factory.mktemp("whole") / "out"
    asyncio.run(make_package([Source(source)], out))
    return play(out)


def assert_same(
    played: PlayedPackage, uninterrupted: PlayedPackage, within_frames: int = 0
) -> None:
    """The same frames at the same times, or neighbours of them, and the same sound."""
    for rung, whole in zip(played.rungs, uninterrupted.rungs, strict=True):
        assert rung.starts_s == pytest.approx(segment_starts_s(SECONDS), abs=0.001)
        (times, ours), (other_times, theirs) = numbers(rung), numbers(whole)
        assert times == other_times
        assert np.abs(np.subtract(ours, theirs)).max() <= within_frames
        assert all(begins_idr for _, begins_idr in rung.first_pictures())
    assert played.audio is not None
    assert uninterrupted.audio is not None
    assert played.audio.starts_s == pytest.approx(uninterrupted.audio.starts_s, abs=1e-6)
    assert most_different(played, uninterrupted) < 0.5


def numbers(rung: PlayedTrack) -> tuple[list[float], list[int]]:
    """When each frame is shown, and the number it bears."""
    shown = [
        (round(at_s, 3), counted(frame.to_ndarray(format="gray").astype(np.uint8)))
        for at_s, frame in rung.pictures()
    ]
    return [at_s for at_s, _ in shown], [number for _, number in shown]


def most_different(played: PlayedPackage, uninterrupted: PlayedPackage) -> float:
    """How much the sound differs in the second in which it differs most: 0 not at all, above 1 is
    another moment's. Half a millisecond does not count: time stamps are rounded to one."""
    assert played.audio is not None
    assert uninterrupted.audio is not None
    (ours, rate), (theirs, _) = played.audio.samples, uninterrupted.audio.samples
    assert len(ours) == len(theirs)
    return max(
        difference(ours, theirs, begin, rate) for begin in range(rate, len(ours) - 2 * rate, rate)
    )


def difference(
    ours: NDArray[np.float32], theirs: NDArray[np.float32], begin: int, rate: int
) -> float:
    here = theirs[begin : begin + rate]
    shifts = range(-rate // 2000, rate // 2000 + 1)
    moved = [ours[begin + shift : begin + shift + rate] - here for shift in shifts]
    return float(min(np.linalg.norm(other) for other in moved) / np.linalg.norm(here))


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
            process.wait(timeout=instants.uniform(0.8, 4) if kills < 5 else None)
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
    for enough_s in (14, 38):
        while await grown.get() < enough_s:
            pass
        for pid in children_of(os.getpid()):
            os.kill(pid, signal.SIGKILL)
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
    # the cheapest rung has 2.5 frames a second: of 12 it may take another one's neighbour
    assert_same(play(tmp_path / "out"), uninterrupted, within_frames=6)
    assert shown[-1][1] == tuple(rung.name for rung in uninterrupted.rungs)
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
