"""The server's own worker: a queue in this process, filled from the rows at start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from stream.app_keys import DATABASE, FOLDERS
from stream.database import Database
from stream.errors import Busy
from stream.jobs.notices import NOTICES
from stream.jobs.orders import PublishOrders
from stream.jobs.publish import Publisher
from stream.jobs.queue import InMemoryQueue
from stream.jobs.reconcile import reconcile, unfinished
from stream.jobs.store import PUBLISH

PUBLISH_ORDERS = web.AppKey("publish_orders", PublishOrders)

LOOK_EVERY_S = 60.0
PUBLISH_AT_ONCE = 1  # one encode fills two cores; a second would only make both late


async def worker(app: web.Application) -> AsyncIterator[None]:
    """A `cleanup_ctx`: jobs run while the application does."""
    queue = InMemoryQueue()
    publisher = Publisher(app[DATABASE], app[FOLDERS], queue, app[NOTICES])
    queue.register(PUBLISH, publisher.run, at_once=PUBLISH_AT_ONCE)
    for job in await reconcile(app[DATABASE], app[FOLDERS]):
        await queue.enqueue(job.kind, job.id)
    app[PUBLISH_ORDERS] = PublishOrders(app[DATABASE], queue, app[NOTICES])
    async with queue.working():
        rounds = asyncio.create_task(_look_after_rows(app[DATABASE], queue))
        yield
        rounds.cancel()
        await asyncio.wait({rounds})


async def _look_after_rows(database: Database, queue: InMemoryQueue) -> None:
    """Find again what the queue was never told or has lost, such as when the database was busy."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        with suppress(Busy):
            for job in await unfinished(database, queue.runs):
                await queue.enqueue(job.kind, job.id)
