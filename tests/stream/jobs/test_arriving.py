"""Whether an encode waits for bytes rather than for the processor; how far one is that follows."""

import pytest

from stream.jobs.arriving import ArrivalPace
from stream.jobs.showing import Grown
from transcode.package import Growth

READING, WAITING, SLOW = (False, True), (True, False), (True, True)


@pytest.mark.parametrize(
    ("looks", "is_slow", "is_silent"),
    [
        pytest.param([READING] * 20, False, False, id="bytes-are-always-there"),
        pytest.param([WAITING] * 19, False, False, id="not-judged-before-a-whole-window"),
        pytest.param([WAITING] * 20, True, False, id="nothing-came"),
        pytest.param([SLOW] * 500, True, False, id="a-trickle-is-no-silence"),
        pytest.param([SLOW, READING] * 10, True, False, id="half-of-the-time"),
        pytest.param([SLOW, READING, READING] * 7, False, False, id="a-third-of-the-time"),
        pytest.param([WAITING] * 20 + [READING] * 20, False, False, id="the-past-is-forgotten"),
        pytest.param([WAITING] * 600, True, True, id="ten-minutes-of-silence"),
        pytest.param([WAITING] * 599 + [SLOW], True, False, id="the-last-moment"),
    ],
)
def test_pace(looks: list[tuple[bool, bool]], is_slow: bool, is_silent: bool) -> None:
    pace = ArrivalPace()
    for is_waiting, has_read in looks:
        pace.look(is_waiting=is_waiting, has_read=has_read)
    assert (pace.is_slow, pace.is_silent) == (is_slow, is_silent)


@pytest.mark.parametrize(
    ("whole_s", "to_come", "expected"),
    [
        pytest.param(0.0, (), 0.0, id="nobody-knows-before-it-has-arrived"),
        pytest.param(60.0, (), 0.5, id="all-qualities-at-once"),
        pytest.param(60.0, ("high", "medium"), 0.25, id="two-follow-the-two-that-are-made"),
        pytest.param(20.0, (), 1.0, id="never-more-than-all"),
    ],
)
def test_how_far_a_run_of_unknown_length_is(
    whole_s: float, to_come: tuple[str, ...], expected: float
) -> None:
    grown = Grown(whole_s=whole_s)
    grown.note(Growth(media_s=20, rungs=("still", "low"), to_come=to_come))
    assert grown.fraction_at(30) == expected
