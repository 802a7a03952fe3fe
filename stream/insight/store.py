"""SQL for watch events and coverage."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from stream.insight.batches import Batch
from stream.insight.seconds import bits_to_bytes, bytes_to_bits
from stream.tables import ClassRole, Coverage, Lecture, Membership, Person, WatchEvent


@dataclass(frozen=True, slots=True)
class Report:
    """A batch and whose it is."""

    lecture_id: str
    class_id: str
    person_id: str
    viewer: str  # the person's pseudonym in the class
    is_simulated: bool
    batch: Batch
    received_on: datetime  # cut to the hour


async def keep_reports(session: AsyncSession, reports: Sequence[Report]) -> None:
    """Keep new events and add the played seconds, all in the caller's transaction.

    Events that are there already are left alone (E04). Reports of persons who have left the
    class, or whose lecture is gone, are dropped: they were in flight (E10).
    """
    standing = await _standing(session, reports)
    welcome = [report for report in reports if (report.lecture_id, report.person_id) in standing]
    await _keep_events(session, welcome)
    await _grow_coverage(session, welcome)


async def _standing(session: AsyncSession, reports: Iterable[Report]) -> set[tuple[str, str]]:
    """Return which (lecture, person) of the reports may still report."""
    pairs = {(report.lecture_id, report.person_id) for report in reports}
    rows = await session.execute(
        select(Lecture.id, Membership.person_id)
        .join(Membership, Membership.class_id == Lecture.class_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            tuple_(Lecture.id, Membership.person_id).in_(pairs),
            Membership.role == ClassRole.STUDENT,
            Person.disabled_at.is_(None),
        )
    )
    return {(lecture_id, person_id) for lecture_id, person_id in rows}


async def _keep_events(session: AsyncSession, reports: Iterable[Report]) -> None:
    rows = [_event_row(report, event) for report in reports for event in report.batch.events]
    if rows:
        connection = await session.connection()
        await connection.execute(_insert(session, WatchEvent).on_conflict_do_nothing(), rows)


def _event_row(report: Report, event: msgspec.Struct) -> dict[str, Any]:
    row = msgspec.structs.asdict(event)
    del row["rung"]  # has become the cause
    return row | {
        "lecture_id": report.lecture_id,
        "viewer": report.viewer,
        "session": report.batch.session,
        "received_on": report.received_on,
    }


async def _grow_coverage(session: AsyncSession, reports: Iterable[Report]) -> None:
    played: dict[tuple[str, str], int] = defaultdict(int)
    simulated: dict[tuple[str, str], bool] = {}
    for report in reports:
        played[report.lecture_id, report.viewer] |= report.batch.played
        simulated[report.lecture_id, report.viewer] = report.is_simulated
    if not played:
        return
    # In one order, so that two servers on one PostgreSQL cannot wait for each other.
    keys = sorted(played)
    empty = [
        {"lecture_id": key[0], "viewer": key[1], "seconds": b"", "is_simulated": simulated[key]}
        for key in keys
    ]
    connection = await session.connection()
    await connection.execute(_insert(session, Coverage).on_conflict_do_nothing(), empty)
    rows = await session.scalars(
        select(Coverage)
        .where(tuple_(Coverage.lecture_id, Coverage.viewer).in_(keys))
        .order_by(Coverage.lecture_id, Coverage.viewer)
        .with_for_update()  # nothing in SQLite, whose only writer we are
    )
    for row in rows:
        row.seconds = bits_to_bytes(bytes_to_bits(row.seconds) | played[row.lecture_id, row.viewer])


def _insert(session: AsyncSession, table: type[WatchEvent | Coverage]) -> Any:
    dialect = session.get_bind().dialect.name
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


async def events_of(
    session: AsyncSession, lecture_id: str, viewer: str | None = None
) -> Sequence[WatchEvent]:
    """Return the lecture's events, or one viewer's, each session's in the order they happened."""
    query = select(WatchEvent).where(WatchEvent.lecture_id == lecture_id)
    if viewer is not None:
        query = query.where(WatchEvent.viewer == viewer)
    rows = await session.scalars(
        query.order_by(WatchEvent.viewer, WatchEvent.session, WatchEvent.seq)
    )
    return rows.all()


async def coverage_of(session: AsyncSession, lecture_id: str) -> Sequence[Coverage]:
    """Return what each viewer of the lecture has played."""
    rows = await session.scalars(select(Coverage).where(Coverage.lecture_id == lecture_id))
    return rows.all()


async def student_ids_of(session: AsyncSession, class_id: str) -> Sequence[str]:
    """Return the persons who are students of the class."""
    rows = await session.scalars(
        select(Membership.person_id).where(
            Membership.class_id == class_id, Membership.role == ClassRole.STUDENT
        )
    )
    return rows.all()
