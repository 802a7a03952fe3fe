"""The analysis in its child process: it follows, it may be killed, and it finds the same."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.transcode.slides.drawn_pictures import Picture
from tests.transcode.slides.found_changes import compare
from tests.transcode.slides.generated_lectures import RATE, SIZE_PX, make_lecture
from transcode.errors import AnalysisFailed
from transcode.picture_content import PictureKind
from transcode.slides.findings import Findings
from transcode.slides.watcher import CHILD, Watcher, watching

LECTURE = make_lecture("hard cut", 31)


@pytest.fixture(scope="module")
def frames() -> list[Picture]:
    return list(LECTURE.frames())


def write_frames(folder: Path, frames: Sequence[Picture], first: int = 0) -> None:
    """Leave frames as the encoder does."""
    folder.mkdir(exist_ok=True)
    for number, frame in enumerate(frames, first):
        fresh = folder / f"{number}.new"
        fresh.write_bytes(frame.tobytes())
        fresh.replace(folder / f"{number}.gray")


async def analyse(folder: Path, frames: Sequence[Picture]) -> Findings:
    write_frames(folder, frames)
    async with watching(folder, *SIZE_PX, RATE) as watcher:
        return await watcher.finish(len(frames) / RATE)


def runs(pid: int) -> bool:
    return os.path.exists(f"/proc/{pid}")


async def until_taken(watcher: Watcher, folder: Path, number: int) -> None:
    while (folder / f"{number}.gray").exists():
        assert watcher.pid is None or runs(watcher.pid)
        await asyncio.sleep(0.02)


async def test_it_follows_an_encoder_and_finds_the_slides(
    tmp_path: Path, frames: list[Picture]
) -> None:
    async with watching(tmp_path, *SIZE_PX, RATE) as watcher:
        write_frames(tmp_path, frames[:100])
        async with asyncio.timeout(30):
            while len(watcher.spans) < 6:
                assert watcher.pid is None or runs(watcher.pid)
                await asyncio.sleep(0.02)
        assert [span.kind for span in watcher.spans] == [PictureKind.SCREEN] * 6
        write_frames(tmp_path, frames[100:], 100)
        found = await watcher.finish(len(frames) / RATE)
    assert compare(found.slides, LECTURE.truth_s).found == len(LECTURE.truth_s)
    assert found.spans[-1].end_s == len(frames) / RATE
    assert found.whole is not None
    assert found.whole.kind is PictureKind.SCREEN
    assert watcher.pid is not None
    assert not runs(watcher.pid)


async def test_a_child_that_dies_once_is_started_again(
    tmp_path: Path, frames: list[Picture]
) -> None:
    expected = await analyse(tmp_path / "whole", frames)
    folder = tmp_path / "killed"
    write_frames(folder, [])
    async with watching(folder, *SIZE_PX, RATE) as watcher:
        write_frames(folder, frames[:80])
        await until_taken(watcher, folder, 49)
        assert watcher.pid is not None
        os.kill(watcher.pid, signal.SIGKILL)
        write_frames(folder, frames[80:], 80)
        assert await watcher.finish(len(frames) / RATE) == expected


async def test_a_child_that_dies_twice_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "0.gray").write_bytes(b"not the size of a frame")
    async with watching(tmp_path, *SIZE_PX, RATE) as watcher:
        with pytest.raises(AnalysisFailed) as failed:
            await watcher.finish(1.0)
    assert failed.value.status > 0
    assert "ValueError" in failed.value.log_tail


async def test_leaving_early_leaves_no_child(tmp_path: Path, frames: list[Picture]) -> None:
    write_frames(tmp_path, frames[:60])
    async with watching(tmp_path, *SIZE_PX, RATE) as watcher:
        async with asyncio.timeout(10):
            await until_taken(watcher, tmp_path, 49)
    assert watcher.pid is not None
    assert not runs(watcher.pid)


async def test_no_frame_at_all_is_no_slide(tmp_path: Path) -> None:
    assert await analyse(tmp_path / "empty", []) == Findings((), (), None)


def run_child(folder: Path, wait_s: float | None) -> bool:
    """Run the child on a folder, killed after a while; whether it came to its end."""
    command = [sys.executable, "-P", str(CHILD), str(folder), *map(str, SIZE_PX), str(RATE)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        try:
            return child.wait(wait_s) == 0
        except subprocess.TimeoutExpired:
            child.kill()
            return False


@pytest.mark.slow
async def test_killed_at_any_instant_it_finds_the_same(
    tmp_path: Path, frames: list[Picture]
) -> None:
    expected = await analyse(tmp_path / "whole", frames)
    folder = tmp_path / "killed"
    rng = random.Random(8)
    written = 0
    while written < len(frames):
        again = max(0, written - rng.randint(0, 40))  # an encode that was resumed
        written = min(len(frames), written + rng.randint(10, 60))
        write_frames(folder, frames[again:written], again)
        run_child(folder, rng.uniform(0.4, 1.5))
    async with watching(folder, *SIZE_PX, RATE) as watcher:
        assert await watcher.finish(len(frames) / RATE) == expected
