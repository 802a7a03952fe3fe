"""How long to wait and how much to send."""

import pytest

from capture.pace import (
    MAX_CHUNK_BYTES,
    MAX_WAIT_S,
    MIN_CHUNK_BYTES,
    failures_after,
    next_chunk_bytes,
    restart_after_s,
    wait_s,
)


@pytest.mark.parametrize(
    ("sent_bytes", "took_s", "expected"),
    [
        pytest.param(256 << 10, 4.0, 256 << 10, id="four-seconds-is-right"),
        pytest.param(256 << 10, 8.0, 128 << 10, id="a-slow-link-gets-less"),
        pytest.param(256 << 10, 0.01, 512 << 10, id="a-quick-answer-at-most-doubles-it"),
        pytest.param(256 << 10, 0.0, 512 << 10, id="no-time-at-all"),
        pytest.param(MAX_CHUNK_BYTES, 0.1, MAX_CHUNK_BYTES, id="bounded-above"),
        pytest.param(MIN_CHUNK_BYTES, 600.0, MIN_CHUNK_BYTES, id="bounded-below"),
    ],
)
def test_chunks_follow_the_link(sent_bytes: int, took_s: float, expected: int) -> None:
    assert next_chunk_bytes(sent_bytes, took_s) == expected


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_waits_grow_to_a_bound_and_stay_there(jitter: float) -> None:
    waits = [wait_s(failures, jitter) for failures in range(1, 200)]
    assert waits == sorted(waits)
    assert 0.25 <= waits[0] <= 0.5
    assert MAX_WAIT_S / 2 <= waits[-1] <= MAX_WAIT_S


def test_a_recorder_is_restarted_three_times_and_each_time_within_three_seconds() -> None:
    pauses = [restart_after_s(failures) for failures in range(1, 6)]
    assert pauses[3:] == [None, None]
    assert all(pause is not None and pause < 3 for pause in pauses[:3])


def test_a_long_run_in_between_forgives_earlier_failures() -> None:
    assert failures_after(3, ran_s=3600) == 1
    assert failures_after(2, ran_s=1) == 3
