"""The waiting room: who waits goes on when the machine has room, and time is counted fairly."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from stream.jobs.lanes import ENCODE_MEMORY_BYTES, Machine, Order
from stream.jobs.turns import MEMORY_GROWS_S, Turns
from stream.tables import Lane, WaitReason

CLIP, LECTURE = 300.0, 5400.0


@dataclass
class World:
    """What the room sees of the outside; tests change it."""

    machine: Machine
    now_s: float = 1000.0


@pytest.fixture
def world() -> World:
    return World(Machine(slots=2, memory_bytes=100 * ENCODE_MEMORY_BYTES, room_bytes=1000))


@pytest.fixture
def turns(world: World) -> Turns:
    return Turns(lambda: world.machine, clock=lambda: world.now_s, look_again_s=0.02)


def order(job_id: str, media_s: float = LECTURE, room_bytes: int = 0) -> Order:
    return Order(job_id, Lane.FIRST, media_s, media_s / 3, 0.0, room_bytes)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.005)


def names(turns: Turns) -> set[str]:
    return {each.order.job_id for each in turns.running()}


class Job:
    """Takes a turn, in a task, and keeps it until it is told to end."""

    def __init__(self, turns: Turns, asks: Order) -> None:
        self.end = asyncio.Event()
        self.task = asyncio.create_task(self._work(turns, asks))

    async def _work(self, turns: Turns, asks: Order) -> None:
        async with turns.turn(asks):
            await self.end.wait()


@pytest.mark.parametrize(
    ("waiting", "lane", "wanted"),
    [
        pytest.param({}, Lane.FIRST, True, id="a-recording-that-is-whole"),
        pytest.param({"lane": Lane.AV1}, Lane.FIRST, False, id="what-can-wait-itself"),
        pytest.param({"makes_place": True}, Lane.FIRST, False, id="another-slow-one"),
        pytest.param({"room_bytes": 10**9}, Lane.FIRST, False, id="one-that-lacks-room"),
        pytest.param({}, Lane.LIVE, False, id="live-work-has-no-place"),
    ],
)
async def test_a_place_is_wanted_by(
    turns: Turns, waiting: dict[str, Any], lane: Lane, wanted: bool
) -> None:
    job, other = Job(turns, order("running")), Job(turns, replace(order("waiting"), **waiting))
    await until(lambda: names(turns) == {"running"} and len(turns.waiting()) == 1)
    assert turns.are_wanted(lane) is wanted
    for each in (job, other):
        each.task.cancel()
    await asyncio.wait({job.task, other.task})


async def test_the_next_one_starts_when_one_ends(turns: Turns) -> None:
    first, second = Job(turns, order("first")), Job(turns, order("second"))
    await until(lambda: len(turns.waiting()) == 1)
    assert names(turns) == {"first"}
    assert [(each.job_id, why) for each, why in turns.waiting()] == [("second", WaitReason.TURN)]
    first.end.set()
    await until(lambda: names(turns) == {"second"})
    second.end.set()
    await second.task
    assert names(turns) == set()


async def test_a_clip_goes_beside_a_lecture_and_another_lecture_does_not(turns: Turns) -> None:
    jobs = [Job(turns, order("lecture")), Job(turns, order("clip", CLIP))]
    await until(lambda: len(turns.running()) == 2)
    jobs.append(Job(turns, order("another")))
    await until(lambda: len(turns.waiting()) == 1)
    assert names(turns) == {"lecture", "clip"}
    assert [(each.job_id, why) for each, why in turns.waiting()] == [("another", WaitReason.TURN)]
    for job in jobs:
        job.end.set()
        await job.task
    assert names(turns) == set()


@pytest.mark.parametrize("who", ["running", "waiting"])
async def test_a_cancelled_job_gives_its_place_up(turns: Turns, who: str) -> None:
    running, waiting = Job(turns, order("running")), Job(turns, order("waiting"))
    await until(lambda: len(turns.waiting()) == 1)
    cancelled, stays = (running, waiting) if who == "running" else (waiting, running)
    cancelled.task.cancel()
    await until(lambda: not turns.waiting())
    assert names(turns) == {"waiting" if who == "running" else "running"}
    stays.end.set()
    await asyncio.wait({cancelled.task, stays.task})
    assert (cancelled.task.cancelled(), stays.task.cancelled()) == (True, False)
    assert names(turns) == set()


async def test_who_lacks_room_on_the_disk_goes_on_by_itself_when_there_is_enough_and_some(
    turns: Turns, world: World
) -> None:
    job = Job(turns, order("big", room_bytes=2000))
    await until(lambda: [why for _, why in turns.waiting()] == [WaitReason.ROOM])
    world.machine = replace(world.machine, room_bytes=2100)
    await asyncio.sleep(0.1)
    assert names(turns) == set(), "it started with hardly enough room"
    world.machine = replace(world.machine, room_bytes=2500)
    await until(lambda: names(turns) == {"big"})
    job.end.set()
    await job.task


async def test_room_that_a_running_job_will_still_take_is_not_given_twice(
    turns: Turns, world: World
) -> None:
    asks = order("clip", CLIP, room_bytes=600)
    async with turns.turn(order("lecture", room_bytes=600)) as lecture:
        clip = Job(turns, asks)
        await until(lambda: [why for _, why in turns.waiting()] == [WaitReason.ROOM])
        lecture.note(0.75, 3.0)
        world.machine = replace(world.machine, room_bytes=550)  # it has written 450
        assert turns.machine().room_bytes == 400
        world.machine = replace(world.machine, room_bytes=900)
        await until(lambda: names(turns) == {"lecture", "clip"})
        clip.end.set()
        await clip.task


async def test_memory_that_an_encode_has_not_taken_yet_is_not_given_twice(
    turns: Turns, world: World
) -> None:
    world.machine = replace(world.machine, memory_bytes=2 * ENCODE_MEMORY_BYTES - 1)
    async with turns.turn(order("lecture")):
        clip = Job(turns, order("clip", CLIP))
        await until(lambda: [why for _, why in turns.waiting()] == [WaitReason.MEMORY])
        world.now_s += MEMORY_GROWS_S  # by now what it took is seen in the figure itself
        await until(lambda: names(turns) == {"lecture", "clip"})
        clip.end.set()
        await clip.task


async def test_time_that_was_shared_counts_as_half_the_work(turns: Turns, world: World) -> None:
    async with turns.turn(order("lecture")) as lecture:
        world.now_s += 100
        async with turns.turn(order("clip", CLIP)) as clip:
            world.now_s += 50
            turns.settle()
            assert (lecture.work_s, clip.work_s) == (125, 25)
        world.now_s += 10
        turns.settle()
        assert lecture.work_s == 135


async def test_what_is_left_follows_the_pace_that_is_seen(turns: Turns, world: World) -> None:
    async with turns.turn(order("lecture")) as lecture:
        assert lecture.left_s == LECTURE / 3
        lecture.note(0.001, 3.0)
        world.now_s += 500
        turns.settle()
        lecture.note(0.5, 3.0)
        assert lecture.left_s == pytest.approx(500, rel=0.2)
