"""Begins jobs on recordings whose bytes still arrive, and calls those back that made place.

A recording is followed when every track of its lecture has begun to arrive and can be read from
its beginning alone (`transcode/streamable.py`). A file that arrives quickly is not: as a whole its
sound is levelled in two passes, and more of its picture is looked at before the qualities are
planned. What is being recorded is followed from its first bytes on: it is to be there when its
teacher stops.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.states import ARRIVING
from stream.catalogue.store import tracks_of
from stream.clock import utc_now
from stream.database import Database
from stream.errors import Busy
from stream.folders import Folders
from stream.jobs import store
from stream.jobs.notices import Notices
from stream.jobs.queue import Queue
from stream.jobs.turns import Turns
from stream.tables import (
    Job,
    JobState,
    Lecture,
    LectureState,
    Recording,
    Track,
    Upload,
    UploadState,
    WaitReason,
)
from transcode.errors import TranscodeError
from transcode.look import FIRST_LOOK_BYTES
from transcode.probe import probe_head

logger = logging.getLogger(__name__)

FOLLOWED_AFTER = timedelta(seconds=10)  # what has arrived by then is better made as a whole
FIRST_FILE_BYTES = 1 << 16
CLOSE_LOOKS_BYTES = 1 << 20
LAST_LOOK_BYTES = 64 * 2**20  # what is not readable by then has its index at the end
IS_STREAMABLE, NEVER = 0, 1 << 62


@dataclass(slots=True)
class EarlyJobs:
    """Is told of each piece that arrives; `working` does what follows from it."""

    database: Database
    folders: Folders
    queue: Queue
    turns: Turns
    news: Notices  # by the ids of uploads
    followed_after: timedelta = FOLLOWED_AFTER
    _grown: set[str] = field(default_factory=set)
    _has_grown: asyncio.Event = field(default_factory=asyncio.Event)
    _look_at_bytes: dict[str, int] = field(default_factory=dict)  # the next look, by upload

    def grew(self, upload_id: str) -> None:
        """More bytes of the upload are safe."""
        if self.news.is_heard(upload_id):
            self.news.tell(upload_id)
            return
        self._grown.add(upload_id)
        self._has_grown.set()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Consider what has grown, one after the other, until the block ends."""
        task = asyncio.create_task(self._consider_all())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _consider_all(self) -> None:
        while True:
            await self._has_grown.wait()
            self._has_grown.clear()
            while self._grown:
                upload_id = self._grown.pop()
                try:
                    await self._consider(upload_id)
                except (Busy, OperationalError, OSError) as error:  # the next piece asks again
                    logger.warning("upload was not considered id=%s: %s", upload_id, error)

    async def _consider(self, upload_id: str) -> None:
        async with self.database.read() as session:
            lecture = await _arriving_lecture(session, upload_id)
            if lecture is None:
                self._look_at_bytes.pop(upload_id, None)
                return
            job = await store.unfinished_job(session, lecture.id)
            tracks = await tracks_of(session, lecture.id)
            has_all = len(tracks) == await _track_count(session, lecture.id)
        when = self._when(lecture.state)
        if job is not None:
            await self._call_back(job)
        elif has_all and await self._can_be_followed([upload for _, upload in tracks], when):
            await self._begin(lecture.id)
            for _, upload in tracks:
                self._look_at_bytes.pop(upload.id, None)

    async def _call_back(self, job: Job) -> None:
        """Let a job that made place go on, unless others still wait."""
        if job.state is not JobState.QUEUED or self.queue.runs(job.id):
            return
        if job.waits_for is not WaitReason.BYTES or self.turns.are_wanted(job.lane):
            return
        async with self.database.write() as session:
            is_back = await store.call_back(session, job.id)
        if is_back:
            await self.queue.enqueue(job.kind, job.id)

    def _when(self, state: LectureState) -> "_When":
        if state is LectureState.RECORDING:
            return _When(FIRST_LOOK_BYTES, timedelta(0))
        return _When(FIRST_FILE_BYTES, self.followed_after)

    async def _can_be_followed(self, uploads: Sequence[Upload], when: "_When") -> bool:
        arriving = [each for each in uploads if each.state is UploadState.RECEIVING]
        if not all(when.is_due(each, utc_now()) for each in arriving):
            return False
        for upload in arriving:
            if not await self._is_streamable(upload, when.first_bytes):
                return False
        return True

    async def _is_streamable(self, upload: Upload, first_bytes: int) -> bool:
        """Look at what is there. Each look reads everything again, so the next is far off."""
        look_at_bytes = self._look_at_bytes.get(upload.id, first_bytes)
        if look_at_bytes == IS_STREAMABLE:
            return True
        if not look_at_bytes <= upload.offset_bytes:
            return False
        seen_bytes = min(upload.offset_bytes, LAST_LOOK_BYTES)
        try:
            info = await probe_head(self.folders.original(upload.id), seen_bytes)
        except TranscodeError:  # the sentence is for when it has arrived
            info, seen_bytes = None, LAST_LOOK_BYTES
        is_streamable = info is not None and info.is_streamable
        self._look_at_bytes[upload.id] = IS_STREAMABLE if is_streamable else _next_look(seen_bytes)
        return is_streamable

    async def _begin(self, lecture_id: str) -> None:
        async with self.database.write() as session:
            job = await store.add_early_job(session, lecture_id, utc_now())
        if job is not None:
            logger.info("recording is followed while it arrives lecture=%s", lecture_id)
            await self.queue.enqueue(job.kind, job.id)


def _next_look(seen_bytes: int) -> int:
    """The first slice of a take has a large key frame and may lack some milliseconds of a second:
    twice its bytes would be many slices later."""
    if seen_bytes >= LAST_LOOK_BYTES:
        return NEVER
    return seen_bytes * 5 // 4 if seen_bytes < CLOSE_LOOKS_BYTES else 2 * seen_bytes


@dataclass(frozen=True, slots=True)
class _When:
    """When an upload is looked at: from so many bytes on, so long after it was made."""

    first_bytes: int
    after: timedelta

    def is_due(self, upload: Upload, now: datetime) -> bool:
        return upload.offset_bytes >= self.first_bytes and now - upload.created_at >= self.after


async def _arriving_lecture(session: AsyncSession, upload_id: str) -> Lecture | None:
    """The lecture of the upload, if tracks of it are still to come."""
    lecture: Lecture | None = await session.scalar(
        select(Lecture)
        .join(Recording, Recording.lecture_id == Lecture.id)
        .join(Track, Track.recording_id == Recording.id)
        .join(Upload, Upload.track_id == Track.id)
        .where(Upload.id == upload_id)
    )
    return lecture if lecture is not None and lecture.state in ARRIVING else None


async def _track_count(session: AsyncSession, lecture_id: str) -> int:
    tracks = select(func.count(Track.id)).join(Recording, Recording.id == Track.recording_id)
    return int(await session.scalar(tracks.where(Recording.lecture_id == lecture_id)) or 0)
