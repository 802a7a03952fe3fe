"""Pictures of slides, taken from the segments of a rung that is already made.

Only the segment that shows the moment is decoded, from its first picture on. Taking the pictures
while the lecture is encoded would be as cheap, but which moment shows a slide complete is known
only when the slide is gone.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transcode.limits import encoding
from transcode.process import run

WIDEST_PX, HIGHEST_PX = 1920, 1080
SMALL_WIDTH_PX = 320
OCR_WIDTH_PX = 1280  # a title is large: reading it at 1920 takes twice as long and finds no more
OCR_SHARE = 0.62  # of the height, from the top: where titles stand, also those of title pages
QUALITY = "45"  # of WebP: 30 to 90 kB a slide, and letters as sharp as in the rung itself
SMALL_QUALITY = "70"  # few pixels, each of which tells
TICKS_PER_S = 100  # how finely the moment is met; frames are at least 33 ms long
LAST_MOMENT_S = 0.05  # before a segment's end there always is a frame
SEGMENT_NAME, TITLE_SUFFIX = "moment.mp4", "-title.pgm"
WALL_CAP_S = 60.0
NICENESS = 12


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a time of the lecture lies: in which segment, and how far behind its beginning."""

    segment: int
    offset_s: float


def moment_of(time_s: float, starts_s: Sequence[float], duration_s: float) -> Moment:
    """The place of `time_s` among segments that begin at `starts_s`; the lecture's end at most."""
    segment = max(0, bisect_right(starts_s, time_s) - 1)
    end_s = starts_s[segment + 1] if segment + 1 < len(starts_s) else duration_s
    latest_s = max(starts_s[segment], end_s - LAST_MOMENT_S)
    return Moment(segment, max(0.0, min(time_s, latest_s) - starts_s[segment]))


async def take_picture(
    ffmpeg: str, rung_folder: Path, moment: Moment, folder: Path, name: str
) -> Path:
    """Write `name.webp` and `name-small.webp` into `folder`; the picture to read the title from.

    That one is gray, a part of the whole, and like the segment's copy it goes with `drop_scratch`.
    Raises FfmpegFailed and OSError.
    """
    source = folder / SEGMENT_NAME
    await asyncio.to_thread(_join, rung_folder, moment.segment, source)
    await run(
        [ffmpeg, *_arguments(folder, name, moment.offset_s)],
        niceness=NICENESS,
        folder=folder,
        limits=encoding([], folder),
        wall_cap_s=WALL_CAP_S,
    )
    return folder / title_name(name)


def title_name(name: str) -> str:
    """The picture in which the title of the slide of this name is read."""
    return f"{name}{TITLE_SUFFIX}"


def drop_scratch(folder: Path) -> None:
    """Delete what was needed to take pictures."""
    for path in (folder / SEGMENT_NAME, *folder.glob(f"*{TITLE_SUFFIX}")):
        path.unlink(missing_ok=True)


def _join(rung_folder: Path, segment: int, joined: Path) -> None:
    with joined.open("wb") as file:
        for name in ("init.mp4", f"{segment}.m4s"):
            file.write((rung_folder / name).read_bytes())


def _arguments(folder: Path, name: str, offset_s: float) -> list[str]:
    """Of the frame that is shown at `offset_s`: the last that began before it, or just then."""
    shown = f"fps={TICKS_PER_S}:start_time={offset_s:.3f}:round=up"
    box = f"scale='min(iw,{WIDEST_PX})':'min(ih,{HIGHEST_PX})':force_original_aspect_ratio=decrease"
    small = f"scale='min(iw,{SMALL_WIDTH_PX})':-2:flags=area"
    title = f"crop=iw:ih*{OCR_SHARE}:0:0,scale='min(iw,{OCR_WIDTH_PX})':-2,format=gray"
    graph = (
        f"[0:v]{shown},trim=end_frame=1,split=3[a][b][c];"
        f"[a]{box}[large];[b]{small}[small];[c]{title}[title]"
    )
    webp = ["-frames:v", "1", "-c:v", "libwebp", "-compression_level", "5"]
    return [
        *("-loglevel", "error", "-y", "-protocol_whitelist", "file", "-f", "mov"),
        *("-i", f"file:{folder / SEGMENT_NAME}", "-filter_complex", graph, "-an"),
        *("-map", "[large]", *webp, "-quality", QUALITY, f"file:{folder / name}.webp"),
        *("-map", "[small]", *webp, "-quality", SMALL_QUALITY, f"file:{folder / name}-small.webp"),
        *("-map", "[title]", "-frames:v", "1", f"file:{folder / title_name(name)}"),
    ]
