"""Removes what nobody waits for: expired uploads, their files, and files without a row."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from stream.app_keys import DATABASE, FOLDERS, SETTINGS
from stream.catalogue.upload_tokens import forget_ended_tokens
from stream.clock import utc_now
from stream.errors import Busy, Conflict, Locked
from stream.ids import is_id
from stream.ingest import store
from stream.ingest.lifecycle import end_upload
from stream.ingest.storage import remove_file
from stream.tables import UploadState
from stream.threads import in_thread

logger = logging.getLogger(__name__)

EVERY_S = 3600.0
ORPHAN_AGE = timedelta(hours=1)  # a file is made before its row: a young one may be about to get it
REMEMBERED = timedelta(days=30)  # how long the sender of an ended upload is told so
BATCH = 500  # ids asked for in one query; SQLite takes 32,766 parameters


async def sweeping(app: web.Application) -> AsyncIterator[None]:
    """Sweep at the start and then every hour, while the server runs."""
    task = asyncio.create_task(_sweep_for_ever(app))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _sweep_for_ever(app: web.Application) -> None:
    while True:
        try:
            await sweep(app, utc_now())
        except Busy:  # the disk or the database: the next hour is early enough
            logger.warning("sweep of uploads did not finish")
        await asyncio.sleep(EVERY_S)


async def sweep(app: web.Application, now: datetime) -> None:
    """Expire what has not been touched in time, then remove files that no row needs.

    Raises Busy when the disk or the database fails; the next sweep goes on.
    """
    async with app[DATABASE].read() as session:
        expired = await store.expired_ids(session, now)
    for upload_id in expired:
        # Conflict, Locked: its sender came back this very moment.
        with suppress(Conflict, Locked):
            await end_upload(app, upload_id, UploadState.EXPIRED, store.EXPIRED)
    expiry = timedelta(hours=app[SETTINGS].upload_expiry_h)
    async with app[DATABASE].write() as session:
        await store.fail_abandoned(session, now - expiry)
        await store.forget_ended(session, now - REMEMBERED)
        await forget_ended_tokens(session, now, expiry)
    paths = await in_thread(lambda: list(_uploads_in(app[FOLDERS].originals)))
    for start in range(0, len(paths), BATCH):
        await _remove_unneeded(app, paths[start : start + BATCH], now)


def _uploads_in(folder: Path) -> Iterator[Path]:
    """Return the files named by an id; anything else was put there by a person."""
    return (path for path in folder.iterdir() if is_id(path.name))


async def _remove_unneeded(app: web.Application, paths: list[Path], now: datetime) -> None:
    names = [path.name for path in paths]
    async with app[DATABASE].read() as session:
        held = await store.held_ids(session, names)
        ended = await store.ended_ids(session, names)
    await in_thread(lambda: _remove_files([p for p in paths if p.name not in held], ended, now))


def _remove_files(paths: list[Path], ended: set[str], now: datetime) -> None:
    for path in paths:
        if path.name in ended or _is_old(path, now):
            remove_file(path)
            logger.info("removed a file nobody needs id=%s", path.name)


def _is_old(path: Path, now: datetime) -> bool:
    try:
        return now.timestamp() - path.stat().st_mtime > ORPHAN_AGE.total_seconds()
    except FileNotFoundError:
        return False
