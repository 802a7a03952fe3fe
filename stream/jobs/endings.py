"""Ends an attempt that broke: acts on the verdict, on the job's row and in the queue."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from stream.clock import utc_now
from stream.database import Database
from stream.errors import Busy
from stream.folders import Folders
from stream.jobs import store
from stream.jobs.files import folder_bytes, remove_folder
from stream.jobs.machine import free_disk_bytes
from stream.jobs.queue import Queue
from stream.jobs.retry import EARLY_ATTEMPTS, NO_SPACE_DELAY, SOON
from stream.jobs.room import learnt_room_bytes
from stream.jobs.showing import take_back
from stream.jobs.turns import Turn
from stream.jobs.verdict import (
    GiveUp,
    TryAgain,
    Verdict,
    WaitForRoom,
    WaitForWhole,
    verdict_on,
    verdict_on_early,
)
from stream.tables import Job, WaitReason

logger = logging.getLogger(__name__)

WRITE_AGAIN_S = 2.0  # a database on the full disk cannot be written to either


@dataclass(frozen=True, slots=True)
class Endings:
    """Puts jobs back or ends them."""

    database: Database
    queue: Queue
    folders: Folders
    no_space_delay: timedelta = NO_SPACE_DELAY

    async def after(self, job: Job, error: Exception, turn: Turn, scratch: Path) -> None:
        """Write down what becomes of the job; what it wrote is freed unless it goes on with it."""
        free_bytes = await asyncio.to_thread(_free_bytes, scratch)
        written_bytes = await asyncio.to_thread(folder_bytes, scratch)
        judge = verdict_on_early if turn.is_early else verdict_on
        verdict = judge(error, job.attempt, free_bytes)
        if not (isinstance(verdict, TryAgain | WaitForWhole) and verdict.goes_on):
            await asyncio.to_thread(remove_folder, scratch)
        _log(job, error, verdict)
        match verdict:
            case GiveUp(reason):
                await self._give_up(job, reason)
            case TryAgain(after, _):
                if not await self._put_back(job, after, attempt=job.attempt):
                    await asyncio.to_thread(remove_folder, scratch)
            case WaitForWhole(goes_on):
                held = await self._put_back(
                    job, SOON, frees=not goes_on, attempt=min(job.attempt, EARLY_ATTEMPTS),
                    waits_for=WaitReason.WHOLE,
                )  # fmt: skip
                if not held:
                    await asyncio.to_thread(remove_folder, scratch)
            case WaitForRoom():
                needs_bytes = learnt_room_bytes(turn.order.room_bytes, written_bytes, turn.fraction)
                await self._put_back(
                    job, self.no_space_delay, frees=True, attempt=job.attempt - 1,
                    waits_for=WaitReason.ROOM, room_bytes=needs_bytes,
                )  # fmt: skip

    async def _give_up(self, job: Job, reason: str) -> None:
        async with self.database.write() as session:
            if await store.give_up(session, job, reason, utc_now()):
                await take_back(session, self.folders, job)

    async def stop(self, job: Job, scratch: Path) -> None:
        """Put back a job whose attempt was cancelled, because the server stops: not its failure.

        Or because its recording will not come; then it is no longer ours.
        """
        async with self.database.write() as session:
            held = await store.put_back(session, job, attempt=job.attempt - 1)
        if not held:  # its lecture was removed
            await asyncio.to_thread(remove_folder, scratch)

    async def give_way(self, job: Job, scratch: Path) -> None:
        """Put back a job that makes room for a more urgent one: not its failure."""
        if not await self._put_back(job, SOON, attempt=job.attempt - 1):
            await asyncio.to_thread(remove_folder, scratch)

    async def pause(self, job: Job, scratch: Path) -> None:
        """Put back a job that made place, until its bytes come again: not its failure."""
        async with self.database.write() as session:
            is_arriving = await store.is_arriving(session, job.lecture_id)
            waits_for = WaitReason.BYTES if is_arriving else None
            held = await store.put_back(session, job, attempt=job.attempt - 1, waits_for=waits_for)
        if not held:
            await asyncio.to_thread(remove_folder, scratch)

    async def _put_back(
        self, job: Job, after: timedelta, *, frees: bool = False, **values: Any
    ) -> bool:
        """Queue the job again, if it is still ours; `frees` what is shown of its package."""
        while True:
            try:
                async with self.database.write() as session:
                    held = await store.put_back(session, job, **values)
                    if held and frees:  # before the commit, which may need the room
                        await take_back(session, self.folders, job)
                break
            except (Busy, OperationalError) as error:
                logger.warning("job cannot be put back yet job=%s: %s", job.id, error)
                await asyncio.sleep(WRITE_AGAIN_S)
        if held:
            await self.queue.enqueue(job.kind, job.id, after)
        return held


def _log(job: Job, error: Exception, verdict: Verdict) -> None:
    match verdict:
        case WaitForRoom():
            logger.warning("job waits for room on the disk job=%s: %s", job.id, error)
        case TryAgain() | WaitForWhole():
            logger.warning("job failed job=%s try=%d", job.id, job.attempt, exc_info=error)
        case GiveUp():
            logger.warning("job given up job=%s try=%d: %s", job.id, job.attempt, error)


def _free_bytes(scratch: Path) -> int:
    return free_disk_bytes(scratch if scratch.exists() else scratch.parent)
