"""How long somebody waits who has failed so often."""

import pytest

from stream.people.throttle import MAX_KEYS, Failures, Patience, Throttle, wait_s

PATIENCE = Patience(free=3, longest_wait_s=8.0, forget_after_s=100.0)


@pytest.mark.parametrize(
    ("count", "passed_s", "expected_s"),
    [
        pytest.param(0, 0.0, 0.0, id="nothing-happened"),
        pytest.param(2, 0.0, 0.0, id="the-first-failures-are-free"),
        pytest.param(3, 0.0, 1.0, id="then-a-second"),
        pytest.param(5, 0.0, 4.0, id="doubling"),
        pytest.param(5, 3.0, 1.0, id="time-passes"),
        pytest.param(5, 4.0, 0.0, id="the-wait-is-over"),
        pytest.param(500, 0.0, 8.0, id="never-longer-than-the-longest"),
        pytest.param(500, 100.0, 0.0, id="forgotten"),
    ],
)
def test_the_wait_grows_to_a_bound(count: int, passed_s: float, expected_s: float) -> None:
    failures = Failures(count, last_s=50.0) if count else None
    assert wait_s(PATIENCE, failures, 50.0 + passed_s) == expected_s


def test_waiting_is_not_held_against_anybody() -> None:
    """Refused tries are not counted, so hammering does not prolong the wait of a victim."""
    throttle = Throttle(PATIENCE)
    for _ in range(4):
        throttle.failed("maria", 0.0)
    assert throttle.wait_s("maria", 1.0) == throttle.wait_s("maria", 1.0) == 1.0
    assert throttle.wait_s("maria", 2.0) == 0.0


def test_success_clears_a_key_and_taking_back_clears_one_try() -> None:
    throttle = Throttle(PATIENCE)
    for _ in range(4):
        throttle.failed("a", 0.0)
        throttle.failed("b", 0.0)
    throttle.succeeded("a")
    throttle.take_back("b")
    assert throttle.wait_s("a", 0.0) == 0.0
    assert throttle.wait_s("b", 0.0) == 1.0


def test_memory_is_bounded_and_the_busiest_keys_stay() -> None:
    throttle = Throttle(PATIENCE)
    for number in range(MAX_KEYS * 2):
        for _ in range(4 if number % MAX_KEYS == MAX_KEYS - 1 else 1):
            throttle.failed(f"key {number}", 0.0)
        throttle.failed("hammered", 0.0)
    assert throttle.wait_s("hammered", 0.0) == 8.0
    assert throttle.wait_s(f"key {MAX_KEYS - 1}", 0.0) == 0.0  # the longest untouched went
