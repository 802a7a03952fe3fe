"""Find ffmpeg and read once what it can do.

Code asks *capabilities* ("is there an encoder `libx264`?"), never a version: distributions
build the same version with different parts, and the bundled build has no ALSA.
"""

import asyncio
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from transcode.errors import FfmpegFailed, FfmpegMissing
from transcode.process import started

SETTING = "FLIPCAST_FFMPEG"
ANSWER_TIMEOUT_S = 30.0  # the first start of a 170 MB program from a cold, slow disk


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """One ffmpeg program and its capabilities."""

    path: str
    version: str  # as it says it, for people
    encoders: frozenset[str]
    filters: frozenset[str]
    input_devices: frozenset[str]  # e.g. `v4l2`, `x11grab`, `pulse`, `lavfi`


_read: dict[str, Ffmpeg] = {}


def find_ffmpeg(configured: str | None = None, environment: Mapping[str, str] = os.environ) -> str:
    """The path of the ffmpeg to use: configured (or in FLIPCAST_FFMPEG), bundled, or on PATH.

    What was configured is used or nothing: a typing error must not fall back silently.
    Raises FfmpegMissing.
    """
    wanted = configured or environment.get(SETTING)
    if wanted:
        found = shutil.which(wanted)
        if found is None:
            raise FfmpegMissing((f"the configured path {wanted}",))
        return os.path.abspath(found)
    bundled = _bundled_ffmpeg()
    found = bundled or shutil.which("ffmpeg", path=environment.get("PATH"))
    if found is None:
        raise FfmpegMissing(("the bundled one", "PATH"))
    return os.path.abspath(found)


async def locate_ffmpeg(configured: str | None = None) -> Ffmpeg:
    """The ffmpeg to use, with its capabilities, read once per path and process.

    Raises FfmpegMissing, or FfmpegFailed when the program does not answer as ffmpeg does.
    """
    path = find_ffmpeg(configured)
    if path not in _read:
        _read[path] = await _read_capabilities(path)
    return _read[path]


def parse_listing(lines: list[str]) -> frozenset[str]:
    """The names in what `ffmpeg -encoders`, `-filters` or `-devices` prints.

    Each line is flags, name, description; headers and legends have no name in that place, or a `=`.
    """
    rows = (line.split() for line in lines)
    names = (row[1] for row in rows if len(row) > 2 and row[1] != "=")
    return frozenset(name for names_of_row in names for name in names_of_row.split(","))


def _bundled_ffmpeg() -> str | None:
    try:
        return str(Path(imageio_ffmpeg.get_ffmpeg_exe()))
    except RuntimeError:  # its way to say that this platform's wheel has none
        return None


async def _read_capabilities(path: str) -> Ffmpeg:
    version, encoders, filters, devices = [
        await _answer(path, option) for option in ("-version", "-encoders", "-filters", "-devices")
    ]
    inputs = [line for line in devices if "D" in line[:3]]
    return Ffmpeg(
        path=path,
        version=version[0].removeprefix("ffmpeg version ").split(" ")[0] if version else "",
        encoders=parse_listing(encoders),
        filters=parse_listing(filters),
        input_devices=parse_listing(inputs),
    )


async def _answer(path: str, option: str) -> list[str]:
    lines: list[str] = []
    async with (
        asyncio.timeout(ANSWER_TIMEOUT_S),
        started([path, "-hide_banner", option], on_line=lines.append) as child,
    ):
        finished = await child.wait()
    if finished.status != 0:
        raise FfmpegFailed(finished.status, finished.log_tail)
    return lines
