"""Tell whether a recording can be decoded while its end is not there yet.

Most containers are written from front to back and can be read so. MP4 is the exception: without its
index (the `moov` box) nothing in it can be found, and many programs write that at the end.
"""

import struct
from enum import Enum, auto
from pathlib import Path

ALWAYS_STREAMABLE = frozenset({"matroska", "mpegts", "ogg", "wav", "mp3", "flac", "aac"})
MAX_BOXES = 64  # before the index; a file of empty boxes is not walked through
_MP4_BEGINNINGS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"sidx")


class IndexPlace(Enum):
    """Where an MP4 has its index."""

    FRONT = auto()  # whole, and before all samples; also of a fragmented MP4
    BEHIND = auto()  # samples come first
    UNKNOWN = auto()  # it has not begun, or is not whole, or this is no MP4


def begins_as_mp4(head: bytes) -> bool:
    """Whether a file begins with a box of ISO/IEC 14496-12 or QuickTime."""
    return head[4:8] in _MP4_BEGINNINGS


def is_streamable(demuxer: str, index: IndexPlace) -> bool:
    """Whether a file can be decoded from its beginning alone; `demuxer` is ffmpeg's name."""
    return demuxer in ALWAYS_STREAMABLE or (demuxer == "mov" and index is IndexPlace.FRONT)


def mp4_index_place(path: Path, end: int) -> IndexPlace:
    """Where the index of an MP4 lies, going by its first `end` bytes. Raises OSError.

    Reads 16 bytes a box and no more than 64 boxes (ISO/IEC 14496-12, section 4.2).
    """
    at = 0
    with path.open("rb") as file:
        for _ in range(MAX_BOXES):
            if at + 8 > end:
                return IndexPlace.UNKNOWN
            file.seek(at)
            size, kind = _box_header(file.read(16))
            if kind == b"moov":
                return IndexPlace.FRONT if 8 <= size <= end - at else IndexPlace.UNKNOWN
            if kind in (b"mdat", b"moof") or size < 8:
                return IndexPlace.BEHIND if kind in (b"mdat", b"moof") else IndexPlace.UNKNOWN
            at += size
    return IndexPlace.UNKNOWN


def _box_header(header: bytes) -> tuple[int, bytes]:
    """Size (with the header) and type of a box; 0: up to the end of the file, or cut off."""
    size, kind = struct.unpack_from(">I4s", header)
    if size == 1:
        size = struct.unpack_from(">Q", header, 8)[0] if len(header) >= 16 else 0
    return size, kind
