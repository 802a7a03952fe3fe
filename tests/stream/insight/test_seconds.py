"""Coverage only grows, whatever happens to batches on their way."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.insight.seconds import (
    bits_to_bytes,
    bits_to_ranges,
    bytes_to_bits,
    ranges_to_bits,
    second_count,
)

COUNT = 60
RANGES = st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=5)


def brute_force(ranges: list[tuple[int, int]]) -> set[int]:
    return {second for start, end in ranges for second in range(start, end)} & set(range(COUNT))


@given(batches=st.lists(RANGES, max_size=6), data=st.data())
def test_merging_is_a_union_under_loss_duplication_and_reordering(
    batches: list[list[tuple[int, int]]], data: st.DataObject
) -> None:
    arriving = data.draw(st.lists(st.sampled_from(batches), max_size=12)) if batches else []
    stored = b""
    expected: set[int] = set()
    for ranges in arriving:
        before = bytes_to_bits(stored)
        stored = bits_to_bytes(before | ranges_to_bits(ranges, COUNT))
        assert bytes_to_bits(stored) & before == before
        expected |= brute_force(ranges)
    found = bits_to_ranges(bytes_to_bits(stored))
    assert {second for pair in found for second in range(*pair)} == expected


@given(RANGES)
def test_ranges_come_back_ordered_and_apart(ranges: list[tuple[int, int]]) -> None:
    found = bits_to_ranges(ranges_to_bits(ranges, COUNT))
    assert all(start < end for start, end in found)
    assert all(left[1] < right[0] for left, right in pairwise(found))


@pytest.mark.parametrize(
    ("duration_s", "seconds"),
    [(0.0, 1), (0.04, 1), (1.49, 1), (1.5, 2), (90.0, 90), (90.4, 90), (90.6, 91)],
)
def test_a_lecture_has_the_seconds_that_can_be_played(duration_s: float, seconds: int) -> None:
    assert second_count(duration_s) == seconds


def test_bit_i_is_second_i_little_endian() -> None:
    assert bits_to_bytes(ranges_to_bits([(0, 1), (9, 10)], COUNT)) == b"\x01\x02"
