"""The moments of an upload: made, its length told, ended, found damaged. File and row together.

The file comes before the row and goes after it: a crash in between leaves a file without a row,
which the sweep removes, and never a row without its file.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from stream.app_keys import DATABASE, FOLDERS, SETTINGS
from stream.catalogue.sender import Sender
from stream.clock import utc_now
from stream.errors import BadRequest, Conflict, Gone
from stream.ids import new_id
from stream.ingest import store
from stream.ingest.arrival import ARRIVAL
from stream.ingest.limits import require_quota, require_room
from stream.ingest.protocol import Creation
from stream.ingest.storage import FileDamaged, free_bytes, make_file, remove_file
from stream.ingest.writers import WRITERS
from stream.plain_text import one_line
from stream.tables import Upload, UploadState
from stream.threads import in_thread

logger = logging.getLogger(__name__)

MAX_FILENAME = 300


@dataclass(frozen=True, slots=True)
class EndedUpload:
    """An upload that was given up, and its lecture."""

    upload_id: str
    lecture_id: str


def expiry(app: web.Application, now: datetime) -> datetime:
    """Return when an upload that is touched now will expire."""
    return now + timedelta(hours=app[SETTINGS].upload_expiry_h)


async def make_upload(app: web.Application, sender: Sender, creation: Creation) -> Upload:
    """Make an empty upload for the track that the metadata names.

    The sender's own unfinished upload of that track is replaced: a browser that lost its
    address must not be stuck. Raises BadRequest, NotFound, Forbidden, Conflict (the track has
    arrived, or somebody else sends it), TooMany, TooLarge, NoSpace.
    """
    track_id = creation.metadata.text("track")
    if not track_id:
        raise BadRequest("Upload-Metadata must name the track.")
    upload = _new_row(app, sender, creation)
    async with app[DATABASE].read() as session:  # refuse before anything touches the disk
        await store.destination_of(session, sender, track_id)
        replaced = await store.replaceable(session, track_id, sender.who.id)
    if replaced is not None:
        await app[WRITERS].end(replaced.id)
    path = app[FOLDERS].original(upload.id)
    await in_thread(lambda: make_file(path))
    try:
        ended = await _insert(app, sender, upload)
    except BaseException:
        await in_thread(lambda: remove_file(path))
        raise
    if ended is not None:
        await _free(app, ended)
    logger.info("upload made id=%s track=%s bytes=%s", upload.id, track_id, upload.length_bytes)
    return upload


def _new_row(app: web.Application, sender: Sender, creation: Creation) -> Upload:
    now = utc_now()
    return Upload(
        id=new_id(),
        track_id=creation.metadata.text("track"),
        owner_id=sender.who.id,
        state=UploadState.RECEIVING,
        length_bytes=creation.length_bytes,
        offset_bytes=0,
        filename=one_line(creation.metadata.text("filename"))[:MAX_FILENAME],
        client_metadata=creation.metadata.raw,
        created_at=now,
        expires_at=expiry(app, now),
    )


async def _insert(app: web.Application, sender: Sender, upload: Upload) -> EndedUpload | None:
    """Store the row if there is room; return the upload that it replaces."""
    free = await in_thread(lambda: free_bytes(app[FOLDERS].originals))
    async with app[DATABASE].write() as session:
        destination = await store.destination_of(session, sender, upload.track_id)
        await store.lock_class(session, destination.lecture.class_id)
        replaced = await store.replaceable(session, upload.track_id, sender.who.id)
        replaced_id = replaced.id if replaced else ""
        room = await store.room_for(
            session,
            destination.lecture.class_id,
            sender.who.id,
            free_bytes=free,
            replaced_id=replaced_id,
        )
        require_room(app[SETTINGS], room, upload.length_bytes)
        ended = None
        if replaced_id:
            ended = await _give_up(app, session, replaced_id, UploadState.TERMINATED, None)
        store.begin(destination.lecture)
        upload.class_id = destination.lecture.class_id
        session.add(upload)
    return ended


async def tell_length(app: web.Application, upload: Upload, length_bytes: int) -> None:
    """Write down a length that was deferred. Raises TooLarge, Gone."""
    async with app[DATABASE].write() as session:
        await store.set_length(session, upload.id, length_bytes)
        require_quota(app[SETTINGS], await store.class_bytes(session, upload.class_id))


async def end_upload(
    app: web.Application, upload_id: str, state: UploadState, failure: str
) -> None:
    """End an unfinished upload and free its bytes. Raises Conflict when it has arrived.

    A complete upload is the lecture's original: removing it is removing the lecture's source,
    which the protocol's DELETE is not allowed to do.
    """
    await app[WRITERS].end(upload_id)
    async with app[DATABASE].write() as session:
        ended = await _give_up(app, session, upload_id, state, failure)
    if ended is None:
        raise Conflict("This recording has arrived and belongs to its lecture now.")
    await _free(app, ended)
    logger.info("upload ended id=%s state=%s", upload_id, state.value)


async def require_whole(app: web.Application, upload: Upload) -> None:
    """Raise Gone when acknowledged bytes are missing on the disk."""
    path = app[FOLDERS].original(upload.id)
    found_bytes = await in_thread(lambda: _size_bytes(path))
    if found_bytes < upload.offset_bytes:
        error = FileDamaged(path, upload.offset_bytes, found_bytes)
        raise await damaged(app, upload.id, error)


async def damaged(app: web.Application, upload_id: str, error: FileDamaged) -> Gone:
    """Give the upload up, because acknowledged bytes are not on the disk; return what to raise."""
    logger.error(
        "upload damaged id=%s acknowledged=%d found=%d",
        upload_id,
        error.acknowledged_bytes,
        error.found_bytes,
    )
    async with app[DATABASE].write() as session:
        ended = await _give_up(app, session, upload_id, UploadState.TERMINATED, store.DAMAGED)
    if ended is not None:
        await app[ARRIVAL].clear(ended.lecture_id)
    return Gone(store.DAMAGED)


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


async def _give_up(
    app: web.Application, session: AsyncSession, upload_id: str, state: UploadState,
    failure: str | None,
) -> EndedUpload | None:  # fmt: skip
    """End an upload with all that was made of it; None when it was not unfinished (any more)."""
    lecture_id = await store.give_up(session, upload_id, state, failure)
    if lecture_id is None:
        return None
    await app[ARRIVAL].withdraw(session, lecture_id)
    return EndedUpload(upload_id, lecture_id)


async def _free(app: web.Application, ended: EndedUpload) -> None:
    await app[ARRIVAL].clear(ended.lecture_id)
    path = app[FOLDERS].original(ended.upload_id)
    await in_thread(lambda: remove_file(path))
