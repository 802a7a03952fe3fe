"""The pictures of a lecture's slides, and the titles read in them: taken while it is encoded.

A slide that is gone does not change any more, and the segment that shows it is there soon after. So
when the encoder ends only the last slides are left to be taken.
"""

import asyncio
import logging
import math
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from transcode.concurrently import concurrently
from transcode.errors import FfmpegFailed
from transcode.grid import SEGMENT_S, segment_starts_s
from transcode.locator import locate_ffmpeg
from transcode.slides.findings import Slide
from transcode.slides.pictures import (
    Moment,
    drop_scratch,
    moment_of,
    take_picture,
    title_name,
)
from transcode.slides.titles import DEFAULT_LANGUAGES, find_tesseract, read_title
from transcode.tree import segment_name

logger = logging.getLogger(__name__)

POLL_S = 1.0


class SlidePictures:
    """A folder in which slide N has `N.webp` and `N-small.webp`."""

    def __init__(self, folder: Path, rung_folder: Path, languages: str = DEFAULT_LANGUAGES) -> None:
        """They are taken from the rung in `rung_folder` (`init.mp4`, `0.m4s`, ...)."""
        self.folder = folder
        self._rung_folder = rung_folder
        self._languages = languages
        self._taken: dict[int, tuple[Slide, str | None]] = {}  # by number: which one, its title

    @property
    def taken(self) -> int:
        """How many slides have their pictures and were read."""
        return len(self._taken)

    async def begin(self) -> None:
        """Empty the folder. Raises OSError."""
        self._taken.clear()
        await asyncio.to_thread(_empty_folder, self.folder)

    async def follow(self, gone: Callable[[], Sequence[Slide]]) -> None:
        """Take those that are `gone` as soon as their segment is there, on the grid; until this is
        cancelled, or one cannot be taken: then it is left to `take`."""
        try:
            while True:
                for number, slide in enumerate(gone(), 1):
                    if number not in self._taken and not await self._take_if_there(number, slide):
                        break
                await asyncio.sleep(POLL_S)
        except (FfmpegFailed, OSError) as failed:
            logger.warning("a slide is left for later: %s", failed)

    async def take(
        self, slides: Sequence[Slide], starts_s: Sequence[float], duration_s: float
    ) -> list[str | None]:
        """Take what is missing of all `slides`, and drop the rest; the titles that could be read.

        `starts_s`: where the rung's segments begin. Raises FfmpegFailed, FfmpegMissing, OSError.
        """
        before: int | None = None
        for number, slide in enumerate(slides, 1):
            if self._taken.get(number, (None, None))[0] == slide:
                continue
            moment = moment_of(slide.settled_s, starts_s, duration_s)
            taking = self._picture(number, moment)
            _, title = await concurrently(taking, self._title(before))
            self._note(before, slides, title)
            before = number
        self._note(before, slides, await self._title(before))
        await asyncio.to_thread(self._keep, len(slides))
        return [self._taken[number][1] for number in range(1, len(slides) + 1)]

    async def _take_if_there(self, number: int, slide: Slide) -> bool:
        starts_s = segment_starts_s(slide.settled_s + 2 * SEGMENT_S)
        moment = moment_of(slide.settled_s, starts_s, math.inf)
        if not (self._rung_folder / segment_name(moment.segment)).exists():
            return False
        await self._picture(number, moment)
        self._taken[number] = (slide, await self._title(number))
        return True

    async def _picture(self, number: int, moment: Moment) -> None:
        ffmpeg = await locate_ffmpeg()
        await take_picture(ffmpeg.path, self._rung_folder, moment, self.folder, str(number))

    async def _title(self, number: int | None) -> str | None:
        """What is read in the picture of slide `number`, which goes then; nothing of none."""
        if number is None:
            return None
        picture, tesseract = self.folder / title_name(str(number)), find_tesseract()
        title = await read_title(picture, tesseract, self._languages) if tesseract else None
        await asyncio.to_thread(picture.unlink)
        return title

    def _note(self, number: int | None, slides: Sequence[Slide], title: str | None) -> None:
        if number is not None:
            self._taken[number] = (slides[number - 1], title)

    def _keep(self, count: int) -> None:
        """Leave nothing in the folder but the pictures of the first `count` slides."""
        drop_scratch(self.folder)
        for path in self.folder.glob("*.webp"):
            if int(path.stem.removesuffix("-small")) > count:
                path.unlink()


def _empty_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
