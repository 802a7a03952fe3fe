"""The server's own worker: a queue in this process, filled from the rows at start."""

from collections.abc import AsyncIterator

from aiohttp import web

from stream.app_keys import DATABASE, FOLDERS
from stream.jobs.notices import NOTICES
from stream.jobs.orders import PublishOrders
from stream.jobs.publish import Publisher
from stream.jobs.queue import InMemoryQueue
from stream.jobs.reconcile import reconcile
from stream.jobs.store import PUBLISH

PUBLISH_ORDERS = web.AppKey("publish_orders", PublishOrders)

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
        yield
