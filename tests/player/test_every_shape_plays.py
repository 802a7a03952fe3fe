"""Whatever shape a recording has, its lecture plays to the end in Chromium, with what it has."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser

from stream.tables import LectureState
from tests.browser import until
from tests.generated_media import (
    AAC,
    H264,
    browser_recording,
    picture,
    recording,
    resized_recording,
    run_ffmpeg,
    sound,
    turned_recording,
)
from tests.running_site import Site, open_page
from transcode.media import Source
from transcode.package import make_package

pytestmark = pytest.mark.slow

VIDEO = "document.querySelector('video')"


def sound_alone(path: Path) -> Path:
    run_ffmpeg(*sound(), "-t", "4", *AAC, str(path))
    return path


def one_frame(path: Path) -> Path:
    run_ffmpeg(*picture(), "-frames:v", "1", *H264, str(path))
    return path


def silent(path: Path) -> Path:
    run_ffmpeg(*picture(), "-t", "4", *H264, str(path))
    return path


def odd(path: Path) -> Path:
    run_ffmpeg(
        *picture(1337, 753), *sound(), "-t", "3", "-c:v", "libvpx", "-b:v", "800k",
        "-deadline", "realtime", "-c:a", "libopus", str(path),
    )  # fmt: skip
    return path


def three_static_hours(path: Path) -> Path:
    run_ffmpeg(
        "-f", "lavfi", "-i", "color=c=white:s=640x360:r=1", "-f", "lavfi",
        "-i", "anullsrc=r=16000:cl=mono", "-t", "10800", *H264, "-g", "600", "-c:a", "aac",
        "-b:a", "8k", str(path),
    )  # fmt: skip
    return path


# name: how it is made, what it is called, whether it shows and sounds
SHAPES: dict[str, tuple[Callable[[Path], Path], str, bool, bool]] = {
    "H.264 and AAC in MP4": (lambda path: recording(path, seconds=4), "a.mp4", True, True),
    "a browser's WebM": (lambda path: browser_recording(path, 4), "b.webm", True, True),
    "a size that changes": (lambda path: resized_recording(path), "c.webm", True, False),
    "a phone held upright": (lambda path: turned_recording(path), "d.mp4", True, True),
    "sound alone": (sound_alone, "e.m4a", False, True),
    "no sound": (silent, "f.mp4", True, False),
    "odd sizes": (odd, "g.webm", True, True),
    "one frame": (one_frame, "h.mp4", True, False),
    "three hours of a still picture": (three_static_hours, "i.mp4", True, True),
}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("shape", SHAPES)
async def test_it_plays_to_its_end(
    shape: str, site: Site, browser: Browser, tmp_path: Path
) -> None:
    make, name, shows, sounds = SHAPES[shape]
    source = await asyncio.to_thread(make, tmp_path / name)
    package = await make_package([Source(source)], tmp_path / "package")
    class_id = await site.make_class()
    lecture_id = await site.make_lecture(class_id, LectureState.ENCODING)
    await site.publish(lecture_id, tmp_path / "package")
    async with open_page(site, browser, class_id, f"/lectures/{lecture_id}") as page:
        await page.click("#play")
        await until(page, f"{VIDEO}.currentTime > 0 || {VIDEO}.ended")
        duration_s = await page.evaluate(f"{VIDEO}.duration")
        assert duration_s == pytest.approx(package.duration_s, abs=0.1)
        if duration_s > 60:  # to the end without waiting for it
            await page.keyboard.press("9")
            await until(page, f"!{VIDEO}.seeking && {VIDEO}.currentTime > 0.85 * {duration_s}")
            await page.evaluate(f"{VIDEO}.currentTime = {duration_s - 4}")
        await until(page, f"{VIDEO}.ended", within_s=60)
        assert await page.evaluate(f"{VIDEO}.error") is None
        frames = await page.evaluate(f"{VIDEO}.getVideoPlaybackQuality().totalVideoFrames")
        assert (frames > 0) is shows
        assert (await page.evaluate(f"{VIDEO}.webkitAudioDecodedByteCount") > 0) is sounds
