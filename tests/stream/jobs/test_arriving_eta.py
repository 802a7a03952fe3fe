"""When a lecture will be made whose recording still arrives: tables, and simulated uploads."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.jobs.eta import (
    END_S,
    Arriving,
    Underway,
    arrival_left_s,
    following_left_s,
    forecast,
)
from stream.jobs.lanes import ENCODE_MEMORY_BYTES, Machine, Order
from stream.tables import Lane

MACHINE = Machine(slots=2, memory_bytes=10 * ENCODE_MEMORY_BYTES, room_bytes=10**12)
GUESS = Order("arrives", Lane.FIRST, 2700, 1350, 0.0)


@pytest.mark.parametrize(
    ("looks", "length_bytes", "expected_s"),
    [
        pytest.param([], 1000, None, id="nobody-has-looked"),
        pytest.param([(0, 100), (10, 200)], None, None, id="a-length-nobody-knows"),
        pytest.param([(0, 100), (10, 200)], 1000, 80, id="as-fast-as-until-now"),
        pytest.param([(0, 100), (3, 130)], 1000, None, id="too-short-to-tell"),
        pytest.param([(0, 100), (10, 100)], 1000, None, id="nothing-comes"),
        pytest.param([(0, 0), (100, 900), (160, 900)], 1000, None, id="it-has-stopped-for-long"),
        pytest.param([(0, 0), (100, 500), (160, 560)], 1000, 440, id="the-last-minute-counts"),
        pytest.param([(0, 1000)], 1000, 0, id="it-is-all-here"),
    ],
)
def test_until_the_last_byte(
    looks: list[tuple[float, int]], length_bytes: int | None, expected_s: float | None
) -> None:
    assert arrival_left_s(looks, length_bytes) == expected_s


@pytest.mark.parametrize(
    ("work_s", "busy_share", "done_share", "expected_s"),
    [
        pytest.param(100, 1.0, 0.25, 300, id="it-never-waits-so-its-pace-counts"),
        pytest.param(100, 0.2, 0.5, 20, id="it-waits-most-of-its-time-and-works-the-rest"),
        pytest.param(30, 1.0, 0.01, 1320, id="what-is-expected-of-a-lesson-at-first"),
        pytest.param(100, 1.0, 1.0, 0, id="it-has-read-all"),
    ],
)
def test_work_left(work_s: float, busy_share: float, done_share: float, expected_s: float) -> None:
    arriving = Arriving(60, busy_share, done_share)
    assert following_left_s(1350, work_s, arriving) == pytest.approx(expected_s)


@given(
    last_byte_s=st.none() | st.floats(0, 10**5),
    left_s=st.floats(0, 10**5),
    others=st.lists(st.floats(1, 10**4), max_size=4),
)
def test_no_end_is_told_before_the_last_byte_and_none_where_nobody_knows_it(
    last_byte_s: float | None, left_s: float, others: list[float]
) -> None:
    waiting = [Order(str(n), Lane.FIRST, 3600, cost, 0.0) for n, cost in enumerate(others)]
    not_before_s = Arriving(last_byte_s, 1.0, 0.5).not_before_s
    ends_s = forecast(waiting, [Underway(GUESS, left_s, not_before_s)], MACHINE, 0.0)
    assert ("arrives" in ends_s) is (last_byte_s is not None)
    assert len(ends_s) == len(others) + (last_byte_s is not None)
    if last_byte_s is not None:
        assert ends_s["arrives"] >= max(left_s, last_byte_s + END_S)


def test_who_waits_for_bytes_keeps_nobody_waiting() -> None:
    slow = Underway(GUESS, 30, not_before_s=3600)
    next_one = Order("next", Lane.FIRST, 3600, 900, 0.0)
    assert forecast([next_one], [slow], MACHINE, 0.0) == {"arrives": 3600, "next": 930}


@dataclass
class Upload:
    """A recording that is sent, and the encode that follows it, second by second."""

    chance: random.Random
    length_bytes: int
    bytes_each_s: float  # as they arrive
    read_each_s: float  # by an encode that never waits

    def errors(self) -> list[float]:
        """How far each forecast was from the truth, as a part of the time it all took."""
        here, read, work_s, busy, looks, drift = 0.0, 0.0, 0.0, 0, 0, 0.0
        seen: list[tuple[float, int]] = []
        told: list[tuple[float, float]] = []
        while here < self.length_bytes:
            drift = 0.9 * drift + self.chance.gauss(0, 0.08)
            here = min(self.length_bytes, here + self.bytes_each_s * max(0.2, 1 + drift))
            could = self.read_each_s * self.chance.lognormvariate(0, 0.2)
            is_busy = read + could <= here
            read = min(here, read + could)
            work_s, looks, busy = work_s + 1, looks + 1, busy + is_busy
            seen.append((work_s, round(here)))
            arriving = Arriving(
                arrival_left_s(seen, self.length_bytes), busy / looks, read / self.length_bytes
            )
            left_s = following_left_s(GUESS.cost_s, work_s, arriving)
            ends_s = forecast([], [Underway(GUESS, left_s, arriving.not_before_s)], MACHINE, 0.0)
            if here >= 0.1 * self.length_bytes and "arrives" in ends_s:
                told.append((work_s, work_s + ends_s["arrives"]))
        end_s = work_s + END_S + (self.length_bytes - read) / self.read_each_s
        assert len(told) > 0.8 * work_s, "most of the time an end is told"
        return [abs(foretold_s - end_s) / end_s for _, foretold_s in told]


@pytest.mark.parametrize(
    ("bytes_each_s", "read_each_s"),
    [
        pytest.param(1.0, 4.0, id="the-link-is-slow"),
        pytest.param(5.0, 1.0, id="the-encode-is-slow"),
        pytest.param(1.2, 1.0, id="both-alike"),
    ],
)
@pytest.mark.parametrize("seed", [1, 40, 2026])
def test_nine_forecasts_in_ten_are_right_to_a_fifth_once_a_tenth_is_here(
    seed: int, bytes_each_s: float, read_each_s: float
) -> None:
    upload = Upload(random.Random(seed), 600_000, 1000 * bytes_each_s, 1000 * read_each_s)
    errors = sorted(upload.errors())
    assert errors[int(0.9 * len(errors))] <= 0.20
