"""Where segments begin."""

import pytest

from transcode.grid import segment_starts_s


@pytest.mark.parametrize(
    ("duration_s", "expected"),
    [
        pytest.param(0.04, [0], id="one-frame-is-one-segment"),
        pytest.param(2.0, [0], id="a-segment-is-never-empty"),
        pytest.param(3.0, [0, 2], id="short-segments-come-first"),
        pytest.param(4.001, [0, 2], id="a-millisecond-is-no-segment"),
        pytest.param(4.499, [0, 2], id="nor-is-a-rest-under-half-a-second"),
        pytest.param(4.5, [0, 2, 4], id="half-a-second-is"),
        pytest.param(8.25, [0, 2, 4], id="the-end-of-the-ramp-likewise"),
        pytest.param(14.3, [0, 2, 4, 8], id="and-what-follows"),
        pytest.param(27, [0, 2, 4, 8, 14, 20, 26], id="then-every-six-seconds"),
    ],
)
def test_segments_begin(duration_s: float, expected: list[float]) -> None:
    assert segment_starts_s(duration_s) == expected


@pytest.mark.parametrize("hundredths", range(700, 2600, 23))
def test_no_segment_is_longer_than_the_target_allows_nor_a_rest(hundredths: int) -> None:
    duration_s = hundredths / 100
    ends = [*segment_starts_s(duration_s)[1:], duration_s]
    lengths = [end - start for start, end in zip(segment_starts_s(duration_s), ends, strict=True)]
    assert all(0.5 <= length < 6.5 for length in lengths)
