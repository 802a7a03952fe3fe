"""SQL for classes and lectures."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.sender import Sender
from stream.catalogue.states import can_move, is_shown_to_students
from stream.errors import Conflict, NotFound
from stream.people.rights import Action
from stream.people.store import require, role_in_class
from stream.tables import (
    Agent,
    ClassRole,
    Lecture,
    LectureState,
    Origin,
    Person,
    Recording,
    Track,
    Upload,
    UploadState,
)

HOLDING = (UploadState.RECEIVING, UploadState.COMPLETE)  # states of an upload whose file exists


async def lecture_for(
    session: AsyncSession, caller: Person | Agent | None, lecture_id: str, action: Action
) -> tuple[Lecture, ClassRole | None]:
    """Return the lecture and the caller's role in its class, for `action`.

    Raises NotFound (unknown, or not to be known) and Forbidden (known, not allowed).
    """
    lecture = await session.get(Lecture, lecture_id)
    if lecture is None:
        raise NotFound
    role = await role_in_class(session, caller, lecture.class_id)
    is_shown = is_shown_to_students(lecture.state, is_live=lecture.is_live)
    if role is ClassRole.STUDENT and not is_shown:
        raise NotFound
    return lecture, await require(session, caller, action, lecture.class_id)


async def lecture_to_end(session: AsyncSession, sender: Sender, lecture_id: str) -> Lecture:
    """Return the lecture whose recording the sender may mark and end: its teacher, or its token's.

    Raises NotFound and Forbidden.
    """
    if not sender.may_reach(lecture_id):
        raise NotFound
    return (await lecture_for(session, sender.who, lecture_id, Action.MANAGE))[0]


async def lecture_for_sender(
    session: AsyncSession, caller: Person | Agent, lecture_id: str
) -> tuple[Lecture, ClassRole | None]:
    """Return the lecture for whoever watches it come to be: a member, or a device of the class.

    A device sees lectures that devices recorded for its class, no others. Raises NotFound.
    """
    if isinstance(caller, Person):
        return await lecture_for(session, caller, lecture_id, Action.SEE)
    found = await lecture_for(session, caller, lecture_id, Action.ADD)
    recorded = select(Recording.id).where(
        Recording.lecture_id == lecture_id, Recording.origin == Origin.AGENT
    )
    if await session.scalar(recorded.limit(1)) is None:
        raise NotFound
    return found


async def move_lecture(session: AsyncSession, lecture_id: str, then: LectureState) -> Lecture:
    """Move the lecture to a state. Raises NotFound, and Conflict for a move that is not legal."""
    lecture = await session.get(Lecture, lecture_id)
    if lecture is None:
        raise NotFound
    if lecture.state is then:
        return lecture
    if not can_move(lecture.state, then):
        raise Conflict(f"The lecture is {lecture.state.value}; it cannot become {then.value}.")
    lecture.state = then
    return lecture


async def tracks_of(session: AsyncSession, lecture_id: str) -> Sequence[tuple[Track, Upload]]:
    """Return the tracks of the lecture's newest recording that are here, with their uploads.

    An upload that is still being received counts: its bytes up to the offset are.
    """
    newest = (
        select(Recording.id)
        .where(Recording.lecture_id == lecture_id)
        .order_by(Recording.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Track, Upload)
        .join(Upload, Upload.track_id == Track.id)
        .where(Track.recording_id == newest, Upload.state.in_(HOLDING))
        .order_by(Track.role)
    )
    return [(track, upload) for track, upload in rows]


async def missing_tracks(session: AsyncSession, lecture_id: str) -> int:
    """Return how many of the lecture's tracks have not fully arrived."""
    arrived = select(Upload.track_id).where(Upload.state == UploadState.COMPLETE)
    rows = await session.scalars(
        select(Track.id)
        .join(Recording, Recording.id == Track.recording_id)
        .where(Recording.lecture_id == lecture_id, Track.id.not_in(arrived))
    )
    return len(list(rows))
