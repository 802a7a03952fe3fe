"""Ask the probe's child what is in a file: its answer as values, nothing judged.

The child is a process of its own with limits on memory, processor and wall time, because a file may
crash what reads it (`probe_child.py`).
"""

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

from transcode.limits import PROBE_LIMITS, reading
from transcode.process import started

CHILD = Path(__file__).with_name("probe_child.py")
WALL_LIMIT_S = 120.0
DEMUXERS = ("matroska", "mov", "mpegts", "ogg", "wav", "mp3", "flac", "aac")
# ffmpeg compares its whitelist with every name a demuxer has.
DEMUXER_NAMES = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mpegts,ogg,wav,mp3,flac,aac"


class StreamFacts(msgspec.Struct, frozen=True):
    """What the child saw of one stream; times in seconds on the container's own clock."""

    index: int
    type: str
    codec: str
    width_px: int = 0
    height_px: int = 0
    pixel_aspect: float = 1.0
    rotation_degrees: int = 0
    is_cover: bool = False
    declared_rate: float | None = None
    first_s: float | None = None
    last_s: float = 0.0
    last_length_s: float = 0.0
    packets: int = 0
    packets_bytes: int = 0
    short_gap_s: float | None = None  # a fifth of the gaps between packets are shorter
    key_frames_s: tuple[float, ...] = ()
    has_b_frames: bool = False
    keys_are_idr: bool = False  # of H.264: each key packet begins a closed group
    sequence_headers: int = 0  # of H.264: how many different ones there are
    profile: str = ""
    pixel_format: str = ""
    is_interlaced: bool = False
    gaps_are_regular: bool = False  # most packets are as far apart as that fifth
    channels: int = 0
    sample_rate: int = 0


class Facts(msgspec.Struct, frozen=True):
    """What the child printed; either `error`, or the rest."""

    error: str = ""
    demuxer: str = ""
    declared_s: float | None = None
    start_s: float = 0.0
    scanned_whole: bool = True
    streams: tuple[StreamFacts, ...] = ()


@cache
def _python_folders() -> tuple[Path, ...]:
    """What the child's Python is made of, PyAV and its libraries included."""
    av = find_spec("av")
    origin = [Path(av.origin).parents[1]] if av is not None and av.origin is not None else []
    return (Path(sys.prefix), Path(sys.base_prefix), *origin)


async def read_facts(path: Path, codecs: Iterable[str], max_bytes: int = 0) -> Facts | None:
    """What the child says of the file (of its first `max_bytes` if that is not 0).

    Only the decoders named in `codecs` are used; a stream of another is named and not looked into.

    None when it did not answer: it crashed, or hit one of its limits.
    """
    lines: list[str] = []
    command = [sys.executable, "-P", str(CHILD), str(path), DEMUXER_NAMES]
    command += [",".join(sorted(codecs)), str(max_bytes)]
    limits = replace(PROBE_LIMITS, reads=reading([*_python_folders(), CHILD, path]), writes=())
    try:
        async with (
            asyncio.timeout(WALL_LIMIT_S),
            started(command, on_line=lines.append, niceness=5, grace_s=0.2, limits=limits) as child,
        ):
            finished = await child.wait()
    except TimeoutError:
        return None
    if finished.status != 0:
        return None
    return msgspec.json.decode("".join(lines), type=Facts)
