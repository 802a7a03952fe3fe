"""The queue's contract: what the server relies on, whatever stands behind the port."""

import asyncio
from datetime import timedelta

import pytest

from stream.jobs.queue import InMemoryQueue


@pytest.fixture
def queue() -> InMemoryQueue:
    return InMemoryQueue()


@pytest.fixture
async def done(queue: InMemoryQueue) -> asyncio.Queue[str]:
    """Ids in the order in which their handlers ended."""
    ended: asyncio.Queue[str] = asyncio.Queue()

    async def handler(job_id: str) -> None:
        await ended.put(job_id)

    queue.register("note", handler, at_once=1)
    return ended


async def test_delivers_each_id_to_its_kinds_handler(
    queue: InMemoryQueue, done: asyncio.Queue[str]
) -> None:
    async with queue.working():
        for job_id in ("a", "b"):
            await queue.enqueue("note", job_id)
        async with asyncio.timeout(10):
            assert {await done.get(), await done.get()} == {"a", "b"}


async def test_a_waiting_job_is_not_added_twice(
    queue: InMemoryQueue, done: asyncio.Queue[str]
) -> None:
    await queue.enqueue("note", "a")
    await queue.enqueue("note", "a")
    await queue.enqueue("note", "b")
    async with queue.working(), asyncio.timeout(10):
        assert [await done.get(), await done.get()] == ["a", "b"]
    assert done.empty()


async def test_a_delayed_job_comes_later(queue: InMemoryQueue, done: asyncio.Queue[str]) -> None:
    await queue.enqueue("note", "later", after=timedelta(seconds=1))
    await queue.enqueue("note", "now")
    async with queue.working(), asyncio.timeout(20):
        assert [await done.get(), await done.get()] == ["now", "later"]


async def test_a_handler_may_enqueue_its_own_job_again(queue: InMemoryQueue) -> None:
    ended: asyncio.Queue[str] = asyncio.Queue()
    tries = iter([1, 2])

    async def handler(job_id: str) -> None:
        if next(tries) == 1:
            await queue.enqueue("again", job_id, after=timedelta(milliseconds=200))
        else:
            await ended.put(job_id)

    queue.register("again", handler, at_once=1)
    await queue.enqueue("again", "a")
    async with queue.working(), asyncio.timeout(20):
        assert await ended.get() == "a"


async def test_an_error_in_a_handler_does_not_stop_the_queue(
    queue: InMemoryQueue, done: asyncio.Queue[str]
) -> None:
    async def broken(job_id: str) -> None:
        raise ValueError(job_id)

    queue.register("broken", broken, at_once=1)
    await queue.enqueue("broken", "x")
    async with queue.working(), asyncio.timeout(10):
        await asyncio.sleep(0.2)
        await queue.enqueue("note", "a")
        assert await done.get() == "a"


@pytest.mark.parametrize("how", ["cancel", "stop"])
async def test_a_running_job_ends_when(queue: InMemoryQueue, how: str) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    async def endless(job_id: str) -> None:
        started.set()
        try:
            await asyncio.sleep(3600)
        finally:
            stopped.set()

    queue.register("endless", endless, at_once=1)
    await queue.enqueue("endless", "a")
    async with asyncio.timeout(20):
        async with queue.working():
            await started.wait()
            if how == "cancel":
                await queue.cancel("a")
                assert stopped.is_set()
        assert stopped.is_set()
