"""Removes a lecture for good: first its rows, in one transaction, then its files.

In this order a crash leaves litter that a sweep finds, never a lecture without its video.
"""

import asyncio
import logging
import shutil
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.folders import Folders
from stream.tables import (
    Coverage,
    Job,
    Lecture,
    Mark,
    Package,
    Recording,
    Track,
    Upload,
    UploadToken,
    WatchEvent,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Litter:
    """Files that belong to no row any more."""

    lecture_id: str
    upload_ids: tuple[str, ...]


async def remove_rows(session: AsyncSession, lecture_id: str) -> Litter:
    """Delete the lecture and everything that hangs on it; returns what lies on disk of it.

    A job that is making it right now finds its row gone, and deletes what it made.
    """
    recordings = select(Recording.id).where(Recording.lecture_id == lecture_id).scalar_subquery()
    tracks = select(Track.id).where(Track.recording_id.in_(recordings)).scalar_subquery()
    uploads = await session.scalars(select(Upload.id).where(Upload.track_id.in_(tracks)))
    litter = Litter(lecture_id, tuple(uploads))
    await session.execute(delete(Upload).where(Upload.track_id.in_(tracks)))
    await session.execute(delete(Track).where(Track.recording_id.in_(recordings)))
    for table in (Recording, Job, Mark, Package, UploadToken, WatchEvent, Coverage):
        await session.execute(delete(table).where(table.lecture_id == lecture_id))
    await session.execute(delete(Lecture).where(Lecture.id == lecture_id))
    return litter


async def remove_files(folders: Folders, litter: Litter) -> None:
    """Delete the files of a removed lecture; what cannot be deleted now is logged, and litter."""
    await asyncio.to_thread(_remove_files, folders, litter)


def _remove_files(folders: Folders, litter: Litter) -> None:
    try:
        for upload_id in litter.upload_ids:
            folders.original(upload_id).unlink(missing_ok=True)
        media = folders.media / litter.lecture_id
        if media.exists():
            shutil.rmtree(media)
    except OSError:
        logger.exception("files of a removed lecture stay lecture=%s", litter.lecture_id)
