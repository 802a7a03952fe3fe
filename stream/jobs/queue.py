"""The queue: a port the rest of the server knows, and its adapter over pgqueuer.

The queue delivers ids and nothing else. What a job is and where it stands is its row; whatever is
lost here is found again by `reconcile.py`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Protocol

from pgqueuer import PgQueuer
from pgqueuer.models import Job as QueuedJob

logger = logging.getLogger(__name__)

Handler = Callable[[str], Awaitable[None]]

HEARTBEAT_TIMEOUT = timedelta(seconds=30)
IDLE_POLL = timedelta(seconds=5)  # new work wakes the queue at once; this is for deferred work


class Queue(Protocol):
    """What the server needs of a queue."""

    def register(self, kind: str, handler: Handler, *, at_once: int = 0) -> None:
        """Let `handler` do jobs of this kind, at most `at_once` at the same time (0: all)."""

    async def enqueue(self, kind: str, job_id: str, after: timedelta | None = None) -> None:
        """Deliver `job_id` to the kind's handler; a job that already waits is not added twice."""

    async def cancel(self, job_id: str) -> None:
        """Stop the job if it runs here; returns once its handler has ended."""

    def runs(self, job_id: str) -> bool:
        """Tell whether the job's handler is running."""


class InMemoryQueue:
    """Queue inside the server's process, for one machine."""

    def __init__(self) -> None:
        self._queuer = PgQueuer.in_memory()
        self._running: dict[str, asyncio.Task[None]] = {}
        # Not pgqueuer's dedupe_key: it counts a running job too, and a job may ask to run again.
        self._waiting: set[str] = set()

    def register(self, kind: str, handler: Handler, *, at_once: int = 0) -> None:
        """See Queue."""

        async def deliver(queued: QueuedJob) -> None:
            await self._run(handler, (queued.payload or b"").decode())

        self._queuer.entrypoint(kind, concurrency_limit=at_once)(deliver)

    async def enqueue(self, kind: str, job_id: str, after: timedelta | None = None) -> None:
        """See Queue."""
        if job_id not in self._waiting:
            self._waiting.add(job_id)
            await self._queuer.qm.queries.enqueue(kind, job_id.encode(), execute_after=after)

    async def cancel(self, job_id: str) -> None:
        """See Queue."""
        if task := self._running.get(job_id):
            task.cancel()
            await asyncio.wait({task})

    def runs(self, job_id: str) -> bool:
        """See Queue."""
        return job_id in self._running

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Deliver jobs until the block ends; what runs then is cancelled and waited for."""
        runner = asyncio.create_task(
            self._queuer.qm.run(dequeue_timeout=IDLE_POLL, heartbeat_timeout=HEARTBEAT_TIMEOUT)
        )
        try:
            yield
        finally:
            self._queuer.shutdown.set()
            for task in list(self._running.values()):
                task.cancel()
            await asyncio.wait({runner})
            if not runner.cancelled() and (error := runner.exception()):
                raise error

    async def _run(self, handler: Handler, job_id: str) -> None:
        self._waiting.discard(job_id)
        while earlier := self._running.get(job_id):  # one handler a job, also if asked for twice
            await asyncio.wait({earlier})
        if self._queuer.shutdown.is_set():
            return
        # A task of its own: cancelling it ends this job and not the queue's own book-keeping.
        task = asyncio.ensure_future(handler(job_id))
        self._running[job_id] = task
        task.add_done_callback(lambda _: self._running.pop(job_id, None))
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            raise error
