"""Rows decide what still has to be done: at the start, and again and again while the server runs.

Only one server works on a data folder (`serve.py` holds a lock on it), so an attempt that runs by
its row and not in this process is dead.
"""

import asyncio
import logging
from collections.abc import Callable

from stream.clock import utc_now
from stream.database import Database
from stream.folders import Folders
from stream.jobs import store
from stream.jobs.attempts import attempts_of_jobs, remove_attempts, sweep_attempts
from stream.jobs.files import remove_folder
from stream.jobs.retry import MAX_ATTEMPTS
from stream.jobs.showing import forget
from stream.jobs.verdict import GAVE_UP
from stream.tables import Job, JobState, Package

logger = logging.getLogger(__name__)


async def reconcile(database: Database, folders: Folders) -> list[Job]:
    """At the start: put dead attempts back, sweep what nobody goes on with; the jobs to enqueue."""
    waiting = await unfinished(database, is_alive=lambda _: False)
    await asyncio.to_thread(sweep_attempts, folders, {job.id for job in waiting})
    await _sweep_packages(database, folders)
    return waiting


async def unfinished(database: Database, is_alive: Callable[[str], bool]) -> list[Job]:
    """Put dead attempts back (or end them after the last) and return the jobs to enqueue.

    `is_alive` tells by a job's id whether its attempt runs. Raises Busy.
    """
    waiting = []
    async with database.write() as session:
        for job in await store.unfinished_jobs(session):
            if is_alive(job.id):
                continue
            if job.state is JobState.RUNNING and job.attempt >= MAX_ATTEMPTS:
                await store.give_up(session, job, GAVE_UP, utc_now())
                await forget(session, job)
                continue
            if job.state is JobState.RUNNING:
                await store.put_dead_back(session, job)
            waiting.append(job)
    return waiting


async def sweep_scratch(database: Database, folders: Folders) -> None:
    """Remove what attempts have left of jobs that are over, while others are at work."""
    # Listed before the rows are read: a folder is made after its job's row.
    found = await asyncio.to_thread(attempts_of_jobs, folders)
    async with database.read() as session:
        unfinished = {job.id for job in await store.unfinished_jobs(session)}
    for job_id in found - unfinished:
        await asyncio.to_thread(remove_attempts, folders, job_id)


async def _sweep_packages(database: Database, folders: Folders) -> None:
    for package in [p for lecture in folders.media.iterdir() for p in lecture.iterdir()]:
        async with database.read() as session:
            row = await session.get(Package, package.name)
        if row is None:
            logger.info("removing a package without a row package=%s", package.name)
            await asyncio.to_thread(remove_folder, package)
