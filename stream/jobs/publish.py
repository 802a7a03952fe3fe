"""The job that makes a lecture watchable: encode on scratch, show what is complete, then the row.

The row comes last: a crash leaves litter that `reconcile.py` sweeps, never a lecture without video.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from stream.clock import utc_now
from stream.database import Database
from stream.folders import Folders
from stream.jobs import store
from stream.jobs.arriving import ArrivalPace, Following, MadePlace, UploadEnded
from stream.jobs.attempt import Attempt, Make
from stream.jobs.attempts import take_over
from stream.jobs.av1_orders import Av1Orders
from stream.jobs.completeness import require_complete
from stream.jobs.endings import Endings
from stream.jobs.eta import expected_work_s
from stream.jobs.files import remove_folder
from stream.jobs.lanes import Order
from stream.jobs.notices import Notices
from stream.jobs.recordings import Recordings
from stream.jobs.retry import wall_limit_s
from stream.jobs.room import needed_room_bytes
from stream.jobs.showing import show_whole
from stream.jobs.turns import Turn, Turns
from stream.jobs.weigh import Weight
from stream.tables import Job, JobState, Lane, WaitReason
from stream.threads import in_thread
from transcode.package import FACTS_NAME, make_package
from transcode.package import Package as MadePackage

logger = logging.getLogger(__name__)

# Between serving a class (0) and other encodes (10): one that falls behind what is being recorded
# keeps those waiting who watch, and its teacher after Stop.
LIVE_NICENESS = 5


@dataclass(frozen=True, slots=True)
class Publisher:
    """Does `publish` jobs."""

    database: Database
    folders: Folders
    notices: Notices
    turns: Turns
    endings: Endings
    make: Make = make_package
    make_live: Make = partial(make_package, niceness=LIVE_NICENESS)
    limit_s: Callable[[float], float] = wall_limit_s
    av1: Av1Orders | None = None  # None: nobody asks for AV1 sets
    news: Notices = field(default_factory=Notices)  # by uploads: more of their bytes are safe
    pace: Callable[[], ArrivalPace] = ArrivalPace
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)  # reads one recording at a time

    async def run(self, job_id: str) -> None:
        """Wait for the job's turn, then run one attempt of it, to whatever end."""
        async with self._looking:
            found = await self._asked_for(job_id)
        if found is None:
            return
        order, weight = found
        async with self.turns.turn(order) as turn:
            async with self.database.write() as session:
                job = await store.claim(session, job_id, utc_now())
            if job is not None:
                await self._run(job, turn, weight)

    async def _run(self, job: Job, turn: Turn, weight: Weight) -> None:
        self.notices.tell(job.lecture_id)
        logger.info("job started job=%s lecture=%s try=%d", job.id, job.lecture_id, job.attempt)
        scratch = self.folders.attempt(job.id, job.fence)
        try:
            turn.goes_on = await in_thread(lambda: take_over(self.folders, job))
            await self._attempt(job, turn, weight, scratch)
        except MadePlace:
            logger.info("job made place job=%s", job.id)
            self.turns.made_place.add(job.id)
            await self.endings.pause(job, scratch)
        except UploadEnded:  # whoever ended it has ended the job, too
            await self.endings.stop(job, scratch)
        except Exception as error:  # the edge of a job: whatever breaks it must end in its row
            await self.endings.after(job, error, turn, scratch)
        except asyncio.CancelledError:
            await self.endings.stop(job, scratch)
            raise
        else:
            await asyncio.to_thread(remove_folder, scratch)
        finally:
            self.notices.tell(job.lecture_id)

    async def _asked_for(self, job_id: str) -> tuple[Order, Weight] | None:
        """What the job will ask of the machine; None when there is nothing to do, or not now."""
        async with self.database.read() as session:
            job = await session.get(Job, job_id)
            is_early = job is not None and await store.is_arriving(session, job.lecture_id)
        if job is None or job.state is not JobState.QUEUED:
            return None
        if is_early and job.waits_for in (WaitReason.BYTES, WaitReason.WHOLE):
            return None
        weight = await Recordings(self.database, self.folders).weight(job.lecture_id)
        return await self._order(job, weight), weight

    async def _order(self, job: Job, weight: Weight) -> Order:
        async with self.database.read() as session:
            history = await store.measured(session)
        waited_s = (utc_now() - job.created_at).total_seconds()
        return Order(
            job_id=job.id,
            lane=job.lane,
            media_s=weight.media_s,
            cost_s=expected_work_s(history, weight.content, weight.media_s),
            since_s=self.turns.now_s - max(0.0, waited_s),
            room_bytes=job.room_bytes or needed_room_bytes(weight.media_s, weight.source_bytes),
            arrives=weight.is_guess,
            makes_place=weight.is_guess and job.id in self.turns.made_place,
        )

    async def _attempt(self, job: Job, turn: Turn, weight: Weight, scratch: Path) -> None:
        async def learn(weight: Weight) -> None:
            turn.order = await self._order(job, weight)

        attempt = Attempt(
            self.database, self.folders, self.notices, self.turns, job, turn, weight,
            Following(self.database, self.news, self.pace()), self.limit_s, learn,
        )  # fmt: skip
        make = self.make_live if job.lane is Lane.LIVE else self.make
        made = await attempt.run(make, scratch)
        weight = attempt.weight
        has_grown = job.lane is Lane.LIVE and not turn.is_early  # since it was looked into
        if has_grown or not weight.media_s:
            weight = await Recordings(self.database, self.folders).weight(job.lecture_id)
        await asyncio.to_thread(require_complete, scratch, weight.media_s)
        await self._publish(job, turn, weight, scratch, made)

    async def _publish(
        self, job: Job, turn: Turn, weight: Weight, scratch: Path, made: MadePackage
    ) -> None:
        facts = json.loads((scratch / FACTS_NAME).read_bytes())
        self.turns.settle()
        work_s = None if turn.goes_on or turn.is_early else turn.work_s
        async with self.database.write() as session:
            held = await store.write_fenced(session, job, heartbeat_at=utc_now())
            if held:
                package = await show_whole(
                    session, self.folders, job,
                    duration_s=made.duration_s, size_bytes=made.size_bytes, facts=facts,
                )  # fmt: skip
                await store.finish(
                    session, job, package, utc_now(),
                    media_s=weight.media_s, content=weight.content, work_s=work_s,
                )  # fmt: skip
        logger.info("job %s job=%s", "done" if held else "was taken over", job.id)
        if held and self.av1 is not None:
            await self.av1.consider(job, weight, None if job.lane is Lane.LIVE else work_s)
