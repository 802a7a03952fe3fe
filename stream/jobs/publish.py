"""The job that makes a lecture watchable: encode on scratch, show what is complete, then the row.

The row comes last: a crash leaves litter that `reconcile.py` sweeps, never a lecture without video.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import OperationalError

from stream.catalogue.store import tracks_of
from stream.clock import utc_now
from stream.database import Database
from stream.errors import Busy
from stream.folders import Folders
from stream.jobs import store
from stream.jobs.attempts import take_over
from stream.jobs.av1_orders import Av1Orders
from stream.jobs.completeness import require_complete
from stream.jobs.endings import Endings
from stream.jobs.eta import expected_work_s
from stream.jobs.files import remove_folder
from stream.jobs.lanes import Order
from stream.jobs.notices import Notices
from stream.jobs.retry import wall_limit_s
from stream.jobs.room import needed_room_bytes
from stream.jobs.showing import Grown, show_growth, show_whole
from stream.jobs.turns import Turn, Turns
from stream.jobs.weigh import Weight, weigh
from stream.tables import Job, JobState, Lane
from transcode.errors import UnreadableMedia
from transcode.media import Source, TrackRole
from transcode.package import FACTS_NAME, Growth, Progress, make_package
from transcode.package import Package as MadePackage

logger = logging.getLogger(__name__)

REPORT_EVERY_S = 1.0  # progress and heartbeat; each is a commit
NO_TRACKS = "None of this lecture's recordings is on the server any more. Please upload it again."


class Make(Protocol):
    """What makes the HLS tree: `transcode.package.make_package`."""

    async def __call__(
        self,
        sources: list[Source],
        out: Path,
        *,
        on_progress: Callable[[Progress], None],
        on_growth: Callable[[Growth], None],
    ) -> MadePackage:
        """Make it in `out`; see there."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """Does `publish` jobs."""

    database: Database
    folders: Folders
    notices: Notices
    turns: Turns
    endings: Endings
    make: Make = make_package
    limit_s: Callable[[float], float] = wall_limit_s
    av1: Av1Orders | None = None  # None: nobody asks for AV1 sets
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)  # reads one recording at a time

    async def run(self, job_id: str) -> None:
        """Wait for the job's turn, then run one attempt of it, to whatever end."""
        async with self._looking:
            found = await self._order(job_id)
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
            turn.goes_on = await asyncio.to_thread(take_over, self.folders, job)
            await self._attempt(job, turn, weight, scratch)
        except Exception as error:  # the edge of a job: whatever breaks it must end in its row
            await self.endings.after(job, error, turn, scratch)
        except asyncio.CancelledError:
            await self.endings.stop(job, scratch)
            raise
        else:
            await asyncio.to_thread(remove_folder, scratch)
        finally:
            self.notices.tell(job.lecture_id)

    async def _order(self, job_id: str) -> tuple[Order, Weight] | None:
        """What the job will ask of the machine; None when there is nothing to do."""
        async with self.database.read() as session:
            job = await session.get(Job, job_id)
            history = await store.measured(session)
        if job is None or job.state is not JobState.QUEUED:
            return None
        weight = await weigh(await self._sources(job.lecture_id))
        waited_s = (utc_now() - job.created_at).total_seconds()
        order = Order(
            job_id=job.id,
            lane=job.lane,
            media_s=weight.media_s,
            cost_s=expected_work_s(history, weight.content, weight.media_s),
            since_s=self.turns.now_s - max(0.0, waited_s),
            room_bytes=job.room_bytes or needed_room_bytes(weight.media_s, weight.source_bytes),
        )
        return order, weight

    async def _sources(self, lecture_id: str) -> list[Source]:
        async with self.database.read() as session:
            tracks = await tracks_of(session, lecture_id)
        return [
            Source(
                self.folders.original(upload.id),
                TrackRole(track.role.value),
                track.start_offset_ms / 1000,
            )
            for track, upload in tracks
        ]

    async def _attempt(self, job: Job, turn: Turn, weight: Weight, scratch: Path) -> None:
        sources = await self._sources(job.lecture_id)
        if not sources:
            raise UnreadableMedia(NO_TRACKS)
        limit_s = None if job.lane is Lane.LIVE else self.limit_s(weight.media_s)
        grown, is_over = Grown(), asyncio.Event()
        reporter = asyncio.create_task(self._report(job, turn, grown, weight.media_s, is_over))
        try:
            async with asyncio.timeout(limit_s):
                made = await self.make(
                    sources, scratch,
                    on_progress=lambda now: turn.note(now.fraction, now.speed),
                    on_growth=grown.note,
                )  # fmt: skip
        finally:
            is_over.set()
            await reporter  # not cancelled: it may be about to show files
        if job.lane is Lane.LIVE or not weight.media_s:  # it grew since it was looked into
            weight = await weigh(sources)
        await asyncio.to_thread(require_complete, scratch, weight.media_s)
        await self._publish(job, turn, weight, scratch, made)

    async def _publish(
        self, job: Job, turn: Turn, weight: Weight, scratch: Path, made: MadePackage
    ) -> None:
        facts = json.loads((scratch / FACTS_NAME).read_bytes())
        self.turns.settle()
        work_s = None if turn.goes_on else turn.work_s
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

    async def _report(
        self, job: Job, turn: Turn, grown: Grown, whole_s: float, is_over: asyncio.Event
    ) -> None:
        """Write progress down and show what has grown, once in a while, until it is over."""
        while not await _happens(is_over, REPORT_EVERY_S):
            growth = grown.now
            try:
                async with self.database.write() as session:
                    held = await store.write_fenced(
                        session, job, progress=turn.fraction, speed=turn.speed,
                        heartbeat_at=utc_now(),
                    )  # fmt: skip
                    if held and growth is not None and growth is not grown.shown:
                        await show_growth(session, self.folders, job, growth, whole_s)
                grown.shown = growth
            except (Busy, OperationalError, OSError) as error:  # the next one says it all
                logger.warning("progress was not written job=%s: %s", job.id, error)
            self.notices.tell(job.lecture_id)


async def _happens(event: asyncio.Event, within_s: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await event.wait()
    return event.is_set()
