"""Ends a take that nobody goes on with: what has arrived of it is the recording."""

import logging
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from stream.app_keys import DATABASE, FOLDERS
from stream.catalogue.sender import Sender
from stream.catalogue.states import ARRIVING
from stream.catalogue.store import lecture_to_end
from stream.clock import utc_now
from stream.ingest import store
from stream.ingest.arrival import ARRIVAL
from stream.ingest.lifecycle import damaged
from stream.ingest.storage import FileDamaged, PartFile, remove_file
from stream.ingest.writers import WRITERS
from stream.tables import Lecture, Upload
from stream.threads import in_thread

logger = logging.getLogger(__name__)

SILENT_FOR = timedelta(minutes=1)  # a recorder sends every second, unless it is paused


async def finish_recording(app: web.Application, sender: Sender, lecture_id: str) -> None:
    """Close the take's uploads where their bytes end, and let its lecture be made.

    A track of which nothing came is dropped. Nothing happens when all has arrived. Raises NotFound,
    Forbidden, Conflict (it is no take, or nothing of it came), Locked, Busy, Gone (damaged).
    """
    async with app[DATABASE].read() as session:
        await lecture_to_end(session, sender, lecture_id)
        await store.require_take(session, lecture_id)
        open_uploads = await store.open_uploads(session, lecture_id)
    async with AsyncExitStack() as writing:  # so that no byte comes in the meantime
        for upload in open_uploads:
            await app[WRITERS].end(upload.id)
            await writing.enter_async_context(app[WRITERS].hold(upload.id))
        dropped = await _close(app, sender, lecture_id)
    for upload in open_uploads:
        app[ARRIVAL].grew(upload.id)
    await app[ARRIVAL].wake(lecture_id)
    for upload_id in dropped:
        await in_thread(partial(remove_file, app[FOLDERS].original(upload_id)))
    logger.info("recording was finished with what is there lecture=%s", lecture_id)


async def _close(app: web.Application, sender: Sender, lecture_id: str) -> list[str]:
    """Complete what has bytes, in one transaction; returns the uploads that had none."""
    async with app[DATABASE].read() as session:
        open_uploads = await store.open_uploads(session, lecture_id)
    for upload in open_uploads:
        await _cut_back(app, upload)
    async with app[DATABASE].write() as session:
        lecture = await lecture_to_end(session, sender, lecture_id)
        if lecture.state not in ARRIVING:
            store.require_not_failed(lecture)
            return []
        dropped = await store.finish(session, lecture_id, utc_now())
        await app[ARRIVAL].write(session, lecture_id)
    return dropped


async def _cut_back(app: web.Application, upload: Upload) -> None:
    """Forget what was written and never acknowledged: the file is the recording now."""
    path = app[FOLDERS].original(upload.id)

    def cut_back() -> None:
        with PartFile(path, upload.offset_bytes) as part:
            part.sync()

    try:
        await in_thread(cut_back)
    except FileDamaged as error:
        raise await damaged(app, upload.id, error) from error


async def interrupted_at(
    session: AsyncSession, lecture: Lecture, now: datetime, expiry: timedelta
) -> datetime | None:
    """Return when the last byte came of a take that seems to have been interrupted; None: it does
    not, or there is nothing to finish with. `expiry`: how long after a byte an upload is kept."""
    if lecture.state not in ARRIVING or not await store.is_take(session, lecture.id):
        return None
    came_at = [
        upload.expires_at - expiry
        for upload in await store.uploads_of(session, lecture.id)
        if upload.offset_bytes > 0
    ]
    last_at = max(came_at, default=now)
    return last_at if now - last_at >= SILENT_FOR else None
