"""Look at some places of a recording before its encode is planned: a screen or a camera, and what
moves in it?
"""

import asyncio
import shutil
from pathlib import Path

import numpy as np

from transcode.errors import FfmpegFailed
from transcode.ladder import Box, fit_box
from transcode.limits import encoding
from transcode.media import MediaInfo
from transcode.picture_analysis import GreyPicture, analyse_pictures
from transcode.picture_content import PictureContent, PictureKind, content_of
from transcode.probe import AUDIO_CODECS, MAX_PIXELS, MAX_STREAMS, VIDEO_CODECS
from transcode.process import run
from transcode.storyboard import ANALYSED_RATE, analysed_box

MOST_PLACES = 5
PLACE_S = 6
WALL_CAP_S = 120.0  # for each place; it takes a second or two
SHORTEST_S = 30.0  # of a shorter recording the look would cost more than it could save
S_FOR_EACH_PLACE = 60  # so a tenth of a short lecture is looked at, and less of a long one


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
    if info.video is None or info.duration_s < SHORTEST_S:
        return None
    box = analysed_box(fit_box(info.video.width_px, info.video.height_px))
    await asyncio.to_thread(folder.mkdir, parents=True)
    try:
        places = [
            await _look(ffmpeg_path, info, at_s, box, folder, expected)
            for at_s in _places(info.duration_s)
        ]
    except FfmpegFailed:
        return None  # the encode itself will say what is wrong with the recording
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return content_of([place for place in places if place is not None])


def _places(duration_s: float) -> list[float]:
    """When to look: the middles of equal parts."""
    count = min(MOST_PLACES, 1 + int(duration_s // S_FOR_EACH_PLACE))
    return [(duration_s - PLACE_S) * (2 * place + 1) / (2 * count) for place in range(count)]


async def _look(
    ffmpeg_path: str,
    info: MediaInfo,
    at_s: float,
    box: Box,
    folder: Path,
    expected: PictureKind,
) -> PictureContent | None:
    assert info.video is not None  # noqa: S101 - the caller has looked
    pictures = folder / "pictures.gray"
    arguments = [
        *(ffmpeg_path, "-loglevel", "warning", "-y", "-ss", f"{at_s:.3f}", "-f", info.demuxer),
        *("-protocol_whitelist", "file", "-max_pixels", str(MAX_PIXELS)),
        *("-codec_whitelist", ",".join(sorted(VIDEO_CODECS | AUDIO_CODECS))),
        *("-max_streams", str(MAX_STREAMS), "-an", "-sn", "-dn", "-i", f"file:{info.path}"),
        *("-map", f"0:{info.video.index}", "-frames:v", str(int(PLACE_S * ANALYSED_RATE))),
        *("-vf", f"fps={ANALYSED_RATE},scale={box.width_px}:{box.height_px}:flags=area"),
        *("-pix_fmt", "gray", "-c:v", "rawvideo", "-f", "rawvideo", f"file:{pictures.name}"),
    ]
    await run(arguments, folder=folder, limits=encoding([info.path], folder), wall_cap_s=WALL_CAP_S)
    found = await asyncio.to_thread(_read, pictures, box)
    return await asyncio.to_thread(analyse_pictures, found, float(ANALYSED_RATE), expected)


def _read(path: Path, box: Box) -> list[GreyPicture]:
    raw = np.fromfile(path, np.uint8)
    return list(raw.reshape(-1, box.height_px, box.width_px))
