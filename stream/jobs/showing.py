"""What viewers can play of a lecture while a job makes it: its growing package.

The package gets its row, its id and its folder when there is something to play, and keeps them: the
folder is filled, by hard links, from that of the attempt at work. So addresses stay when an attempt
is followed by another, and when the package is complete. Only an attempt that holds the job may
change any of it: call these functions in the transaction in which that was written, which keeps
every other attempt waiting until it ends.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.clock import utc_now
from stream.folders import Folders
from stream.ids import new_id
from stream.jobs.files import is_linked, link_into_place, remove_others
from stream.tables import Job, Lecture, Package
from transcode.package import Growth


@dataclass(slots=True)
class Grown:
    """What an attempt has made that can be played, and how much of that is shown."""

    now: Growth | None = None
    shown: Growth | None = None
    whole_s: float = 0.0  # how long the lecture will be; 0: its recording still arrives

    def note(self, growth: Growth) -> None:
        """Write down what can be played now."""
        self.now = growth

    def fraction_at(self, media_s: float) -> float:
        """How much of the lecture is made when this one run is there."""
        return min(1.0, media_s / self.whole_s) * self.made_share if self.whole_s else 0.0

    @property
    def made_share(self) -> float:
        """The share of the rungs that this one run makes; those that were put off follow it."""
        made, later = (len(self.now.rungs), len(self.now.to_come)) if self.now else (1, 0)
        return made / (made + later)


async def show_growth(
    session: AsyncSession, folders: Folders, job: Job, growth: Growth, whole_s: float
) -> None:
    """Show what can be played, unless the lecture has a package that is complete: that stays.

    `whole_s`: how long the lecture will be; 0 when that is not known. Raises OSError.
    """
    lecture = await session.get_one(Lecture, job.lecture_id)
    package = await _package_of(session, folders, job, lecture)
    if lecture.package_id not in (None, package.id):
        return
    place = folders.package(job.lecture_id, package.id)
    await asyncio.to_thread(link_into_place, folders.attempt(job.id, job.fence), place)
    session.add(package)
    package.duration_s = growth.media_s
    package.facts = {
        "whole_s": whole_s or None,
        "rungs": list(growth.rungs),
        "to_come": list(growth.to_come),
    }
    lecture.package_id, lecture.duration_s = package.id, growth.media_s


async def show_whole(
    session: AsyncSession, folders: Folders, job: Job, *, duration_s: float, **values: Any
) -> Package:
    """Return the package, complete and on the disk, with `values` in its row. Raises OSError."""
    lecture = await session.get_one(Lecture, job.lecture_id)
    package = await _package_of(session, folders, job, lecture)
    place = folders.package(job.lecture_id, package.id)
    attempt = folders.attempt(job.id, job.fence)
    await asyncio.to_thread(link_into_place, attempt, place, is_complete=True)
    package.duration_s, package.growing_job_id, package.created_at = duration_s, None, utc_now()
    for name, value in values.items():
        setattr(package, name, value)
    return package


async def take_back(session: AsyncSession, folders: Folders, job: Job) -> None:
    """Show no more of a package that will not be completed, or not soon; its files are freed."""
    await forget(session, job)
    held = await session.scalars(select(Package.id).where(Package.lecture_id == job.lecture_id))
    await asyncio.to_thread(remove_others, folders.lecture(job.lecture_id), set(held))


async def forget(session: AsyncSession, job: Job) -> None:
    """Take the growing package of the job out of the rows; its files are litter then."""
    package = await session.scalar(select(Package).where(Package.growing_job_id == job.id))
    if package is not None:
        lecture = await session.get_one(Lecture, package.lecture_id)
        if lecture.package_id == package.id:
            lecture.package_id = lecture.duration_s = None
        await session.delete(package)
        await session.flush()


async def _package_of(
    session: AsyncSession, folders: Folders, job: Job, lecture: Lecture
) -> Package:
    """The job's growing package, or a new one when the attempt began from the beginning."""
    package = await session.scalar(select(Package).where(Package.growing_job_id == job.id))
    if package is not None:
        place = folders.package(job.lecture_id, package.id)
        if await asyncio.to_thread(is_linked, folders.attempt(job.id, job.fence), place):
            return package
        await take_back(session, folders, job)
    return Package(
        id=new_id(), lecture_id=lecture.id, duration_s=0.0, size_bytes=0, facts={},
        growing_job_id=job.id, created_at=utc_now(),
    )  # fmt: skip
