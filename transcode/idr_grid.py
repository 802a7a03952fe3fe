"""Read from raw H.264 where its IDR pictures are: what an encoder did, not what it was asked for.

Of a stream in Annex B form (ITU-T H.264) only the first bits of each slice are looked at. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SLICE, IDR_SLICE = 1, 5  # NAL unit types, table 7-1
B_SLICES = (1, 6)  # slice types, table 7-6


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """One picture, in the order in which it is decoded."""

    is_idr: bool
    is_b: bool  # shown before one that is decoded earlier


def coded_pictures(stream: bytes) -> Iterator[CodedPicture]:
    """Each picture of a raw stream; a picture of several slices counts once."""
    for unit in stream.split(b"\x00\x00\x01")[1:]:
        kind = unit[0] & 0x1F if unit else 0
        if kind not in (SLICE, IDR_SLICE):
            continue
        bits = f"{int.from_bytes(unit[1:9].ljust(8, bytes(1))):064b}"
        first_block, at = _exp_golomb(bits, 0)
        slice_type, _ = _exp_golomb(bits, at)
        if first_block == 0:
            yield CodedPicture(kind == IDR_SLICE, slice_type in B_SLICES)


def grid_fault(stream: bytes, frames: int, grid: Sequence[int]) -> str | None:
    """What keeps a stream of `frames` pictures from beginning a segment at each picture of `grid`,
    counted from 0; None if nothing does.
    """
    pictures = list(coded_pictures(stream))
    if len(pictures) != frames:
        return f"of {frames} pictures it made {len(pictures)}"
    if any(picture.is_b for picture in pictures):
        return "it puts pictures out of their order"
    found = [number for number, picture in enumerate(pictures) if picture.is_idr]
    if found != list(grid):
        return f"IDR pictures were asked for at {list(grid)} and came at {found[:12]}"
    return None


def _exp_golomb(bits: str, at: int) -> tuple[int, int]:
    """An unsigned number (9.1) and where the next begins; too large a one counts as 0."""
    zeros = bits.find("1", at) - at
    end = at + 2 * zeros + 1
    if zeros < 0 or end > len(bits):
        return 0, len(bits)
    return int(bits[at + zeros : end], 2) - 1, end
