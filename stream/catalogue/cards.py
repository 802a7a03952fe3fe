"""Lectures as they stand in a list: the picture, and the state in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.pictures import poster_url
from stream.catalogue.states import ARRIVED, ARRIVING
from stream.tables import ClassRole, Lecture, LectureState, Package

WORDS = {
    LectureState.RECORDING: "Being recorded",
    LectureState.UPLOADING: "Waiting for the rest of its recording",
    LectureState.QUEUED: "Here, and next in line to be made ready",
    LectureState.ENCODING: "Being made ready to watch",
    LectureState.READY: "Ready to watch",
    LectureState.FAILED: "Could not be made ready",
}
HELD_BACK = "Being recorded; your students see it once all of it is here"
GROWING = "Its first part can be watched; the rest is being made"


@dataclass(frozen=True, slots=True)
class Card:
    """One lecture in a list."""

    lecture: Lecture
    poster_url: str | None
    is_growing: bool  # it can be watched while it is made

    @property
    def words(self) -> str:
        """The lecture's state in words."""
        if self.lecture.state in ARRIVING and not self.lecture.is_live:
            return HELD_BACK
        return GROWING if self.is_growing else WORDS[self.lecture.state]

    @property
    def is_ready(self) -> bool:
        """Whether it can be watched."""
        return self.lecture.state is LectureState.READY


async def cards_of(
    session: AsyncSession, roles: Mapping[str, ClassRole | None]
) -> dict[str, list[Card]]:
    """Return the cards of each class's lectures, newest first, for whoever has these roles in them.

    Every asked class has a list; what students do not see yet is in it for teachers alone.
    """
    taught = [class_id for class_id, role in roles.items() if role is ClassRole.TEACHER]
    rows = await session.execute(
        select(Lecture, Package)
        .outerjoin(Package, Package.id == Lecture.package_id)
        .where(Lecture.class_id.in_(roles))
        .where(
            or_(Lecture.is_live, Lecture.state.in_(ARRIVED), Lecture.class_id.in_(taught)),
        )
        .order_by(Lecture.created_at.desc(), Lecture.id)
    )
    cards: dict[str, list[Card]] = {class_id: [] for class_id in roles}
    for lecture, package in rows:
        is_growing = package is not None and package.growing_job_id is not None
        cards[lecture.class_id].append(Card(lecture, poster_url(package), is_growing))
    return cards
