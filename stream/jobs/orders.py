"""How other features ask for work: a row in their transaction, then a call that wakes the queue.

If the server dies between the two, `reconcile.py` finds the row at the next start.
"""

import asyncio
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.standing import newest_job
from stream.clock import utc_now
from stream.database import Database
from stream.folders import Folders
from stream.jobs import store
from stream.jobs.attempts import remove_attempts
from stream.jobs.files import remove_others
from stream.jobs.notices import Notices
from stream.jobs.queue import Queue
from stream.jobs.showing import forget
from stream.tables import JobState, Lane, Package

NOT_COMING = "Its upload was ended before it was complete."


@dataclass(frozen=True, slots=True)
class PublishOrders:
    """Takes orders to make a lecture watchable."""

    database: Database
    queue: Queue
    notices: Notices
    folders: Folders

    async def write(self, session: AsyncSession, lecture_id: str, lane: Lane = Lane.FIRST) -> None:
        """Add the job's row, in the caller's transaction; one that was begun early is that job."""
        job = await store.unfinished_job(session, lecture_id)
        if job is None:
            await store.add_publish_job(session, lecture_id, utc_now(), lane)
        else:
            await store.note_arrived(session, job)

    async def wake(self, lecture_id: str) -> None:
        """Hand the lecture's newest job to the queue; call it after the commit."""
        async with self.database.read() as session:
            job = await newest_job(session, lecture_id)
        if job is not None:
            if job.state is JobState.QUEUED:  # its place in the queue was a guess
                await self.queue.cancel(job.id)
            await self.queue.enqueue(job.kind, job.id)
        self.notices.tell(lecture_id)

    async def withdraw(self, session: AsyncSession, lecture_id: str) -> None:
        """End the job of a recording that will not come, in the caller's transaction."""
        job = await store.withdraw(session, lecture_id, NOT_COMING, utc_now())
        if job is not None:
            await forget(session, job)

    async def clear(self, lecture_id: str) -> None:
        """Stop what `withdraw` has ended and free its files; call it after the commit."""
        async with self.database.read() as session:
            job = await newest_job(session, lecture_id)
            held = await session.scalars(select(Package.id).where(Package.lecture_id == lecture_id))
        if job is None or job.state is not JobState.FAILED:
            return
        await self.queue.cancel(job.id)
        await asyncio.to_thread(remove_attempts, self.folders, job.id)
        await asyncio.to_thread(remove_others, self.folders.lecture(lecture_id), set(held))
        self.notices.tell(lecture_id)
