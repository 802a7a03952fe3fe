"""SQL for uploads. An offset in a row is a promise: it is written after the fsync, never before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.sender import Sender
from stream.catalogue.states import ARRIVING
from stream.catalogue.store import HOLDING, missing_tracks, move_lecture
from stream.errors import BadRequest, Conflict, Gone, NotFound
from stream.ids import is_id
from stream.ingest.limits import Room
from stream.people.rights import Action
from stream.people.store import require
from stream.tables import (
    Class,
    Lecture,
    LectureState,
    Origin,
    Package,
    Recording,
    Track,
    Upload,
    UploadState,
)

ENDED = {
    UploadState.TERMINATED: "This upload was cancelled.",
    UploadState.EXPIRED: "This upload was not finished in time and has been removed.",
}
CANCELLED = "The upload was cancelled. Send the recording again, or remove this lecture."
EXPIRED = "The upload was not finished in time. Please send the recording again."
DAMAGED = "The server's disk lost a part of this recording. Please send it again."


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a track's bytes go."""

    track: Track
    lecture: Lecture


async def destination_of(session: AsyncSession, sender: Sender, track_id: str) -> Destination:
    """Return the sender's track, to add to. Raises BadRequest, NotFound and Forbidden."""
    if not is_id(track_id):
        raise BadRequest("Upload-Metadata: track must be the id of a track.")
    found = await session.execute(
        select(Track, Lecture)
        .join(Recording, Recording.id == Track.recording_id)
        .join(Lecture, Lecture.id == Recording.lecture_id)
        .where(Track.id == track_id)
    )
    row = found.one_or_none()
    if row is None or not sender.may_reach(row[1].id):
        raise NotFound
    await require(session, sender.who, Action.ADD, row[1].class_id)
    return Destination(row[0], row[1])


async def upload_for(session: AsyncSession, sender: Sender, upload_id: str) -> Upload:
    """Return the sender's own upload, whatever its state.

    Raises NotFound for everybody else's, and when the sender may no longer add to the class.
    """
    upload = await session.get(Upload, upload_id)
    if upload is None or upload.owner_id != sender.who.id:
        raise NotFound
    if not sender.may_reach(await _lecture_id_of(session, upload_id)):
        raise NotFound
    await require(session, sender.who, Action.ADD, upload.class_id)
    return upload


def require_present(upload: Upload, now: datetime) -> None:
    """Raise Gone when the upload was terminated or has expired, swept or not."""
    if upload.state is UploadState.RECEIVING and upload.expires_at <= now:
        raise Gone(ENDED[UploadState.EXPIRED])
    if upload.state not in HOLDING:
        raise Gone(ENDED[upload.state])


async def lock_class(session: AsyncSession, class_id: str) -> None:
    """Let creations in one class wait for each other, so that the last place is taken once (R13).

    For PostgreSQL; SQLite has one writer anyway and knows no row locks.
    """
    await session.execute(select(Class.id).where(Class.id == class_id).with_for_update())


async def room_for(
    session: AsyncSession, class_id: str, owner_id: str, *, free_bytes: int, replaced_id: str
) -> Room:
    """Return what is taken and left; the upload `replaced_id` (or "") does not count."""
    receiving = (Upload.state == UploadState.RECEIVING, Upload.id != replaced_id)
    promised = select(func.coalesce(func.sum(Upload.length_bytes - Upload.offset_bytes), 0))
    own = select(func.count()).where(Upload.owner_id == owner_id, *receiving)
    return Room(
        class_bytes=await class_bytes(session, class_id, replaced_id),
        promised_bytes=int(await session.scalar(promised.where(*receiving)) or 0),
        free_bytes=free_bytes,
        open_uploads=int(await session.scalar(own) or 0),
    )


async def class_bytes(session: AsyncSession, class_id: str, without_id: str = "") -> int:
    """Return what the class holds: packages, and uploads by their length where it is known."""
    uploads = select(
        func.coalesce(func.sum(func.coalesce(Upload.length_bytes, Upload.offset_bytes)), 0)
    ).where(Upload.class_id == class_id, Upload.state.in_(HOLDING), Upload.id != without_id)
    packages = (
        select(func.coalesce(func.sum(Package.size_bytes), 0))
        .join(Lecture, Lecture.id == Package.lecture_id)
        .where(Lecture.class_id == class_id)
    )
    return int(await session.scalar(uploads) or 0) + int(await session.scalar(packages) or 0)


async def replaceable(session: AsyncSession, track_id: str, owner_id: str) -> Upload | None:
    """Return the sender's unfinished upload of the track, which a new one may replace.

    Raises Conflict when the track has arrived, or somebody else is sending it.
    """
    upload = await session.scalar(
        select(Upload).where(Upload.track_id == track_id, Upload.state.in_(HOLDING))
    )
    if upload is None:
        return None
    if upload.state is UploadState.COMPLETE:
        raise Conflict("This track has already arrived.")
    if upload.owner_id != owner_id:
        raise Conflict("Somebody else is sending this track.")
    return upload


def begin(lecture: Lecture) -> None:
    """Let a lecture whose upload was given up wait for its tracks again."""
    if lecture.state is LectureState.FAILED:
        lecture.state, lecture.failure = LectureState.UPLOADING, None


async def set_length(session: AsyncSession, upload_id: str, length_bytes: int) -> None:
    """Write down a length that was not known. Raises Gone when the upload has ended meanwhile."""
    await _change(session, upload_id, length_bytes=length_bytes)


async def acknowledge(
    session: AsyncSession, upload_id: str, offset_bytes: int, expires_at: datetime
) -> None:
    """Write down that bytes are on the disk. Raises Gone when the upload has ended meanwhile."""
    await _change(session, upload_id, offset_bytes=offset_bytes, expires_at=expires_at)


async def complete(session: AsyncSession, upload_id: str, now: datetime) -> str | None:
    """Mark an upload complete; return its lecture's id when that was the last missing track.

    The lecture is then `queued`. Raises Gone when the upload has ended meanwhile.
    """
    lecture_id = await _lecture_id_of(session, upload_id)
    # Of two last tracks at the same moment the later must see the earlier (PostgreSQL).
    await session.execute(select(Lecture.id).where(Lecture.id == lecture_id).with_for_update())
    await _change(session, upload_id, state=UploadState.COMPLETE, completed_at=now)
    if await missing_tracks(session, lecture_id):
        return None
    await move_lecture(session, lecture_id, LectureState.QUEUED)
    return lecture_id


async def uploads_of(session: AsyncSession, lecture_id: str) -> Sequence[Upload]:
    """Return the uploads of the lecture whose files are there."""
    rows = await session.scalars(
        select(Upload)
        .join(Track, Track.id == Upload.track_id)
        .join(Recording, Recording.id == Track.recording_id)
        .where(Recording.lecture_id == lecture_id, Upload.state.in_(HOLDING))
    )
    return rows.all()


async def open_uploads(session: AsyncSession, lecture_id: str) -> list[Upload]:
    """Return the lecture's unfinished uploads."""
    uploads = await uploads_of(session, lecture_id)
    return [each for each in uploads if each.state is UploadState.RECEIVING]


async def is_take(session: AsyncSession, lecture_id: str) -> bool:
    """Whether the lecture was recorded by a browser or a device, not uploaded as a file."""
    origin = await session.scalar(
        select(Recording.origin).where(Recording.lecture_id == lecture_id).limit(1)
    )
    return origin in (Origin.BROWSER, Origin.AGENT)


async def require_take(session: AsyncSession, lecture_id: str) -> None:
    """Raise Conflict for a file that was uploaded."""
    if not await is_take(session, lecture_id):
        raise Conflict("A file is of use only as a whole. Send the rest of it, or send it again.")


def require_not_failed(lecture: Lecture) -> None:
    """Raise Conflict when what the lecture was waiting for is gone."""
    if lecture.state is LectureState.FAILED:
        raise Conflict("Nothing of this recording is on the server any more.")


async def finish(session: AsyncSession, lecture_id: str, now: datetime) -> list[str]:
    """Complete the uploads that have bytes, drop the other tracks; the lecture is then `queued`.

    Returns the ids of dropped uploads. Raises Conflict when nothing has come.
    """
    uploads = await uploads_of(session, lecture_id)
    kept = {upload.track_id for upload in uploads if upload.offset_bytes > 0}
    if not kept:
        raise Conflict("Nothing of this recording has arrived yet.")
    for upload in uploads:
        if upload.state is UploadState.RECEIVING and upload.track_id in kept:
            await _change(
                session, upload.id,
                state=UploadState.COMPLETE, length_bytes=upload.offset_bytes, completed_at=now,
            )  # fmt: skip
    await _drop_tracks(session, lecture_id, kept)
    await move_lecture(session, lecture_id, LectureState.QUEUED)
    return [upload.id for upload in uploads if upload.track_id not in kept]


async def _drop_tracks(session: AsyncSession, lecture_id: str, kept: Collection[str]) -> None:
    recordings = select(Recording.id).where(Recording.lecture_id == lecture_id).scalar_subquery()
    dropped = await session.scalars(
        select(Track.id).where(Track.recording_id.in_(recordings), Track.id.not_in(kept))
    )
    ids = list(dropped)
    await session.execute(delete(Upload).where(Upload.track_id.in_(ids)))
    await session.execute(delete(Track).where(Track.id.in_(ids)))


async def give_up(
    session: AsyncSession, upload_id: str, state: UploadState, failure: str | None
) -> str | None:
    """End an unfinished upload; its lecture fails with `failure` (None: another upload follows).

    Returns the lecture's id; None when it was not unfinished (any more).
    """
    try:
        await _change(session, upload_id, state=state)
    except Gone:
        return None
    lecture_id = await _lecture_id_of(session, upload_id)
    lecture = await session.get(Lecture, lecture_id)
    if failure is not None and lecture is not None and lecture.state in ARRIVING:
        lecture.state, lecture.failure = LectureState.FAILED, failure
    return lecture_id


async def expired_ids(session: AsyncSession, now: datetime) -> Sequence[str]:
    """Return the unfinished uploads nobody went on with in time."""
    rows = await session.scalars(
        select(Upload.id).where(Upload.state == UploadState.RECEIVING, Upload.expires_at <= now)
    )
    return rows.all()


async def fail_abandoned(session: AsyncSession, before: datetime) -> int:
    """Fail the lectures made `before` for which nothing is on its way any more; return how many.

    Their tracks were never begun (the tab was closed), or only some of them were.
    """
    on_its_way = (
        select(Recording.lecture_id)
        .join(Track, Track.recording_id == Recording.id)
        .join(Upload, Upload.track_id == Track.id)
        .where(Upload.state == UploadState.RECEIVING)
    )
    result: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        update(Lecture)
        .where(
            Lecture.state.in_(ARRIVING),
            Lecture.created_at <= before,
            Lecture.id.not_in(on_its_way),
        )
        .values(state=LectureState.FAILED, failure=EXPIRED)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount


async def forget_ended(session: AsyncSession, before: datetime) -> None:
    """Delete the rows of uploads that ended and would have expired `before`.

    Until then their senders are told what became of them (410).
    """
    await session.execute(
        delete(Upload).where(Upload.state.not_in(HOLDING), Upload.expires_at <= before)
    )


async def held_ids(session: AsyncSession, among: Collection[str]) -> set[str]:
    """Return which of these uploads have a right to their file."""
    rows = await session.scalars(
        select(Upload.id).where(Upload.id.in_(among), Upload.state.in_(HOLDING))
    )
    return set(rows)


async def ended_ids(session: AsyncSession, among: Collection[str]) -> set[str]:
    """Return which of these uploads were terminated or have expired."""
    rows = await session.scalars(
        select(Upload.id).where(Upload.id.in_(among), Upload.state.not_in(HOLDING))
    )
    return set(rows)


async def _lecture_id_of(session: AsyncSession, upload_id: str) -> str:
    found = await session.scalar(
        select(Recording.lecture_id)
        .join(Track, Track.recording_id == Recording.id)
        .join(Upload, Upload.track_id == Track.id)
        .where(Upload.id == upload_id)
    )
    if found is None:
        raise NotFound
    return found


async def _change(session: AsyncSession, upload_id: str, **values: Any) -> None:
    result: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        update(Upload)
        .where(Upload.id == upload_id, Upload.state == UploadState.RECEIVING)
        .values(**values)
    )
    if result.rowcount != 1:
        raise Gone(ENDED[UploadState.TERMINATED])
