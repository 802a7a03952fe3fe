"""What is asked for when a lecture is made, checked; and its rows."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.errors import BadRequest
from stream.ids import is_id, new_id
from stream.plain_text import one_line
from stream.tables import Agent, Lecture, LectureState, Origin, Person, Recording, Track, TrackRole

MAX_TITLE_CHARS = 300
MAX_TRACKS = 2
MAX_START_OFFSET_MS = 24 * 3600 * 1000


class TrackRequest(msgspec.Struct):
    """One stream that will be sent."""

    role: TrackRole
    start_offset_ms: int = 0


class LectureRequest(msgspec.Struct):
    """What `POST /api/lectures` is sent."""

    class_id: str
    title: str
    tracks: list[TrackRequest]
    origin: Origin = Origin.UPLOAD
    is_live: bool | None = None  # None: as its origin has it


@dataclass(frozen=True, slots=True)
class MadeLecture:
    """The rows of a lecture that was just made."""

    lecture: Lecture
    origin: Origin
    tracks: list[Track]


def clean_title(title: str) -> str:
    """Return a lecture's title as it is kept. Raises BadRequest when nothing or too much is left.

    Any character may be in it: pages escape it, whatever it is (C08).
    """
    clean = one_line(title)
    if not clean:
        raise BadRequest("Give the lecture a title.")
    if len(clean) > MAX_TITLE_CHARS:
        raise BadRequest(f"A title has at most {MAX_TITLE_CHARS} characters.")
    return clean


def check(wanted: LectureRequest) -> None:
    """Raise BadRequest unless class and tracks fit the rules."""
    if not is_id(wanted.class_id):
        raise BadRequest("Say which class the lecture is for.")
    roles = [track.role for track in wanted.tracks]
    if not 1 <= len(roles) <= MAX_TRACKS or len(set(roles)) != len(roles):
        raise BadRequest(
            "A lecture has one or two tracks: a presentation, a presenter, or one of each."
        )
    if any(not 0 <= track.start_offset_ms <= MAX_START_OFFSET_MS for track in wanted.tracks):
        raise BadRequest("A track starts between 0 and 24 hours after the recording began.")


def origin_of(wanted: LectureRequest, caller: Person | Agent) -> Origin:
    """Return where the recording comes from; what a device sends was recorded by a device."""
    return Origin.AGENT if isinstance(caller, Agent) else wanted.origin


def is_live_of(wanted: LectureRequest, origin: Origin) -> bool:
    """Return whether students may watch while it arrives. Raises BadRequest.

    A classroom's device is live unless it says otherwise, a browser only when it says so. A file
    that is uploaded has always been shown as it arrives: nobody is speaking in it now.
    """
    if wanted.is_live is None:
        return origin is not Origin.BROWSER
    if origin is Origin.UPLOAD:
        raise BadRequest("Only what is being recorded can be live or not.")
    return wanted.is_live


async def made_before(session: AsyncSession, lecture_id: str) -> MadeLecture | None:
    """Return the lecture with this id as it was made; None when there is none."""
    lecture = await session.get(Lecture, lecture_id)
    if lecture is None:
        return None
    of_lecture = Recording.lecture_id == lecture_id
    tracks = await session.scalars(
        select(Track).join(Recording).where(of_lecture).order_by(Track.role)
    )
    origin = await session.scalar(select(Recording.origin).where(of_lecture).limit(1))
    return MadeLecture(lecture, origin or Origin.UPLOAD, list(tracks))


async def add_lecture(
    session: AsyncSession,
    wanted: LectureRequest,
    caller: Person | Agent,
    now: datetime,
    lecture_id: str,
) -> MadeLecture:
    """Store a checked lecture with its first recording and that recording's tracks.

    Raises BadRequest.
    """
    origin = origin_of(wanted, caller)
    lecture = Lecture(
        id=lecture_id,
        class_id=wanted.class_id,
        title=clean_title(wanted.title),
        state=LectureState.UPLOADING if origin is Origin.UPLOAD else LectureState.RECORDING,
        is_live=is_live_of(wanted, origin),
        created_by=caller.id if isinstance(caller, Person) else None,
        created_at=now,
    )
    session.add(lecture)
    await session.flush()  # rows without ORM relations are inserted in the order they are flushed
    recording = Recording(id=new_id(), lecture_id=lecture.id, origin=origin, created_at=now)
    session.add(recording)
    await session.flush()
    tracks = [
        Track(
            id=new_id(),
            recording_id=recording.id,
            role=track.role,
            start_offset_ms=track.start_offset_ms,
        )
        for track in wanted.tracks
    ]
    session.add_all(tracks)
    return MadeLecture(lecture, origin, tracks)
