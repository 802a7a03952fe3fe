"""`POST /api/lectures/{id}/watch`."""

import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import delete, func, select

from stream.app_keys import PSEUDONYM_KEY
from stream.database import Database
from stream.insight.pseudonym import pseudonym
from stream.insight.seconds import bits_to_ranges, bytes_to_bits
from stream.tables import Coverage, Membership, SchoolRole, WatchEvent
from tests.stream.conftest import MakeClass, SignedIn, SignIn
from tests.stream.insight.conftest import MakeLecture

SESSION = "0123456789abcdef0123456789abcdef"
PLAY = {"seq": 1, "kind": "play", "position_s": 0.0}
PAUSE = {"seq": 2, "kind": "pause", "position_s": 7.5}


def batch(*events: object, coverage: object = (), session: str = SESSION) -> dict[str, object]:
    return {"session": session, "events": list(events), "coverage": coverage}


async def send(person: SignedIn, lecture_id: str, body: object) -> int:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return (await person.post(f"/api/lectures/{lecture_id}/watch", data=text)).status


async def rows(database: Database) -> list[WatchEvent]:
    async with database.read() as session:
        return list(await session.scalars(select(WatchEvent).order_by(WatchEvent.seq)))


async def played(database: Database) -> dict[str, list[tuple[int, int]]]:
    async with database.read() as session:
        found = await session.scalars(select(Coverage))
        return {row.viewer: bits_to_ranges(bytes_to_bits(row.seconds)) for row in found}


@pytest.fixture
async def class_id(make_class: MakeClass) -> str:
    return await make_class()


@pytest.fixture
async def lecture_id(class_id: str, make_lecture: MakeLecture) -> str:
    return await make_lecture(class_id, duration_s=90.0)


@pytest.fixture
async def student(sign_in: SignIn, class_id: str) -> SignedIn:
    return await sign_in(SchoolRole.STUDENT, class_id)


async def test_a_batch_is_kept_under_a_pseudonym_of_the_caller(
    student: SignedIn,
    class_id: str,
    lecture_id: str,
    database: Database,
    client: TestClient[Any, Any],
) -> None:
    assert await send(student, lecture_id, batch(PLAY, PAUSE, coverage=[[0, 7]])) == 204
    assert client.app is not None
    viewer = pseudonym(client.app[PSEUDONYM_KEY], class_id, student.person_id)
    kept = await rows(database)
    assert [(row.viewer, row.session, row.seq, row.kind, row.position_s) for row in kept] == [
        (viewer, SESSION, 1, "play", 0.0),
        (viewer, SESSION, 2, "pause", 7.5),
    ]
    assert all((row.received_on.minute, row.received_on.second) == (0, 0) for row in kept)
    assert await played(database) == {viewer: [(0, 7)]}


async def test_e01_a_person_named_in_the_body_is_ignored(
    student: SignedIn, lecture_id: str, database: Database
) -> None:
    body = batch(PLAY | {"viewer": "f" * 32, "person_id": "f" * 32}) | {"viewer": "f" * 32}
    assert await send(student, lecture_id, body) == 204
    assert [row.viewer == "f" * 32 for row in await rows(database)] == [False]


async def test_e01_only_members_may_report(
    sign_in: SignIn, make_class: MakeClass, lecture_id: str, client: TestClient[Any, Any]
) -> None:
    stranger = await sign_in(SchoolRole.STUDENT, await make_class("Another class"))
    assert await send(stranger, lecture_id, batch(PLAY)) == 404
    assert await send(stranger, "0" * 32, batch(PLAY)) == 404
    response = await client.post(f"/api/lectures/{lecture_id}/watch", json=batch(PLAY))
    assert response.status == 401


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"position_s": 92.5}, id="after-the-end"),
        pytest.param({"position_s": -1}, id="negative"),
        pytest.param({"position_s": float("nan")}, id="nan"),
        pytest.param({"position_s": float("inf")}, id="infinite"),
        pytest.param({"position_s": 1e308}, id="1e308"),
        pytest.param({"position_s": "7"}, id="position-is-text"),
        pytest.param({"position_s": None}, id="no-position"),
        pytest.param({"seq": -1}, id="negative-seq"),
        pytest.param({"seq": 2**80}, id="seq-larger-than-a-column"),
        pytest.param({"seq": True}, id="seq-is-a-truth"),
        pytest.param({"kind": "cough"}, id="unknown-kind"),
        pytest.param({"kind": "speed", "rate_before": 1, "rate": 1000}, id="rate-1000"),
        pytest.param({"kind": "speed", "rate_before": 1}, id="speed-without-rate"),
        pytest.param({"kind": "seek", "cause": "bar"}, id="seek-without-target"),
        pytest.param({"kind": "seek", "cause": "bar", "target_s": 1e9}, id="seek-out-of-it"),
        pytest.param({"kind": "seek", "cause": "I am Maria", "target_s": 3}, id="free-text-cause"),
        pytest.param({"kind": "visibility", "cause": "bar"}, id="cause-of-another-kind"),
        pytest.param({"kind": "quality", "cause": "manual", "rung": "8K"}, id="unknown-rung"),
        pytest.param({"kind": "stall", "duration_ms": -4}, id="negative-stall"),
        pytest.param({"kind": "stall", "duration_ms": 1e300}, id="endless-stall"),
    ],
)
async def test_e02_what_cannot_be_true_is_dropped_and_the_rest_kept(
    bad: dict[str, object], student: SignedIn, lecture_id: str, database: Database
) -> None:
    assert await send(student, lecture_id, batch(PLAY | {"seq": 3} | bad, PAUSE)) == 204
    assert [row.seq for row in await rows(database)] == [2]


@pytest.mark.parametrize(
    "coverage",
    [
        pytest.param([[0, 2], [-5, 3]], id="negative"),
        pytest.param([[0, 2], [5, 4]], id="backwards"),
        pytest.param([[0, 2], [5, 10**30]], id="for-ever"),
        pytest.param([[0, 2], [0, float("nan")]], id="nan"),
        pytest.param([[0, 2], [3.5, 7.2]], id="fractions"),
        pytest.param([[0, 2], "all", 7, [1, 2, 3]], id="no-range"),
        pytest.param([[0, 2], [500, 600]], id="after-the-end"),
    ],
)
async def test_e02_implausible_coverage_is_dropped(
    coverage: object, student: SignedIn, lecture_id: str, database: Database
) -> None:
    assert await send(student, lecture_id, batch(coverage=coverage)) == 204
    assert list((await played(database)).values()) == [[(0, 2)]]


async def test_each_kind_keeps_its_own_fields_and_no_others(
    student: SignedIn, lecture_id: str, database: Database
) -> None:
    """E09; a quality change is kept with its rung as its cause."""
    extra = {"position_s": 3, "target_s": 4, "rate_before": 1, "rate": 2, "duration_ms": 5.6}
    events = [
        {"seq": 1, "kind": "play", "cause": "free text", "device": "A phone", **extra},
        {"seq": 2, "kind": "seek", "cause": "bar", "ip": "192.0.2.1", **extra},
        {"seq": 3, "kind": "speed", "note": "hello", **extra},
        {"seq": 4, "kind": "stall", **extra},
        {"seq": 5, "kind": "quality", "cause": "manual", "rung": "low", **extra},
        {"seq": 6, "kind": "visibility", "cause": "hidden", **extra},
    ]
    assert await send(student, lecture_id, batch(*events)) == 204
    assert [
        (row.target_s, row.rate_before, row.rate, row.cause, row.duration_ms)
        for row in await rows(database)
    ] == [
        (None, None, None, None, None),
        (4, None, None, "bar", None),
        (None, 1, 2, None, None),
        (None, None, None, None, 6),
        (None, None, None, "low", None),
        (None, None, None, "hidden", None),
    ]


async def test_e04_a_batch_sent_again_changes_nothing(
    student: SignedIn, lecture_id: str, database: Database
) -> None:
    later = {"seq": 3, "kind": "play", "position_s": 7.5}
    for body in (batch(later), *[batch(PLAY, PAUSE, coverage=[[0, 7]])] * 5, batch(later)):
        assert await send(student, lecture_id, body) == 204
    assert [row.seq for row in await rows(database)] == [1, 2, 3]
    assert list((await played(database)).values()) == [[(0, 7)]]


async def test_e04_two_page_loads_are_two_sessions(
    student: SignedIn, lecture_id: str, database: Database
) -> None:
    await send(student, lecture_id, batch(PLAY, coverage=[[0, 3]]))
    await send(student, lecture_id, batch(PLAY, coverage=[[2, 5], [80, 90]], session="a" * 32))
    assert len(await rows(database)) == 2
    assert list((await played(database)).values()) == [[(0, 5), (80, 90)]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param("x" * 300_000, 413, id="more-than-256-kB"),
        pytest.param(json.dumps(batch(*[PLAY] * 2001)), 413, id="more-than-2000-events"),
        pytest.param(json.dumps(batch(coverage=[[0, 1]] * 2001)), 413, id="2001-ranges"),
        pytest.param("[" * 100_000, 400, id="deep"),
        pytest.param('{"a":' * 40_000, 400, id="deep-objects"),
        pytest.param("[]", 400, id="a-list"),
        pytest.param("", 400, id="empty"),
        pytest.param(b"\xff\xfe\x00", 400, id="not-text"),
        pytest.param('{"session": 1' + "0" * 5000 + "}", 400, id="number-of-5000-digits"),
        pytest.param(json.dumps(batch(session="me")), 400, id="session-is-no-id"),
        pytest.param(json.dumps({"session": SESSION, "events": {}}), 400, id="events-no-list"),
        pytest.param(json.dumps({"session": SESSION}), 400, id="no-events"),
    ],
)
async def test_e06_a_body_that_is_no_batch_is_refused(
    body: str | bytes, status: int, student: SignedIn, lecture_id: str, database: Database
) -> None:
    assert await send(student, lecture_id, body) == status
    assert await rows(database) == []


async def test_e06_a_body_without_a_length_is_cut_off_too(
    student: SignedIn, lecture_id: str
) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 10_000

    response = await student.post(f"/api/lectures/{lecture_id}/watch", data=endless())
    assert response.status == 413


async def test_e06_a_flood_is_slowed_down(student: SignedIn, lecture_id: str) -> None:
    statuses = [await send(student, lecture_id, batch(*[PLAY] * 2000)) for _ in range(8)]
    assert 429 in statuses
    assert statuses[0] == 204
    response = await student.post(f"/api/lectures/{lecture_id}/watch", json=batch(*[PLAY] * 2000))
    assert response.status == 429
    assert int(response.headers["Retry-After"]) >= 1


async def test_a_beacon_may_send_plain_text(
    student: SignedIn, lecture_id: str, database: Database
) -> None:
    response = await student.post(
        f"/api/lectures/{lecture_id}/watch",
        data=json.dumps(batch(PLAY)),
        headers={"Content-Type": "text/plain;charset=UTF-8"},
    )
    assert response.status == 204
    assert len(await rows(database)) == 1


async def test_a_lecture_that_is_not_ready_cannot_have_been_watched(
    student: SignedIn, class_id: str, make_lecture: MakeLecture
) -> None:
    assert await send(student, await make_lecture(class_id, duration_s=None), batch(PLAY)) == 409


async def test_a_teacher_of_the_class_is_not_counted(
    sign_in: SignIn, class_id: str, lecture_id: str, database: Database
) -> None:
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    assert await send(teacher, lecture_id, batch(PLAY, coverage=[[0, 90]])) == 204
    assert (await rows(database), await played(database)) == ([], {})


async def test_e10_a_person_who_has_left_gets_no_new_row(
    student: SignedIn, lecture_id: str, database: Database
) -> None:
    async with database.write() as session:
        await session.execute(delete(Membership).where(Membership.person_id == student.person_id))
    assert await send(student, lecture_id, batch(PLAY, coverage=[[0, 3]])) == 404
    assert (await rows(database), await played(database)) == ([], {})


async def test_nothing_personal_is_kept(
    student: SignedIn, lecture_id: str, database: Database
) -> None:
    """E09, E12: no address, no device, no name, wherever one looks."""
    await student.post(
        f"/api/lectures/{lecture_id}/watch",
        json=batch(PLAY, coverage=[[0, 2]]),
        headers={"User-Agent": "<script>alert(1)</script>", "Client": "phone-of-maria"},
    )
    row = (await rows(database))[0]
    text = " ".join(str(getattr(row, column.key)) for column in WatchEvent.__table__.columns)
    for secret in ("script", "maria", "127.0.0.1", student.person_id):
        assert secret not in text


async def test_batches_of_a_whole_class_at_once_are_all_kept(
    sign_in: SignIn, class_id: str, lecture_id: str, database: Database
) -> None:
    import asyncio

    class_ = [await sign_in(SchoolRole.STUDENT, class_id) for _ in range(10)]
    statuses = await asyncio.gather(
        *(
            send(person, lecture_id, batch(PLAY | {"seq": seq}, coverage=[[seq, seq + 1]]))
            for person in class_
            for seq in range(20)
        )
    )
    assert set(statuses) == {204}
    async with database.read() as session:
        count = await session.scalar(select(func.count()).select_from(WatchEvent))
    assert count == 200
    assert list((await played(database)).values()) == [[(0, 20)]] * 10
