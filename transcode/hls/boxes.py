"""Read just enough of fragmented MP4 (ISO/IEC 14496-12) to measure what ffmpeg wrote.

Names of codecs and lengths of segments come from the bytes that players will read, not from what
was asked of the encoder. Files are our encoder's; a damaged one raises ValueError or struct.error.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}


@dataclass(frozen=True, slots=True)
class Fragments:
    """The samples of one media segment."""

    start_ticks: int
    duration_ticks: int
    size_bytes: int  # of the whole file


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, bytes]]:
    """Each box as (type, payload), containers entered and left out themselves."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8 or start + size > end:
            raise ValueError(f"a box of {size} bytes does not fit at byte {start}")
        if kind in _CONTAINERS:
            yield from boxes(data, start + 8, start + size)
        else:
            yield kind, data[start + 8 : start + size]
        start += size


def timescale(init: bytes) -> int:
    """Ticks per second of the only track of an init segment."""
    for kind, payload in boxes(init):
        if kind == b"mdhd":
            offset = 20 if payload[0] == 1 else 12
            return int(struct.unpack_from(">I", payload, offset)[0])
    raise ValueError("the init segment has no media header")


def codec_name(init: bytes) -> str:
    """The RFC 6381 name of the only track, from what the decoder will be told.

    `avc1.PPCCLL` from its avcC box, `av01.P.LLT.DD` from av1C, `mp4a.40.2` or `opus`.
    """
    return _sample_entry_codec(sample_description(init))


def sample_description(init: bytes) -> bytes:
    """What a decoder is told before the first sample: the `stsd` box of the only track."""
    for kind, payload in boxes(init):
        if kind == b"stsd":
            return payload
    raise ValueError("the init segment describes no samples")


def _sample_entry_codec(stsd: bytes) -> str:
    entry = stsd[12:16]
    if entry == b"avc1" and (at := stsd.find(b"avcC")) >= 0:
        return f"avc1.{stsd[at + 5 : at + 8].hex()}"
    if entry == b"av01" and (at := stsd.find(b"av1C")) >= 0:
        return _av1_name(stsd[at + 4 : at + 8])
    if entry == b"mp4a":
        return "mp4a.40.2"
    if entry == b"Opus":
        return "opus"  # the spelling that browsers take
    raise ValueError("the init segment names no codec that we write")


def _av1_name(configuration: bytes) -> str:
    """AV1 in ISOBMFF, section 5: profile, level, tier and bit depth."""
    profile, level = configuration[1] >> 5, configuration[1] & 31
    tier = "H" if configuration[2] & 0x80 else "M"
    depth = (12 if configuration[2] & 0x20 else 10) if configuration[2] & 0x40 else 8
    return f"av01.{profile}.{level:02}{tier}.{depth:02}"


def read_fragments(path: Path) -> Fragments:
    """Where a media segment starts, how long it is, and how large. Its samples are not read."""
    size_bytes = path.stat().st_size
    start_ticks: int | None = None
    duration_ticks = 0
    with path.open("rb") as file:
        while header := file.read(8):
            size, kind = struct.unpack(">I4s", header)
            if kind != b"moof":
                file.seek(size - 8, 1)
                continue
            begin, length = _movie_fragment(file.read(size - 8))
            start_ticks = begin if start_ticks is None else start_ticks
            duration_ticks += length
    if start_ticks is None:
        raise ValueError(f"{path.name} holds no samples")
    return Fragments(start_ticks, duration_ticks, size_bytes)


def _movie_fragment(moof: bytes) -> tuple[int, int]:
    default_ticks, start_ticks, duration_ticks = 0, 0, 0
    for kind, payload in boxes(moof):
        if kind == b"tfhd":
            default_ticks = _default_duration(payload)
        elif kind == b"tfdt":
            start_ticks = struct.unpack_from(">Q" if payload[0] == 1 else ">I", payload, 4)[0]
        elif kind == b"trun":
            duration_ticks += _run_duration(payload, default_ticks)
    return start_ticks, duration_ticks


def _default_duration(tfhd: bytes) -> int:
    flags = int.from_bytes(tfhd[1:4])
    if not flags & 0x08:
        return 0
    offset = 8 + (8 if flags & 0x01 else 0) + (4 if flags & 0x02 else 0)
    return int(struct.unpack_from(">I", tfhd, offset)[0])


def _run_duration(trun: bytes, default_ticks: int) -> int:
    flags = int.from_bytes(trun[1:4])
    count = int(struct.unpack_from(">I", trun, 4)[0])
    if not flags & 0x100:
        return count * default_ticks
    offset = 8 + (4 if flags & 0x01 else 0) + (4 if flags & 0x04 else 0)
    stride = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    return sum(
        int(struct.unpack_from(">I", trun, offset + number * stride)[0]) for number in range(count)
    )
