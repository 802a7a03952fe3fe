"""Look at some places of a recording before its encode is planned: a screen or a camera, and what
moves in it? Of one that still arrives, at some places of what is there.
"""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from transcode.concurrently import concurrently
from transcode.errors import FfmpegFailed
from transcode.first_bytes import input_arguments
from transcode.ladder import Box, fit_box
from transcode.limits import encoding
from transcode.media import MediaInfo, VideoStream
from transcode.picture_analysis import GreyPicture, analyse_pictures
from transcode.picture_content import PictureContent, PictureKind, content_of, of_a_beginning
from transcode.probe import AUDIO_CODECS, MAX_PIXELS, MAX_STREAMS, VIDEO_CODECS
from transcode.process import run
from transcode.storyboard import ANALYSED_RATE, analysed_box

MOST_PLACES = 5
PLACE_S = 6
WALL_CAP_S = 120.0  # for each place; it takes a second or two
SHORTEST_S = 30.0  # of a shorter recording the look would cost more than it could save
S_FOR_EACH_PLACE = 60  # so a tenth of a short lecture is looked at, and less of a long one
# Of what arrives there is little at first, and it stands for all that comes: half of it is looked
# at. But a viewer waits: the encode begins without a place that takes long.
EARLY_S_FOR_EACH_PLACE = 12
EARLY_WALL_CAP_S = 10.0


async def look_at_picture(
    ffmpeg_path: str,
    info: MediaInfo,
    folder: Path,
    expected: PictureKind = PictureKind.SCREEN,
) -> PictureContent | None:
    """What the picture of a complete recording shows; None where looking brought nothing.

    `expected` is what it is held for where it could be either: what its track is called.
    `folder` is made, and deleted again. Costs the decoding of 30 s at most. Raises OSError.
    """
    if info.duration_s < SHORTEST_S:
        return None
    places = _places(info.duration_s, S_FOR_EACH_PLACE)
    return await _look_at(ffmpeg_path, info, folder, expected, places, None)


async def look_at_beginning(
    ffmpeg_path: str, info: MediaInfo, folder: Path, expected: PictureKind, seen_bytes: int
) -> PictureContent | None:
    """What the first `seen_bytes` of a recording that still arrives show; nothing behind them is
    read. `info` is what `probe_head` said of them; else as `look_at_picture`.

    That it stands still is not believed, because of what comes nobody knows.
    """
    if info.video is None or info.video.end_s < PLACE_S:
        return None
    places = _places(info.video.end_s, EARLY_S_FOR_EACH_PLACE)
    content = await _look_at(ffmpeg_path, info, folder, expected, places, seen_bytes)
    if content is None:  # a transport stream with key frames far apart, in which seeks lead nowhere
        content = await _look_at(ffmpeg_path, info, folder, expected, [0.0], seen_bytes)
    return content and of_a_beginning(content)


def _places(duration_s: float, s_for_each: int) -> list[float]:
    """When to look: the middles of equal parts."""
    count = min(MOST_PLACES, 1 + int(duration_s // s_for_each))
    return [(duration_s - PLACE_S) * (2 * place + 1) / (2 * count) for place in range(count)]


async def _look_at(
    ffmpeg_path: str,
    info: MediaInfo,
    folder: Path,
    expected: PictureKind,
    places_s: Sequence[float],
    seen_bytes: int | None,
) -> PictureContent | None:
    if info.video is None:
        return None
    box = analysed_box(fit_box(info.video.width_px, info.video.height_px))

    async def look(video: VideoStream, number: int) -> PictureContent | None:
        name, at_s = f"{number}.gray", places_s[number]
        arguments = _arguments(ffmpeg_path, info, video, at_s, box, seen_bytes, name)
        try:
            pictures = await _pictures(arguments, info, folder, box, seen_bytes, name)
        except FfmpegFailed:
            return None  # the encode itself will say what is wrong with the recording
        return await asyncio.to_thread(analyse_pictures, pictures, float(ANALYSED_RATE), expected)

    await asyncio.to_thread(folder.mkdir, parents=True)
    found: list[PictureContent | None] = []
    try:
        while len(found) < len(places_s) and None not in found:
            first, last = len(found), len(found) + 1 == len(places_s)
            one = look(info.video, first)
            found += [await one] if last else await concurrently(one, look(info.video, first + 1))
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return content_of([place for place in found if place is not None])


def _arguments(
    ffmpeg_path: str,
    info: MediaInfo,
    video: VideoStream,
    at_s: float,
    box: Box,
    seen_bytes: int | None,
    name: str,
) -> list[str]:
    """The command for the pictures of one place, into the file `name`."""
    return [
        *(ffmpeg_path, "-loglevel", "warning", "-y", "-ss", f"{at_s:.3f}", "-f", info.demuxer),
        *("-max_pixels", str(MAX_PIXELS)),
        *("-codec_whitelist", ",".join(sorted(VIDEO_CODECS | AUDIO_CODECS))),
        *("-max_streams", str(MAX_STREAMS), "-an", "-sn", "-dn"),
        *input_arguments(info.path, seen_bytes),
        *("-map", f"0:{video.index}", "-frames:v", str(int(PLACE_S * ANALYSED_RATE))),
        *("-vf", f"fps={ANALYSED_RATE},scale={box.width_px}:{box.height_px}:flags=area"),
        *("-pix_fmt", "gray", "-c:v", "rawvideo", "-f", "rawvideo", f"file:{name}"),
    ]


async def _pictures(
    arguments: list[str],
    info: MediaInfo,
    folder: Path,
    box: Box,
    seen_bytes: int | None,
    name: str,
) -> list[GreyPicture]:
    cap_s = WALL_CAP_S if seen_bytes is None else EARLY_WALL_CAP_S
    await run(arguments, folder=folder, limits=encoding([info.path], folder), wall_cap_s=cap_s)
    return await asyncio.to_thread(_read, folder / name, box)


def _read(path: Path, box: Box) -> list[GreyPicture]:
    raw = np.fromfile(path, np.uint8)
    return list(raw.reshape(-1, box.height_px, box.width_px))
