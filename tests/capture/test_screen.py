"""A real X11 screen is recorded, and two tracks of it agree on when something happened."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from capture.journal import start_offsets_ms
from capture.recorder import TakeClock, TrackRecorder
from capture.sources import parse_source
from capture.takes import new_take
from tests.capture.conftest import Listening, ListReport, StartAgent
from tests.capture.decoded import video_frames
from tests.capture.x11_screen import XVFB, virtual_screen
from transcode.locator import locate_ffmpeg

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(XVFB is None, reason="Xvfb is not installed on this machine"),
]

BLACK, WHITE = 0x000000, 0xFFFFFF


@pytest.fixture
async def ffmpeg() -> str:
    found = await locate_ffmpeg()
    if "x11grab" not in found.input_devices:
        pytest.skip(f"{found.path} cannot record an X11 screen")
    return found.path


def flash_s(path: Path) -> float:
    """When the picture turns from dark to bright."""
    return next(
        time_s
        for time_s, frame in video_frames(path)
        if frame.to_ndarray(format="gray").mean() > 128
    )


async def test_a_late_track_says_by_how_much_so_that_both_see_one_flash_at_one_time(
    ffmpeg: str, takes: Path
) -> None:
    async with virtual_screen() as screen:
        screen.paint(BLACK)
        source = parse_source(f"x11:{screen.display}.0?fps=25")
        clock, stop = TakeClock(began=0.0), asyncio.Event()
        roles = ["presentation", "presenter"]
        with new_take(
            takes, server="", class_id="", title="", roles=roles, now=datetime.now(UTC)
        ) as held:
            early, late = (
                TrackRecorder(ffmpeg, role, source, held=held, clock=clock, report=ListReport())
                for role in roles
            )
            async with asyncio.TaskGroup() as group:
                group.create_task(early.run(stop))
                await early.begun.wait()
                group.create_task(late.run(stop))
                await late.placed.wait()
                await asyncio.sleep(0.5)
                screen.paint(WHITE)
                await asyncio.sleep(1)
                stop.set()
            for recorder in (early, late):
                recorder.data.close()
            offset_s = start_offsets_ms(held.take)["presenter"] / 1000
            seen_s = [flash_s(held.folder / f"{role}.1.mp4") for role in roles]
    assert offset_s > 0.5
    assert abs(seen_s[0] - (seen_s[1] + offset_s)) <= 0.08


async def test_a_screen_is_recorded_and_sent(
    school: Listening, start_agent: StartAgent, takes: Path, ffmpeg: str
) -> None:
    async with virtual_screen("333x241") as screen:
        screen.paint(WHITE)
        agent = await start_agent(
            *("record", "--to", school.class_page, "--folder", str(takes), "--json"),
            *("--presentation", f"x11:{screen.display}.0", "--duration", "2"),
        )
        status, _, log = await agent.end()
    assert (status, log) == (0, "")
    frames = video_frames(school.fake.upload_of("presentation").path)
    assert (frames[0][1].width, frames[0][1].height) == (334, 242)
    assert frames[-1][1].to_ndarray(format="gray").mean() > 240
