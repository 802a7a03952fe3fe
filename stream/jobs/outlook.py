"""Writes down what people are told of each job: when it will end, what is before it, what it lacks.

It goes through the rows, because pages read rows and may be served by another process.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from stream.clock import utc_now
from stream.database import Database
from stream.errors import Busy
from stream.jobs.eta import forecast
from stream.jobs.notices import Notices
from stream.jobs.turns import Turns
from stream.tables import Job, JobState, WaitReason

LOOK_EVERY_S = 1.0
NEWS_S = 2.0  # an end that moves by less, or by a twentieth of what is left, is not written again
NEWS_PART = 0.05
FORESEEN = 100  # jobs ahead; playing 100 forward takes 30 ms, 1000 take seconds


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a job that waits or runs."""

    ends_at: datetime | None = None
    before_it: int | None = None  # jobs that come first; None once it runs
    waits_for: WaitReason | None = None

    def is_news(self, told: "Outlook", now: datetime) -> bool:
        """Whether it differs enough from what was told for people to be told again."""
        if (self.before_it, self.waits_for) != (told.before_it, told.waits_for):
            return True
        if self.ends_at is None or told.ends_at is None:
            return self.ends_at is not told.ends_at
        left_s = (self.ends_at - now).total_seconds()
        moved_s = abs((self.ends_at - told.ends_at).total_seconds())
        return moved_s > max(NEWS_S, NEWS_PART * left_s)


def look(turns: Turns, now: datetime) -> dict[str, Outlook]:
    """Return the outlook of every job in the waiting room, by its id."""
    running, waiting = turns.running(), turns.waiting()
    ends_s = forecast(
        [order for order, _ in waiting[:FORESEEN]], running, turns.machine(), turns.now_s
    )
    ends_at = {job_id: now + timedelta(seconds=ends_s[job_id]) for job_id in ends_s}
    found = {each.order.job_id: Outlook(ends_at.get(each.order.job_id)) for each in running}
    for place, (order, reason) in enumerate(waiting):
        before_it = place + len(running)
        found[order.job_id] = Outlook(ends_at.get(order.job_id), before_it, reason)
    return found


async def keep_outlook(
    turns: Turns, database: Database, notices: Notices, cancel: Callable[[str], Awaitable[None]]
) -> None:
    """Write the outlook of each job into its row whenever it changes, until cancelled.

    A job whose row is gone (its lecture was removed) is cancelled, so that nobody waits for it.
    """
    told: dict[str, Outlook] = {}
    while True:
        now = utc_now()
        found = look(turns, now)
        with suppress(Busy):
            for job_id in await _vanished(database, found):
                await cancel(job_id)
        told = {job_id: told[job_id] for job_id in told if job_id in found}
        news = {
            job_id: outlook
            for job_id, outlook in found.items()
            if outlook.is_news(told.get(job_id, Outlook()), now)
        }
        if news:
            with suppress(Busy, OperationalError):  # the next look tells it
                for lecture_id in await _write(database, news):
                    notices.tell(lecture_id)
                told |= news
        await asyncio.sleep(LOOK_EVERY_S)


async def _vanished(database: Database, job_ids: Collection[str]) -> Collection[str]:
    if not job_ids:
        return ()
    async with database.read() as session:
        known = await session.scalars(select(Job.id).where(Job.id.in_(list(job_ids))))
    return set(job_ids) - set(known)


async def _write(database: Database, news: dict[str, Outlook]) -> list[str]:
    """Write the news to the rows of jobs that still wait or run; return their lectures."""
    lectures = []
    async with database.write() as session:
        for job_id, outlook in news.items():
            row = await session.get(Job, job_id)
            if row is None or row.state not in (JobState.QUEUED, JobState.RUNNING):
                continue
            row.expected_end_at = outlook.ends_at
            row.before_it, row.waits_for = outlook.before_it, outlook.waits_for
            lectures.append(row.lecture_id)
    return lectures
