"""SQL for jobs. Every write of a running attempt is a compare-and-set on its fencing number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.states import ARRIVING
from stream.catalogue.store import move_lecture
from stream.ids import new_id
from stream.jobs.eta import Measured
from stream.jobs.retry import EARLY_ATTEMPTS, MAX_ATTEMPTS
from stream.tables import Job, JobState, Lane, Lecture, LectureState, Package, WaitReason

PUBLISH = "publish"  # makes a lecture watchable, and so moves its state; others only add to it
AV1 = "av1"
UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
HISTORY = 200  # jobs; older ones were made by another ladder, or on another machine


async def add_publish_job(
    session: AsyncSession, lecture_id: str, now: datetime, lane: Lane = Lane.FIRST
) -> Job:
    """Queue the making of the lecture's package; the lecture becomes `queued`."""
    await move_lecture(session, lecture_id, LectureState.QUEUED)
    return _new_job(session, lecture_id, now, lane)


async def add_early_job(session: AsyncSession, lecture_id: str, now: datetime) -> Job | None:
    """Queue it for a recording that still arrives; the lecture stays what it is.

    None when it has arrived meanwhile, or was given up, or has a job.
    """
    lecture = await session.get(Lecture, lecture_id, with_for_update=True)
    if lecture is None or lecture.state not in ARRIVING:
        return None
    if await unfinished_job(session, lecture_id) is not None:
        return None
    lane = Lane.LIVE if lecture.state is LectureState.RECORDING else Lane.FIRST
    return _new_job(session, lecture_id, now, lane)


async def note_arrived(session: AsyncSession, job: Job) -> None:
    """Write down that the recording of a job that was begun early has arrived."""
    if job.state is JobState.RUNNING:
        await move_lecture(session, job.lecture_id, LectureState.ENCODING)
        return
    await move_lecture(session, job.lecture_id, LectureState.QUEUED)
    job.lane, job.waits_for = Lane.FIRST, None


async def call_back(session: AsyncSession, job_id: str) -> bool:
    """Let a job go on that made place; False when it is not waiting for bytes (any more)."""
    result: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.QUEUED, Job.waits_for == WaitReason.BYTES)
        .values(waits_for=None)
    )
    return result.rowcount == 1


async def withdraw(session: AsyncSession, lecture_id: str, why: str, now: datetime) -> Job | None:
    """End the lecture's unfinished job, whose recording will not come; None: it has none."""
    job = await unfinished_job(session, lecture_id)
    if job is not None:
        job.state, job.failure, job.finished_at = JobState.FAILED, why, now
        await session.flush()
    return job


async def is_arriving(session: AsyncSession, lecture_id: str) -> bool:
    """Whether a track of the lecture is still to come. False when there is no such lecture."""
    state = await session.scalar(select(Lecture.state).where(Lecture.id == lecture_id))
    return state in ARRIVING


async def unfinished_job(session: AsyncSession, lecture_id: str) -> Job | None:
    """Return the lecture's publish job that is queued or runs, if there is one."""
    return await session.scalar(
        select(Job)
        .where(Job.lecture_id == lecture_id, Job.kind == PUBLISH, Job.state.in_(UNFINISHED))
        .limit(1)
    )


def _new_job(session: AsyncSession, lecture_id: str, now: datetime, lane: Lane) -> Job:
    job = Job(
        id=new_id(), kind=PUBLISH, lecture_id=lecture_id, state=JobState.QUEUED, created_at=now,
        lane=lane, attempt=0, fence=0, progress=0.0,
    )  # fmt: skip
    session.add(job)
    return job


async def unfinished_jobs(session: AsyncSession) -> Sequence[Job]:
    """Return the jobs that are queued or were running, oldest first."""
    rows = await session.scalars(
        select(Job).where(Job.state.in_(UNFINISHED)).order_by(Job.created_at)
    )
    return rows.all()


async def claim(session: AsyncSession, job_id: str, now: datetime) -> Job | None:
    """Start an attempt: state running, a new fencing number. None when there is nothing to do."""
    job = await session.get(Job, job_id, with_for_update=True)  # PostgreSQL: one of many wins
    if job is None or job.state is not JobState.QUEUED or job.attempt >= MAX_ATTEMPTS:
        return None
    job.state, job.attempt, job.fence = JobState.RUNNING, job.attempt + 1, job.fence + 1
    job.progress, job.started_at, job.heartbeat_at = 0.0, now, now
    job.waits_for, job.before_it = None, None
    if await is_arriving(session, job.lecture_id):  # what was foreseen was for a lesson's length
        job.expected_end_at = None
    await _move(session, job, LectureState.ENCODING)
    return job


async def write_fenced(session: AsyncSession, job: Job, **values: Any) -> bool:
    """Write to the job's row if `job` still holds it; False when another attempt has taken over."""
    result: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        update(Job)
        .where(Job.id == job.id, Job.fence == job.fence, Job.state == JobState.RUNNING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount == 1


async def put_back(session: AsyncSession, job: Job, *, attempt: int, **values: Any) -> bool:
    """Queue the job again with its attempts set to `attempt`; False when it is no longer ours.

    `values` are written to its row as well.
    """
    held = await write_fenced(
        session, job, state=JobState.QUEUED, attempt=attempt, expected_end_at=None, **values
    )
    if held:
        await _move(session, job, LectureState.QUEUED)
    return held


async def put_dead_back(session: AsyncSession, job: Job) -> None:
    """Queue a job whose attempt is dead, as the row says that the server's end found it."""
    job.state, job.expected_end_at = JobState.QUEUED, None
    if await is_arriving(session, job.lecture_id):
        job.waits_for = WaitReason.WHOLE if job.attempt >= EARLY_ATTEMPTS else None
    await _move(session, job, LectureState.QUEUED)


async def _move(session: AsyncSession, job: Job, then: LectureState) -> None:
    """Move the job's lecture, unless its recording still arrives: then it stays what it is."""
    if job.kind != PUBLISH:
        return
    lecture = await session.get(Lecture, job.lecture_id, with_for_update=True)
    if lecture is None or lecture.state not in ARRIVING:
        await move_lecture(session, job.lecture_id, then)


async def give_up(session: AsyncSession, job: Job, failure: str, now: datetime) -> bool:
    """End the job as failed and, if it was to be made watchable by it, its lecture, with the reason
    the teacher reads."""
    held = await write_fenced(session, job, state=JobState.FAILED, failure=failure, finished_at=now)
    if held and job.kind == PUBLISH:
        lecture = await move_lecture(session, job.lecture_id, LectureState.FAILED)
        lecture.failure = failure
    return held


async def finish(
    session: AsyncSession, job: Job, package: Package, now: datetime, **measured: Any
) -> bool:
    """Make `package` the lecture's; False when another attempt has taken over.

    `measured` (see `Measured`) is written to the job's row.
    """
    held = await write_fenced(
        session, job, state=JobState.DONE, progress=1.0, finished_at=now, heartbeat_at=now,
        **measured,
    )  # fmt: skip
    if held:
        session.add(package)
        lecture = await move_lecture(session, job.lecture_id, LectureState.READY)
        lecture.package_id, lecture.duration_s = package.id, package.duration_s
        lecture.failure = None
    return held


async def measured(session: AsyncSession, kind: str = PUBLISH) -> list[Measured]:
    """Return what the newest finished jobs of a kind took."""
    rows = await session.execute(
        select(Job.content, Job.media_s, Job.work_s)
        .where(Job.kind == kind, Job.state == JobState.DONE, Job.work_s.is_not(None))
        .order_by(Job.finished_at.desc())
        .limit(HISTORY)
    )
    return [
        Measured(content or "", media_s or 0.0, work_s or 0.0) for content, media_s, work_s in rows
    ]
