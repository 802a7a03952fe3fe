"""The simulated class watches by the same rules, and the same way every time."""

import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, update

from stream.database import Database
from stream.demo.simulated_class import ReportRefused, plan_class, send_class
from stream.insight.batches import read_batch
from stream.insight.seconds import second_count
from stream.tables import Coverage, Person, SchoolRole
from tests.stream.conftest import MakeClass, SignIn
from tests.stream.insight.conftest import MakeLecture


def played(batches: list[dict[str, Any]]) -> int:
    return len(
        {second for batch in batches for pair in batch["coverage"] for second in range(*pair)}
    )


@pytest.mark.parametrize("duration_s", [3.0, 90.4, 2700.0])
def test_every_batch_is_plausible_to_the_server(duration_s: float) -> None:
    for batches in plan_class(25, duration_s):
        for batch in batches:
            kept = read_batch(json.dumps(batch).encode(), duration_s)
            assert kept.dropped == 0
            assert len(kept.events) == len(batch["events"])


def test_the_same_seed_watches_the_same_way() -> None:
    assert plan_class(25, 90.0, seed=3) == plan_class(25, 90.0, seed=3)
    assert plan_class(25, 90.0, seed=3) != plan_class(25, 90.0, seed=4)


def test_a_class_has_all_kinds_of_viewers() -> None:
    plans = plan_class(25, 90.0)
    seconds = [played(plan) for plan in plans]
    kinds = {event["kind"] for plan in plans for batch in plan for event in batch["events"]}
    assert seconds[-1] == 0
    assert sum(count == second_count(90.0) for count in seconds) > 15
    assert any(20 < count < 60 for count in seconds)
    assert kinds == {
        "play", "pause", "seek", "speed", "stall", "quality", "visibility", "ended",
    }  # fmt: skip


def test_sequence_numbers_count_up_within_a_session() -> None:
    for plan in plan_class(25, 600.0):
        sessions: dict[str, list[int]] = {}
        for batch in plan:
            sessions.setdefault(batch["session"], []).extend(e["seq"] for e in batch["events"])
        for numbers in sessions.values():
            assert numbers == list(range(1, len(numbers) + 1))


async def test_the_class_reports_through_the_event_api(
    client: TestClient[Any, Any],
    database: Database,
    sign_in: SignIn,
    make_class: MakeClass,
    make_lecture: MakeLecture,
) -> None:
    class_id = await make_class()
    lecture_id = await make_lecture(class_id, duration_s=90.0)
    students = [await sign_in(SchoolRole.STUDENT, class_id) for _ in range(25)]
    async with database.write() as session:
        await session.execute(update(Person).values(is_simulated=True))
    base_url = str(client.make_url("/"))
    cookies = [student.token for student in students]
    assert await send_class(base_url, cookies, lecture_id, 90.0) == 24
    async with database.read() as session:
        rows = (await session.scalars(select(Coverage))).all()
    assert [row.is_simulated for row in rows] == [True] * 24


async def test_a_refusal_is_said(
    client: TestClient[Any, Any], make_class: MakeClass, make_lecture: MakeLecture
) -> None:
    lecture_id = await make_lecture(await make_class())
    with pytest.raises(ReportRefused, match="401"):
        await send_class(str(client.make_url("/")), ["not a token"], lecture_id, 90.0)
