"""Lectures to watch, without media: insight never looks at it."""

from collections.abc import Awaitable, Callable

import pytest

from stream.clock import utc_now
from stream.database import Database
from stream.ids import new_id
from stream.tables import Lecture, LectureState

MakeLecture = Callable[..., Awaitable[str]]


@pytest.fixture
def make_lecture(database: Database) -> MakeLecture:
    """Make a lecture of a class; returns its id. Without a duration it is not ready yet."""

    async def make(
        class_id: str, duration_s: float | None = 90.0, title: str = "Derivatives 1"
    ) -> str:
        lecture = Lecture(
            id=new_id(),
            class_id=class_id,
            title=title,
            state=LectureState.ENCODING if duration_s is None else LectureState.READY,
            duration_s=duration_s,
            created_at=utc_now(),
        )
        async with database.write() as session:
            session.add(lecture)
        return lecture.id

    return make
