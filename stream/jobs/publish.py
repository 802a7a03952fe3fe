"""The job that makes a lecture watchable: encode on scratch, move into place, then the row.

The row comes last: a crash leaves litter that `reconcile.py` sweeps, never a lecture without video.
"""

import asyncio
import errno
import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stream.catalogue.store import tracks_of
from stream.clock import utc_now
from stream.database import Database
from stream.errors import Busy
from stream.folders import Folders
from stream.ids import new_id
from stream.jobs import store
from stream.jobs.files import move_into_place, remove_folder
from stream.jobs.notices import Notices
from stream.jobs.queue import Queue
from stream.jobs.retry import NO_SPACE_DELAY, retry_after
from stream.tables import Job, Package
from transcode.errors import RefusedMedia, TranscodeError, UnreadableMedia
from transcode.media import Source, TrackRole
from transcode.package import Package as MadePackage
from transcode.package import Progress, make_package

logger = logging.getLogger(__name__)

REPORT_EVERY_S = 1.0  # progress and heartbeat; each is a commit
GAVE_UP = (
    "Making this lecture was tried three times and stopped each time. The recording is safe on the "
    "server; please tell the person who runs it."
)
NO_TRACKS = "None of this lecture's recordings is on the server any more. Please upload it again."


@dataclass(slots=True)
class Pace:
    """Where a running attempt stands; written by the encoder's callback, read by the reporter."""

    fraction: float = 0.0
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Publisher:
    """Does `publish` jobs."""

    database: Database
    folders: Folders
    queue: Queue
    notices: Notices

    async def run(self, job_id: str) -> None:
        """Run one attempt of the job, to whatever end; errors of the recording end in its row."""
        async with self.database.write() as session:
            job = await store.claim(session, job_id, utc_now())
        if job is None:
            return
        self.notices.tell(job.lecture_id)
        logger.info("job started job=%s lecture=%s try=%d", job.id, job.lecture_id, job.attempt)
        scratch = self.folders.attempt(job.id, job.fence)
        try:
            await self._attempt(job, scratch)
        except (UnreadableMedia, RefusedMedia) as error:
            await self._give_up(job, str(error))
        except TranscodeError as error:
            logger.warning("job failed job=%s try=%d: %s", job.id, job.attempt, error)
            await self._try_again(job)
        except Exception as error:  # the edge of a job: whatever breaks it must end in its row
            await self._after_surprise(job, error)
        except asyncio.CancelledError:
            async with self.database.write() as session:  # the server stops: not the job's failure
                await store.put_back(session, job, attempt=job.attempt - 1)
            raise
        finally:
            await asyncio.to_thread(remove_folder, scratch)
            self.notices.tell(job.lecture_id)

    async def _attempt(self, job: Job, scratch: Path) -> None:
        async with self.database.read() as session:
            tracks = await tracks_of(session, job.lecture_id)
        if not tracks:
            raise UnreadableMedia(NO_TRACKS)
        sources = [
            Source(
                self.folders.original(upload.id),
                TrackRole(track.role.value),
                track.start_offset_ms / 1000,
            )
            for track, upload in tracks
        ]
        pace = Pace()
        reporter = asyncio.create_task(self._report(job, pace))
        try:
            made = await make_package(
                sources, scratch, on_progress=lambda progress: _note(pace, progress)
            )
        finally:
            reporter.cancel()
            with suppress(asyncio.CancelledError):
                await reporter
        await self._publish(job, scratch, made)

    async def _publish(self, job: Job, scratch: Path, made: MadePackage) -> None:
        package_id = new_id()
        place = self.folders.package(job.lecture_id, package_id)
        facts = json.loads((scratch / "package.json").read_bytes())
        await asyncio.to_thread(move_into_place, scratch, place)
        row = Package(
            id=package_id, lecture_id=job.lecture_id, duration_s=made.duration_s,
            size_bytes=made.size_bytes, facts=facts, created_at=utc_now(),
        )  # fmt: skip
        async with self.database.write() as session:
            held = await store.finish(session, job, row, utc_now())
        if not held:
            await asyncio.to_thread(remove_folder, place)
        logger.info("job %s job=%s", "done" if held else "was taken over", job.id)

    async def _report(self, job: Job, pace: Pace) -> None:
        while True:
            await asyncio.sleep(REPORT_EVERY_S)
            with suppress(Busy):  # a report less; the next one says it all
                async with self.database.write() as session:
                    await store.write_fenced(
                        session,
                        job,
                        progress=pace.fraction,
                        speed=pace.speed,
                        heartbeat_at=utc_now(),
                    )
            self.notices.tell(job.lecture_id)

    async def _give_up(self, job: Job, reason: str) -> None:
        logger.warning("job given up job=%s lecture=%s: %s", job.id, job.lecture_id, reason)
        async with self.database.write() as session:
            await store.give_up(session, job, reason, utc_now())

    async def _try_again(self, job: Job) -> None:
        delay = retry_after(job.attempt)
        if delay is None:
            await self._give_up(job, GAVE_UP)
            return
        async with self.database.write() as session:
            held = await store.put_back(session, job, attempt=job.attempt)
        if held:
            await self.queue.enqueue(store.PUBLISH, job.id, delay)

    async def _after_surprise(self, job: Job, error: Exception) -> None:
        if getattr(error, "errno", None) not in (errno.ENOSPC, errno.EDQUOT):
            logger.exception("job failed job=%s try=%d", job.id, job.attempt)
            await self._try_again(job)
            return
        logger.warning(
            "job waits for disk space job=%s", job.id
        )  # F20: it waits, it has not failed
        async with self.database.write() as session:
            held = await store.put_back(session, job, attempt=job.attempt - 1)
        if held:
            await self.queue.enqueue(store.PUBLISH, job.id, NO_SPACE_DELAY)


def _note(pace: Pace, progress: Progress) -> None:
    pace.fraction, pace.speed = progress.fraction, progress.speed
