"""Sets of media seconds as bits: bit i is set when second [i, i+1) was played.

An `int` in memory (union is `|`), little-endian bytes in the `coverage` table. A set can only grow:
whatever order, loss or repetition batches arrive in, the union is the same.
"""

from collections.abc import Iterable, Iterator

Range = tuple[int, int]


def second_count(duration_s: float) -> int:
    """Return how many seconds a lecture has: at least 1; a last part under half a second is none.

    The player counts a second as played when half of it was; a shorter rest could never be.
    """
    return max(1, int(duration_s + 0.5))


def ranges_to_bits(ranges: Iterable[Range], count: int) -> int:
    """Return the set of the half-open `ranges`, cut to the seconds 0 to `count`."""
    bits = 0
    for start, end in ranges:
        start, end = max(start, 0), min(end, count)
        if start < end:
            bits |= ((1 << (end - start)) - 1) << start
    return bits


def bits_to_ranges(bits: int) -> list[Range]:
    """Return the set as ordered, separate, half-open ranges."""
    ranges: list[Range] = []
    for second in seconds_in(bits):
        if ranges and ranges[-1][1] == second:
            ranges[-1] = (ranges[-1][0], second + 1)
        else:
            ranges.append((second, second + 1))
    return ranges


def seconds_in(bits: int) -> Iterator[int]:
    """Yield the set's seconds in order."""
    return (second for second, digit in enumerate(reversed(f"{bits:b}")) if digit == "1")


def bits_to_bytes(bits: int) -> bytes:
    """Return the set as the table keeps it."""
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def bytes_to_bits(stored: bytes) -> int:
    """Return the set that `bits_to_bytes` stored."""
    return int.from_bytes(stored, "little")
