"""How much disk an encode needs, before it starts and after it found too little."""

import pytest

from stream.jobs.room import SMALL_FILES_BYTES, learnt_room_bytes, needed_room_bytes

MB = 10**6


@pytest.mark.parametrize(
    ("media_s", "source_bytes", "expected_bytes"),
    [
        pytest.param(0, 0, 0, id="nothing-but-small-files"),
        pytest.param(3600, 500 * MB, 1000 * MB, id="at-most-twice-the-recording"),
        pytest.param(3600, 20_000 * MB, 2700 * MB, id="at-most-what-the-ladder-may-spend"),
    ],
)
def test_needed_room(media_s: float, source_bytes: int, expected_bytes: int) -> None:
    assert needed_room_bytes(media_s, source_bytes) == expected_bytes + SMALL_FILES_BYTES


@pytest.mark.parametrize(
    ("written_bytes", "fraction", "expected_bytes"),
    [
        pytest.param(50 * MB, 0.5, 125 * MB, id="what-it-would-have-come-to-and-a-quarter-more"),
        pytest.param(10 * MB, 0.5, 100 * MB, id="never-less-than-was-thought"),
        pytest.param(90 * MB, 0.01, 100 * MB, id="the-very-beginning-tells-nothing"),
    ],
)
def test_learnt_room(written_bytes: int, fraction: float, expected_bytes: int) -> None:
    assert learnt_room_bytes(100 * MB, written_bytes, fraction) == expected_bytes
