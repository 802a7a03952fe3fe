"""Asks for a lecture's AV1 set once its package is complete, where that is worth it."""

import logging
from dataclasses import dataclass

from stream.clock import utc_now
from stream.database import Database
from stream.ids import new_id
from stream.jobs import store
from stream.jobs.av1_rule import Av1Choice, is_worth_av1
from stream.jobs.eta import expected_work_s
from stream.jobs.queue import Queue
from stream.jobs.weigh import Weight
from stream.tables import Job, JobState, Lane
from transcode.av1_trial import av1_fault
from transcode.errors import TranscodeError
from transcode.locator import locate_ffmpeg

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Av1Orders:
    """Takes a finished `publish` job as the reason for an `av1` job, or not."""

    database: Database
    queue: Queue
    choice: Av1Choice

    async def consider(self, published: Job, weight: Weight, work_s: float | None) -> None:
        """Queue the set if it is worth it. `work_s`: what the package took; None: not measured."""
        if not await self._is_wanted(weight, work_s) or await self._fault():
            return
        now = utc_now()
        job = Job(
            id=new_id(), kind=store.AV1, lecture_id=published.lecture_id, state=JobState.QUEUED,
            created_at=now, lane=Lane.AV1, attempt=0, fence=0, progress=0.0,
            media_s=weight.media_s, content=weight.content,
        )  # fmt: skip
        async with self.database.write() as session:
            session.add(job)
        await self.queue.enqueue(job.kind, job.id)

    async def _is_wanted(self, weight: Weight, work_s: float | None) -> bool:
        if self.choice is Av1Choice.OFF or weight.content == "sound":
            return False
        async with self.database.read() as session:
            packages = await store.measured(session)
            sets = await store.measured(session, store.AV1)
        return is_worth_av1(
            self.choice,
            content=weight.content,
            media_s=weight.media_s,
            publish_work_s=(work_s or expected_work_s(packages, weight.content, weight.media_s)),
            made=sets,
        )

    async def _fault(self) -> str | None:
        try:
            fault = await av1_fault(await locate_ffmpeg())
        except (TranscodeError, OSError) as error:
            fault = str(error)
        if fault:
            logger.info("no AV1 set, because of ffmpeg: %s", fault)
        return fault
