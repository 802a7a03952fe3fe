"""Which lectures get an AV1 set, and whom one that is being made makes room for: as tables."""

import pytest

from stream.jobs.av1_rule import Av1Choice, is_worth_av1
from stream.jobs.eta import Measured
from stream.jobs.giving_way import gives_way
from stream.jobs.lanes import Machine, Order
from stream.tables import Lane

MINUTE = 60.0
FAST_SETS = [Measured("presentation-1080", MINUTE, 0.3 * MINUTE)]
SLOW_SETS = [Measured("presentation-1080", MINUTE, 2.0 * MINUTE)]


@pytest.mark.parametrize(
    ("choice", "publish_work_s", "made", "expected"),
    [
        pytest.param("auto", 0.45 * MINUTE, [], True, id="fast-enough-for-two-rooms-a-day"),
        pytest.param("auto", 0.50 * MINUTE, [], False, id="too-slow"),
        pytest.param("auto", 0.50 * MINUTE, FAST_SETS, True, id="sets-were-faster-than-expected"),
        pytest.param("auto", 0.20 * MINUTE, SLOW_SETS, False, id="sets-were-slower-than-expected"),
        pytest.param("auto", 0.0, [], False, id="nothing-is-known"),
        pytest.param("on", 9.00 * MINUTE, [], True, id="on-however-slow"),
        pytest.param("off", 0.01 * MINUTE, [], False, id="off-however-fast"),
    ],
)
def test_the_machines_speed_decides(
    choice: str, publish_work_s: float, made: list[Measured], expected: bool
) -> None:
    found = is_worth_av1(
        Av1Choice(choice), content="presentation-1080", media_s=MINUTE,
        publish_work_s=publish_work_s, made=made,
    )  # fmt: skip
    assert found is expected


def order(name: str, lane: Lane, *, media_s: float = 3600, since_s: float = 0) -> Order:
    return Order(name, lane, media_s, cost_s=media_s / 2, since_s=since_s, room_bytes=1)


HOUR = 3600.0
TWO_CORES = Machine(slots=2, memory_bytes=0, room_bytes=10)
SET = order("set", Lane.AV1)


@pytest.mark.parametrize(
    ("waiting", "others", "machine", "now_s", "expected"),
    [
        pytest.param([], [], TWO_CORES, 0, False, id="nobody-waits"),
        pytest.param([order("a", Lane.FIRST)], [], TWO_CORES, 0, True, id="a-lecture-waits"),
        pytest.param([order("a", Lane.CAPTIONS)], [], TWO_CORES, 0, False, id="captions-wait"),
        pytest.param(
            [order("a", Lane.AV1, media_s=600)], [], TWO_CORES, 0, False, id="a-shorter-set-waits"
        ),
        pytest.param(
            [order("a", Lane.FIRST)],
            [],
            Machine(2, 0, room_bytes=0),
            0,
            False,
            id="who-waits-for-room-is-not-helped",
        ),
        pytest.param(
            [order("a", Lane.FIRST, since_s=13 * HOUR)],
            [],
            TWO_CORES,
            13 * HOUR,
            False,
            id="after-twelve-hours-it-is-its-turn",
        ),
    ],
)
def test_a_set_makes_room(
    waiting: list[Order], others: list[Order], machine: Machine, now_s: float, expected: bool
) -> None:
    assert gives_way(SET, waiting, others, machine, now_s) is expected
