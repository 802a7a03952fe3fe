"""Move a media segment in time: its decode times and its number, nothing else (ISO/IEC 14496-12).

ffmpeg's muxer counts from the first packet of a run, whatever time that has; a run that begins in
the middle of a lecture writes segments that say they are its beginning.
"""

import struct

_PARENTS = {b"moof", b"traf"}


def rebased(segment: bytes, later_ticks: int, later_numbers: int) -> bytes:
    """The segment with each fragment `later_ticks` later (tfdt, 8.8.12) and its sequence number
    (mfhd, 8.8.5) raised. Raises ValueError if it holds no fragment."""
    moved = bytearray(segment)
    found = _rebase(moved, 0, len(moved), later_ticks, later_numbers)
    if not found:
        raise ValueError("the segment holds no fragment")
    return bytes(moved)


def _rebase(data: bytearray, start: int, end: int, ticks: int, numbers: int) -> int:
    found = 0
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8 or start + size > end:
            raise ValueError(f"a box of {size} bytes does not fit at byte {start}")
        if kind in _PARENTS:
            found += _rebase(data, start + 8, start + size, ticks, numbers)
        elif kind == b"tfdt":
            _add(data, start + 12, ">Q" if data[start + 8] == 1 else ">I", ticks)
            found += 1
        elif kind == b"mfhd":
            _add(data, start + 12, ">I", numbers)
        start += size
    return found


def _add(data: bytearray, at: int, layout: str, amount: int) -> None:
    (value,) = struct.unpack_from(layout, data, at)
    struct.pack_into(layout, data, at, value + amount)
