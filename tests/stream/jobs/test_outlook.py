"""What people are told of a job: only what is news, and all of it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from stream.jobs.lanes import ENCODE_MEMORY_BYTES, Machine, Order
from stream.jobs.outlook import Outlook, look
from stream.jobs.turns import Turns
from stream.tables import Lane, WaitReason

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROOMY = Machine(slots=1, memory_bytes=10 * ENCODE_MEMORY_BYTES, room_bytes=1000)


def at(seconds: float) -> Outlook:
    return Outlook(NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("told", "now", "expected"),
    [
        pytest.param(at(600), at(601), False, id="a-second-more-or-less"),
        pytest.param(at(600), at(629), False, id="a-twentieth-of-ten-minutes"),
        pytest.param(at(600), at(640), True, id="more-than-that"),
        pytest.param(at(10), at(13), True, id="near-the-end-seconds-count"),
        pytest.param(Outlook(), at(600), True, id="an-end-is-known-now"),
        pytest.param(at(600), Outlook(), True, id="or-no-more"),
        pytest.param(Outlook(), Outlook(), False, id="still-nothing-known"),
        pytest.param(Outlook(before_it=2), Outlook(before_it=1), True, id="one-place-forward"),
        pytest.param(
            Outlook(waits_for=WaitReason.TURN), Outlook(waits_for=WaitReason.ROOM), True,
            id="it-waits-for-something-else",
        ),
    ],
)  # fmt: skip
def test_news(told: Outlook, now: Outlook, expected: bool) -> None:
    assert now.is_news(told, NOON) is expected


async def test_everybody_in_the_waiting_room_is_told_place_reason_and_end() -> None:
    turns = Turns(lambda: ROOMY, clock=lambda: 0.0)

    async def wait(order: Order) -> None:
        async with turns.turn(order):
            await asyncio.sleep(3600)

    orders = [
        Order("runs", Lane.FIRST, 3600, 900, 0.0),
        Order("next", Lane.FIRST, 3600, 1000, 0.0),
        Order("then", Lane.AV1, 3600, 2000, 0.0),
        Order("big", Lane.AV1, 3600, 5000, 0.0, room_bytes=2000),
    ]
    tasks = [asyncio.create_task(wait(order)) for order in orders]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert look(turns, NOON) == {
        "runs": at(900),
        "next": Outlook(NOON + timedelta(seconds=1900), 1, WaitReason.TURN),
        "then": Outlook(NOON + timedelta(seconds=3900), 2, WaitReason.TURN),
        "big": Outlook(None, 3, WaitReason.ROOM),
    }
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
