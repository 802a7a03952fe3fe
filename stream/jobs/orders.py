"""How other features ask for work: a row in their transaction, then a call that wakes the queue.

If the server dies between the two, `reconcile.py` finds the row at the next start.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.standing import newest_job
from stream.clock import utc_now
from stream.database import Database
from stream.jobs import store
from stream.jobs.notices import Notices
from stream.jobs.queue import Queue
from stream.tables import Lane


@dataclass(frozen=True, slots=True)
class PublishOrders:
    """Takes orders to make a lecture watchable."""

    database: Database
    queue: Queue
    notices: Notices

    async def write(self, session: AsyncSession, lecture_id: str, lane: Lane = Lane.FIRST) -> None:
        """Add the job's row, in the caller's transaction."""
        await store.add_publish_job(session, lecture_id, utc_now(), lane)

    async def wake(self, lecture_id: str) -> None:
        """Hand the lecture's newest job to the queue; call it after the commit."""
        async with self.database.read() as session:
            job = await newest_job(session, lecture_id)
        if job is not None:
            await self.queue.enqueue(job.kind, job.id)
        self.notices.tell(lecture_id)
