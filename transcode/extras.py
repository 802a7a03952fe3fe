"""What accompanies the rungs: small pictures, slides and chapters, what is to be said of the sound.

The lecture is made without the slides if the analysis fails: a picture that confuses it must not
cost a class its lecture.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from transcode.concurrently import concurrently
from transcode.errors import AnalysisFailed
from transcode.picture_content import PictureKind
from transcode.plan import EncodePlan
from transcode.slides.slide_pictures import SlidePictures
from transcode.slides.watcher import Watcher
from transcode.slides.write_slides import SlidesFacts, write_slides
from transcode.small_pictures import StoryboardFacts, make_small_pictures
from transcode.sound.metering import meter_levels
from transcode.sound.report import SoundFacts, write_sound_report

SLIDES_FOLDER = "slides"  # within the working folder
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Extras:
    """What was written beside the rungs; None: there is none of it."""

    storyboard: StoryboardFacts | None
    slides: SlidesFacts | None
    sound: SoundFacts | None


@asynccontextmanager
async def taking_slides(
    plan: EncodePlan, work: Path, out: Path, watcher: Watcher | None
) -> AsyncIterator[SlidePictures | None]:
    """Take pictures of slides within the block, as the best rung comes to show them."""
    if watcher is None:
        yield None
        return
    pictures = SlidePictures(work / SLIDES_FOLDER, out / plan.ladder.renditions[-1].name)
    await pictures.begin()
    following = asyncio.create_task(pictures.follow(lambda: watcher.gone))
    try:
        yield pictures
    finally:
        following.cancel()
        await asyncio.wait({following})


async def add_extras(
    ffmpeg_path: str,
    plan: EncodePlan,
    work: Path,
    out: Path,
    watcher: Watcher | None,
    pictures: SlidePictures | None,
) -> Extras:
    """Write everything that accompanies the complete rungs in `out`.

    Raises FfmpegFailed, OSError.
    """
    (storyboard, slides), sound = await concurrently(
        _add_pictures(ffmpeg_path, plan, work, out, watcher, pictures),
        _add_sound_report(ffmpeg_path, plan, out),
    )
    return Extras(storyboard, slides, sound)


async def _add_pictures(
    ffmpeg_path: str,
    plan: EncodePlan,
    work: Path,
    out: Path,
    watcher: Watcher | None,
    pictures: SlidePictures | None,
) -> tuple[StoryboardFacts | None, SlidesFacts | None]:
    if not plan.ladder.renditions:
        return None, None
    top = plan.ladder.renditions[-1]
    small_pictures = make_small_pictures(ffmpeg_path, work, out, top, plan.end_s)
    if watcher is None:
        return await small_pictures, None
    slides = _add_slides(watcher, out, out / top.name, plan.end_s, pictures)
    return await concurrently(small_pictures, slides)


async def _add_slides(
    watcher: Watcher, out: Path, rung_folder: Path, end_s: float, pictures: SlidePictures | None
) -> SlidesFacts | None:
    try:
        found = await watcher.finish(end_s)
    except AnalysisFailed as failed:
        logger.warning("no slides: %s", failed)
        return None
    if found.whole is None or found.whole.kind is not PictureKind.SCREEN:
        return None
    return await write_slides(found, out, rung_folder, end_s, pictures=pictures)


async def _add_sound_report(ffmpeg_path: str, plan: EncodePlan, out: Path) -> SoundFacts | None:
    if plan.sound is None or plan.sound.info.audio is None:
        return None
    info, audio = plan.sound.info, plan.sound.info.audio
    later_s = plan.sound.start_s - info.container_start_s
    levels = await meter_levels(
        ffmpeg_path, info.path, info.demuxer, audio.index, audio.channels, later_s
    )
    return await asyncio.to_thread(write_sound_report, levels, plan.end_s, out, plan.loudness)
