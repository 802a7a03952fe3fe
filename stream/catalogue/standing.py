"""Where a lecture stands, as its page is told: by one function, for the API and for the stream."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.states import ARRIVING
from stream.tables import Job, JobState, Lane, Lecture, LectureState, Package, WaitReason


@dataclass(frozen=True, slots=True)
class Standing:
    """A lecture's state and, while it is being made, how far that is."""

    state: LectureState
    fraction: float | None  # 0 to 1; None when nothing runs
    eta_s: float | None  # until its job has ended, also while it waits; None: not known
    before_it: int | None  # jobs that come first while it waits; None when it does not
    waits_for: WaitReason | None  # while it waits
    failure: str | None
    playlist_url: str | None
    growing: dict[str, Any] | None  # what can be played of it already; None when it is complete

    def as_json(self) -> dict[str, Any]:
        """Return what the page is sent."""
        return asdict(self)


async def standing_of(session: AsyncSession, lecture: Lecture, now: datetime) -> Standing:
    """Return where the lecture stands.

    While its recording arrives a job may be at work on it; then only its expected end is told.
    """
    is_arriving = lecture.state in ARRIVING
    job = await newest_job(session, lecture.id)
    running = job if job is not None and job.state is JobState.RUNNING else None
    queued = job if job is not None and job.state is JobState.QUEUED and not is_arriving else None
    return Standing(
        state=lecture.state,
        fraction=running.progress if running and not is_arriving else None,
        eta_s=_eta_s(running or queued, now),
        before_it=queued.before_it if queued else None,
        waits_for=queued.waits_for if queued else None,
        failure=lecture.failure,
        playlist_url=playlist_url(lecture),
        growing=await _growing(session, lecture),
    )


async def _growing(session: AsyncSession, lecture: Lecture) -> dict[str, Any] | None:
    package = await session.get(Package, lecture.package_id) if lecture.package_id else None
    if package is None or package.growing_job_id is None:
        return None
    facts = package.facts
    return {
        "ready_s": package.duration_s,
        "whole_s": facts.get("whole_s"),
        "rungs": facts.get("rungs", []),
        "to_come": facts.get("to_come", []),
    }


def _eta_s(job: Job | None, now: datetime) -> float | None:
    if job is None or job.expected_end_at is None:
        return None
    return max(0.0, (job.expected_end_at - now).total_seconds())


def playlist_url(lecture: Lecture) -> str | None:
    """Return the path of the lecture's multivariant playlist; None before there is one."""
    if lecture.package_id is None:
        return None
    return f"/media/{lecture.id}/{lecture.package_id}/index.m3u8"


async def newest_job(session: AsyncSession, lecture_id: str) -> Job | None:
    """Return the newest job that makes the lecture watchable; others only add to it."""
    return await session.scalar(
        select(Job)
        .where(Job.lecture_id == lecture_id, Job.lane.not_in((Lane.AV1, Lane.CAPTIONS)))
        .order_by(Job.created_at.desc())
        .limit(1)
    )
