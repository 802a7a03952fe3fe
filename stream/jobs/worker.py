"""The server's own worker: a queue in this process, filled from the rows at start."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from stream.app_keys import DATABASE, FOLDERS, SETTINGS
from stream.database import Database
from stream.errors import Busy
from stream.folders import Folders
from stream.jobs.arriving import ArrivalPace
from stream.jobs.av1 import Av1Maker
from stream.jobs.av1_orders import Av1Orders
from stream.jobs.av1_rule import Av1Choice
from stream.jobs.early import FOLLOWED_AFTER, EarlyJobs
from stream.jobs.endings import Endings
from stream.jobs.lanes import Machine
from stream.jobs.machine import available_memory_bytes, encode_slots, free_disk_bytes
from stream.jobs.notices import NOTICES, Notices
from stream.jobs.orders import PublishOrders
from stream.jobs.outlook import keep_outlook
from stream.jobs.publish import Publisher
from stream.jobs.queue import InMemoryQueue
from stream.jobs.reconcile import reconcile, sweep_scratch, unfinished
from stream.jobs.store import AV1, PUBLISH
from stream.jobs.turns import Turns

EARLY_JOBS = web.AppKey("early_jobs", EarlyJobs)
PUBLISH_ORDERS = web.AppKey("publish_orders", PublishOrders)

LOOK_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How this worker works; tests are given others, before the application starts."""

    slots: int = field(default_factory=encode_slots)
    followed_after: timedelta = FOLLOWED_AFTER
    pace: Callable[[], ArrivalPace] = ArrivalPace


HABITS = web.AppKey("habits", Habits)


async def worker(app: web.Application) -> AsyncIterator[None]:
    """A `cleanup_ctx`: jobs run while the application does."""
    database, folders, notices = app[DATABASE], app[FOLDERS], app[NOTICES]
    queue, habits = InMemoryQueue(), app.get(HABITS) or Habits()
    turns = Turns(lambda: _machine(habits.slots, folders.scratch))
    news, endings = Notices(), Endings(database, queue, folders)
    orders = Av1Orders(database, queue, Av1Choice(app[SETTINGS].av1))
    publisher = Publisher(
        database, folders, notices, turns, endings, av1=orders, news=news, pace=habits.pace
    )
    queue.register(PUBLISH, publisher.run)
    queue.register(AV1, Av1Maker(database, folders, turns, endings).run)
    for job in await reconcile(database, folders):
        await queue.enqueue(job.kind, job.id)
    app[PUBLISH_ORDERS] = PublishOrders(database, queue, notices, folders)
    app[EARLY_JOBS] = early = EarlyJobs(
        database, folders, queue, turns, news, habits.followed_after
    )
    async with queue.working(), early.working():
        rounds = asyncio.create_task(_look_after_rows(database, folders, queue))
        telling = asyncio.create_task(keep_outlook(turns, database, notices, queue.cancel))
        yield
        rounds.cancel()
        telling.cancel()
        await asyncio.wait({rounds, telling})


async def _look_after_rows(database: Database, folders: Folders, queue: InMemoryQueue) -> None:
    """Find again what the queue was never told or has lost, such as when the database was busy.

    And what attempts have left whose lecture was removed while its job waited.
    """
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        with suppress(Busy):
            for job in await unfinished(database, queue.runs):
                await queue.enqueue(job.kind, job.id)
            await sweep_scratch(database, folders)


def _machine(slots: int, scratch: Path) -> Machine:
    return Machine(slots, available_memory_bytes(), free_disk_bytes(scratch))
