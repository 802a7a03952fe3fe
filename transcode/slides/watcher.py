"""Follow the frames that an encoder taps, in a child process, and say what was found in them.

The encoder writes every frame as a file of its own (`N.gray`, numbered from 0, complete when it has
its name) into a folder; the child takes them away again. The folder is all the two have in common,
so either may be killed and go on.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

from transcode.errors import AnalysisFailed
from transcode.limits import STRANGERS_FILE, Limits, reading
from transcode.picture_content import PictureKind
from transcode.process import Finished, started
from transcode.slides.findings import Findings, PictureSpan, Slide

CHILD = Path(__file__).resolve().with_name("watch_child.py")
NICENESS = 12  # behind the encoder, which waits for nothing of it
GRACE_S = 0.2
END_NAME = "end"
LIMITS = replace(
    STRANGERS_FILE,
    memory_bytes=1 << 30,
    cpu_s=7200,  # a lecture of 24 hours takes less than one
    file_bytes=64 << 20,
    open_files=64,
)


class Found(msgspec.Struct, frozen=True):
    """What the child knows in the end."""

    slides: tuple[Slide, ...]
    whole: PictureSpan | None


class Line(msgspec.Struct, frozen=True):
    """A line of the child: a span, the slides that are gone, or the rest."""

    span: PictureSpan | None = None
    gone: tuple[Slide, ...] = ()
    found: Found | None = None


class Watcher:
    """A folder of frames that is being watched. Made by `watching`."""

    def __init__(
        self, folder: Path, width_px: int, height_px: int, rate: float, expected: PictureKind
    ) -> None:
        self.pid: int | None = None  # of the child that runs, or ran last
        self._folder = folder
        self._arguments = [str(width_px), str(height_px), str(rate), expected.value]
        self.gone: tuple[Slide, ...] = ()  # slides that others have followed, so far
        self._spans: dict[float, PictureSpan] = {}
        self._found: Found | None = None
        self._run = asyncio.create_task(self._watch())

    @property
    def spans(self) -> tuple[PictureSpan, ...]:
        """The spans that are complete so far; the last ones some seconds behind the frames."""
        return tuple(self._spans[start_s] for start_s in sorted(self._spans))

    async def finish(self, end_s: float) -> Findings:
        """Everything that was found, after the last frame of a lecture that ends at `end_s`.

        Raises AnalysisFailed if the child died twice.
        """
        await asyncio.to_thread(_write_end, self._folder / END_NAME, end_s)
        return await asyncio.shield(self._run)

    async def _watch(self) -> Findings:
        """Run the child to its end, and once more if it dies."""
        finished = await self._run_child()
        if finished.status != 0:
            finished = await self._run_child()
        if finished.status != 0 or self._found is None:
            raise AnalysisFailed(finished.status, finished.log_tail)
        return Findings(self._found.slides, self.spans, self._found.whole)

    async def _run_child(self) -> Finished:
        command = [sys.executable, "-P", str(CHILD), str(self._folder), *self._arguments]
        async with started(
            command,
            on_line=self._take,
            niceness=NICENESS,
            grace_s=GRACE_S,
            limits=_limits(self._folder),
        ) as child:
            self.pid = child.pid
            return await child.wait()

    def _take(self, text: str) -> None:
        try:
            line = msgspec.json.decode(text, type=Line)
        except msgspec.DecodeError:
            return  # it was killed within a line; the next one tells all of it again
        if line.span is not None:
            self._spans[line.span.start_s] = line.span
        if len(line.gone) > len(self.gone):
            self.gone = line.gone
        if line.found is not None:
            self._found = line.found

    async def _stop(self) -> None:
        self._run.cancel()
        await asyncio.wait([self._run])
        if not self._run.cancelled():
            self._run.exception()  # seen by `finish`, or wanted by nobody


@asynccontextmanager
async def watching(
    folder: Path,
    width_px: int,
    height_px: int,
    rate: float,
    expected: PictureKind = PictureKind.SCREEN,
) -> AsyncIterator[Watcher]:
    """A watcher of the frames in `folder`, `rate` a second; its child is gone when the block ends.

    `expected` is what the recording is held for where its picture could be either.
    A folder that was watched before is gone on with: the frames that its state contains may come
    again. What remains in the folder afterwards is for whoever gave it to delete.
    """
    await asyncio.to_thread((folder / END_NAME).unlink, missing_ok=True)  # more may come now
    watcher = Watcher(folder, width_px, height_px, rate, expected)
    try:
        yield watcher
    finally:
        await watcher._stop()


@cache
def _program_folders() -> tuple[Path, ...]:
    """What the child's Python is made of: itself, OpenCV and this package."""
    opencv = find_spec("cv2")
    origin = [Path(opencv.origin).parents[1]] if opencv is not None and opencv.origin else []
    return (Path(sys.prefix), Path(sys.base_prefix), *origin, CHILD.parents[2])


def _limits(folder: Path) -> Limits:
    return replace(
        LIMITS, reads=reading([*_program_folders(), folder]), writes=(str(folder.absolute()),)
    )


def _write_end(path: Path, end_s: float) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(str(end_s))
    fresh.replace(path)
