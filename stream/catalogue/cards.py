"""Lectures as they stand in a list: the picture, and the state in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.pictures import poster_url
from stream.tables import Lecture, LectureState, Package

WORDS = {
    LectureState.RECORDING: "Being recorded",
    LectureState.UPLOADING: "Waiting for the rest of its recording",
    LectureState.QUEUED: "Here, and next in line to be made ready",
    LectureState.ENCODING: "Being made ready to watch",
    LectureState.READY: "Ready to watch",
    LectureState.FAILED: "Could not be made ready",
}
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
        return GROWING if self.is_growing else WORDS[self.lecture.state]

    @property
    def is_ready(self) -> bool:
        """Whether it can be watched."""
        return self.lecture.state is LectureState.READY


async def cards_of(session: AsyncSession, class_ids: Sequence[str]) -> dict[str, list[Card]]:
    """Return the cards of each class's lectures, newest first; every asked class has a list."""
    rows = await session.execute(
        select(Lecture, Package)
        .outerjoin(Package, Package.id == Lecture.package_id)
        .where(Lecture.class_id.in_(class_ids))
        .order_by(Lecture.created_at.desc(), Lecture.id)
    )
    cards: dict[str, list[Card]] = {class_id: [] for class_id in class_ids}
    for lecture, package in rows:
        is_growing = package is not None and package.growing_job_id is not None
        cards[lecture.class_id].append(Card(lecture, poster_url(package), is_growing))
    return cards
