"""The job that adds an AV1 set to a lecture's complete package. Students notice fewer bytes alone.

The package keeps its row, its id and its files: the set's folders join them, then the index that
names both sets takes the place of the other by renaming, then the row says so. Whatever dies in
between leaves a package that plays.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from stream.clock import utc_now
from stream.database import Database
from stream.errors import Busy
from stream.folders import Folders
from stream.jobs import store
from stream.jobs.attempts import take_over
from stream.jobs.completeness import require_rung
from stream.jobs.endings import Endings
from stream.jobs.eta import expected_work_s
from stream.jobs.files import link_into_place, remove_folder
from stream.jobs.giving_way import gives_way
from stream.jobs.lanes import Order
from stream.jobs.recordings import Recordings
from stream.jobs.room import needed_room_bytes
from stream.jobs.turns import Turn, Turns
from stream.tables import Job, JobState, Lecture, LectureState, Package
from transcode.av1_ladder import AV1_PREFIX
from transcode.av1_set import Av1Facts, make_av1_set
from transcode.media import Source
from transcode.package import FACTS_NAME, Progress
from transcode.tree import INIT_NAME

logger = logging.getLogger(__name__)

REPORT_EVERY_S = 1.0
NOTHING_TO_ADD_TO = "The lecture has been made anew or removed meanwhile."


class MakeSet(Protocol):
    """What makes the set: `transcode.av1_set.make_av1_set`."""

    async def __call__(
        self,
        sources: list[Source],
        package: Path,
        out: Path,
        *,
        on_progress: Callable[[Progress], None],
    ) -> Av1Facts:
        """Make it in `out`; see there."""


class GaveWay(Exception):
    """The job made room for a more urgent one and goes on later."""


@dataclass(frozen=True, slots=True)
class Av1Maker:
    """Does `av1` jobs."""

    database: Database
    folders: Folders
    turns: Turns
    endings: Endings
    make: MakeSet = make_av1_set

    async def run(self, job_id: str) -> None:
        """Wait for the job's turn, then run one attempt of it, to whatever end."""
        order = await self._order(job_id)
        if order is None:
            return
        async with self.turns.turn(order) as turn:
            async with self.database.write() as session:
                job = await store.claim(session, job_id, utc_now())
                package = await _complete_package(session, job) if job else None
                if job and package is None:
                    await store.give_up(session, job, NOTHING_TO_ADD_TO, utc_now())
            if job is not None and package is not None:
                await self._run(job, package, turn)

    async def _order(self, job_id: str) -> Order | None:
        async with self.database.read() as session:
            job = await session.get(Job, job_id)
            history = await store.measured(session, store.AV1)
            package = await _complete_package(session, job) if job else None
        if job is None or job.state is not JobState.QUEUED:
            return None
        media_s, size_bytes = job.media_s or 0.0, package.size_bytes if package else 0
        waited_s = (utc_now() - job.created_at).total_seconds()
        return Order(
            job_id=job.id,
            lane=job.lane,
            media_s=media_s,
            cost_s=expected_work_s(history, job.content or "", media_s),
            since_s=self.turns.now_s - max(0.0, waited_s),
            room_bytes=job.room_bytes or needed_room_bytes(media_s, size_bytes),
        )

    async def _run(self, job: Job, package: Package, turn: Turn) -> None:
        logger.info("job started job=%s lecture=%s try=%d", job.id, job.lecture_id, job.attempt)
        scratch = self.folders.attempt(job.id, job.fence)
        try:
            turn.goes_on = await asyncio.to_thread(take_over, self.folders, job)
            await self._attempt(job, package, turn, scratch)
        except GaveWay:
            logger.info("job gives way job=%s at=%.2f", job.id, turn.fraction)
            await self.endings.give_way(job, scratch)
        except Exception as error:  # the edge of a job: whatever breaks it must end in its row
            await self.endings.after(job, error, turn, scratch)
        except asyncio.CancelledError:
            await self.endings.stop(job, scratch)
            raise
        else:
            await asyncio.to_thread(remove_folder, scratch)

    async def _attempt(self, job: Job, package: Package, turn: Turn, scratch: Path) -> None:
        place = self.folders.package(job.lecture_id, package.id)
        making = asyncio.ensure_future(
            self.make(
                await Recordings(self.database, self.folders).sources(job.lecture_id),
                place, scratch,
                on_progress=lambda now: turn.note(now.fraction, now.speed),
            )
        )  # fmt: skip
        try:
            while not (await asyncio.wait({making}, timeout=REPORT_EVERY_S))[0]:
                await self._report(job, turn)
                if self._gives_way(turn):
                    raise GaveWay
            made = making.result()
        finally:
            making.cancel()
            await asyncio.wait({making})
        await asyncio.to_thread(_require_whole, scratch, package.duration_s, made)
        await self._add(job, package, turn, scratch)

    def _gives_way(self, turn: Turn) -> bool:
        waiting = [order for order, _ in self.turns.waiting()]
        running = [each.order for each in self.turns.running()]
        others = [order for order in running if order.job_id != turn.order.job_id]
        return gives_way(turn.order, waiting, others, self.turns.machine(), self.turns.now_s)

    async def _report(self, job: Job, turn: Turn) -> None:
        with suppress(Busy, OperationalError):  # the next one says it all
            async with self.database.write() as session:
                await store.write_fenced(
                    session, job, progress=turn.fraction, speed=turn.speed, heartbeat_at=utc_now()
                )

    async def _add(self, job: Job, package: Package, turn: Turn, scratch: Path) -> None:
        """Show the set, in the transaction that says that the job is done."""
        self.turns.settle()
        facts = json.loads((scratch / FACTS_NAME).read_bytes())
        work_s = None if turn.goes_on else turn.work_s
        async with self.database.write() as session:
            held = await store.write_fenced(
                session, job, state=JobState.DONE, progress=1.0, finished_at=utc_now(),
                heartbeat_at=utc_now(), work_s=work_s,
            )  # fmt: skip
            row = await _complete_package(session, job)
            if held and row is not None and row.id == package.id:
                place = self.folders.package(job.lecture_id, row.id)
                await asyncio.to_thread(_show, scratch, place)
                row.facts, row.size_bytes = facts, facts["size_bytes"]
        logger.info("job %s job=%s", "done" if held else "was taken over", job.id)


async def _complete_package(session: AsyncSession, job: Job) -> Package | None:
    """The lecture's package, if it is complete; a set is added to no other."""
    lecture = await session.get(Lecture, job.lecture_id)
    if lecture is None or lecture.package_id is None or lecture.state is not LectureState.READY:
        return None
    package = await session.get(Package, lecture.package_id)
    return package if package and package.growing_job_id is None else None


def _require_whole(scratch: Path, expected_s: float, made: Av1Facts) -> None:
    for rung in made.renditions:
        playlist = f"{rung.name}/index.m3u8"
        require_rung(scratch / playlist, playlist, expected_s)


def _show(scratch: Path, place: Path) -> None:
    """Put the set beside the package. What an attempt left there that came to nothing goes."""
    for shown in place.glob(f"{AV1_PREFIX}*"):
        init, made = shown / INIT_NAME, scratch / shown.name / INIT_NAME
        if not (init.is_file() and made.is_file() and init.samefile(made)):
            remove_folder(shown)
    link_into_place(scratch, place, is_complete=True)
