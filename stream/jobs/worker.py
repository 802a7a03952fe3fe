"""The server's own worker: a queue in this process, filled from the rows at start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from stream.app_keys import DATABASE, FOLDERS, SETTINGS
from stream.database import Database
from stream.errors import Busy
from stream.jobs.av1 import Av1Maker
from stream.jobs.av1_orders import Av1Orders
from stream.jobs.av1_rule import Av1Choice
from stream.jobs.endings import Endings
from stream.jobs.lanes import Machine
from stream.jobs.machine import available_memory_bytes, encode_slots, free_disk_bytes
from stream.jobs.notices import NOTICES
from stream.jobs.orders import PublishOrders
from stream.jobs.outlook import keep_outlook
from stream.jobs.publish import Publisher
from stream.jobs.queue import InMemoryQueue
from stream.jobs.reconcile import reconcile, unfinished
from stream.jobs.store import AV1, PUBLISH
from stream.jobs.turns import Turns

PUBLISH_ORDERS = web.AppKey("publish_orders", PublishOrders)

LOOK_EVERY_S = 60.0


async def worker(app: web.Application) -> AsyncIterator[None]:
    """A `cleanup_ctx`: jobs run while the application does."""
    database, folders, notices = app[DATABASE], app[FOLDERS], app[NOTICES]
    queue = InMemoryQueue()
    turns = Turns(lambda: _machine(folders.scratch))
    endings = Endings(database, queue, folders)
    orders = Av1Orders(database, queue, Av1Choice(app[SETTINGS].av1))
    publisher = Publisher(database, folders, notices, turns, endings, av1=orders)
    queue.register(PUBLISH, publisher.run)
    queue.register(AV1, Av1Maker(database, folders, turns, endings).run)
    for job in await reconcile(database, folders):
        await queue.enqueue(job.kind, job.id)
    app[PUBLISH_ORDERS] = PublishOrders(database, queue, notices)
    async with queue.working():
        rounds = asyncio.create_task(_look_after_rows(database, queue))
        telling = asyncio.create_task(keep_outlook(turns, database, notices, queue.cancel))
        yield
        rounds.cancel()
        telling.cancel()
        await asyncio.wait({rounds, telling})


async def _look_after_rows(database: Database, queue: InMemoryQueue) -> None:
    """Find again what the queue was never told or has lost, such as when the database was busy."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        with suppress(Busy):
            for job in await unfinished(database, queue.runs):
                await queue.enqueue(job.kind, job.id)


def _machine(scratch: Path) -> Machine:
    return Machine(encode_slots(), available_memory_bytes(), free_disk_bytes(scratch))
