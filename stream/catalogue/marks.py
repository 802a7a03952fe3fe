"""Chapters that a teacher marks while recording: checked, kept, and made into spans."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.errors import BadRequest
from stream.plain_text import one_line
from stream.tables import Mark

MAX_MARKS = 500
MAX_AT_S = 24 * 3600.0
MAX_TITLE_CHARS = 300
BEGINNING = "Beginning"  # of the lecture, before the first mark
SHORTEST_BEGINNING_S = 1.0  # a mark that early was meant for the beginning


class MarkRequest(msgspec.Struct):
    """One chapter's beginning, in seconds of the lecture; pauses do not count."""

    at_s: float
    title: str = ""


class MarksRequest(msgspec.Struct):
    """What `POST /api/lectures/{id}/marks` is sent."""

    marks: list[MarkRequest]


@dataclass(frozen=True, slots=True)
class MarkedChapter:
    """A named span of the lecture."""

    start_s: float
    end_s: float
    title: str


def clean_marks(wanted: MarksRequest) -> dict[int, str]:
    """Return titles by milliseconds; of two at one moment the last. Raises BadRequest."""
    if len(wanted.marks) > MAX_MARKS:
        raise BadRequest(f"A lecture has at most {MAX_MARKS} marks.")
    if any(not 0 <= mark.at_s <= MAX_AT_S for mark in wanted.marks):
        raise BadRequest("A mark lies between 0 and 24 hours after the recording began.")
    marks = {round(mark.at_s * 1000): one_line(mark.title) for mark in wanted.marks}
    if any(len(title) > MAX_TITLE_CHARS for title in marks.values()):
        raise BadRequest(f"A mark's title has at most {MAX_TITLE_CHARS} characters.")
    return marks


async def replace_marks(session: AsyncSession, lecture_id: str, marks: dict[int, str]) -> None:
    """Store the lecture's marks in place of those that were there: sending them twice is once."""
    await session.execute(delete(Mark).where(Mark.lecture_id == lecture_id))
    session.add_all(
        Mark(lecture_id=lecture_id, at_ms=at_ms, title=title) for at_ms, title in marks.items()
    )


async def marks_of(session: AsyncSession, lecture_id: str) -> Sequence[Mark]:
    """Return the lecture's marks, in order."""
    rows = await session.scalars(
        select(Mark).where(Mark.lecture_id == lecture_id).order_by(Mark.at_ms)
    )
    return rows.all()


def chapters_of(marks: Sequence[Mark], duration_s: float) -> list[MarkedChapter]:
    """Return the chapters that the marks begin, from 0 to the end; none without a mark in it."""
    marks = [mark for mark in marks if mark.at_ms < duration_s * 1000]
    if not marks:
        return []
    starts_s = [mark.at_ms / 1000 for mark in marks]
    titles = [mark.title or f"Part {number}" for number, mark in enumerate(marks, 1)]
    if starts_s[0] <= SHORTEST_BEGINNING_S:
        starts_s[0] = 0.0
    else:
        starts_s, titles = [0.0, *starts_s], [BEGINNING, *titles]
    return [
        MarkedChapter(start_s, end_s, title)
        for start_s, end_s, title in zip(starts_s, [*starts_s[1:], duration_s], titles, strict=True)
    ]
