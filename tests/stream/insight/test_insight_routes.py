"""What teachers, students and strangers get to see of a class's watching."""

import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import update

from stream.clock import utc_now
from stream.database import Database
from stream.demo.simulated_class import send_class
from stream.ids import new_id
from stream.tables import Lecture, Package, Person, SchoolRole
from tests.stream.conftest import MakeClass, SignedIn, SignIn
from tests.stream.insight.conftest import MakeLecture

DURATION_S = 20.0


@pytest.fixture
async def class_id(make_class: MakeClass) -> str:
    return await make_class()


@pytest.fixture
async def lecture_id(class_id: str, make_lecture: MakeLecture) -> str:
    return await make_lecture(class_id, duration_s=DURATION_S)


@pytest.fixture
async def teacher(sign_in: SignIn, class_id: str) -> SignedIn:
    return await sign_in(SchoolRole.TEACHER, class_id, name="Ms Jackson")


async def watch(person: SignedIn, lecture_id: str, *events: Any, played: Any = ((0, 20),)) -> None:
    numbered = [{"seq": seq} | event for seq, event in enumerate(events)]
    body = {"session": person.person_id, "events": numbered, "coverage": played}
    response = await person.post(f"/api/lectures/{lecture_id}/watch", json=body)
    assert response.status == 204


async def insight(person: SignedIn, lecture_id: str) -> Any:
    response = await person.get(f"/api/lectures/{lecture_id}/insight")
    assert response.status == 200
    return await response.json()


PLAY = {"kind": "play", "position_s": 0}
BACK = {"kind": "seek", "position_s": 12, "target_s": 6, "cause": "bar"}
END = {"kind": "ended", "position_s": 20}


async def test_the_teacher_sees_what_the_class_did(
    sign_in: SignIn, class_id: str, lecture_id: str, teacher: SignedIn
) -> None:
    students = [await sign_in(SchoolRole.STUDENT, class_id) for _ in range(7)]
    for student in students[:4]:
        await watch(student, lecture_id, PLAY, BACK, END)
    await watch(students[4], lecture_id, PLAY, played=[[0, 10]])
    await watch(students[5], lecture_id, PLAY, played=[])
    seen = await insight(teacher, lecture_id)
    moments = seen.pop("moments")
    assert seen == {
        "lecture_id": lecture_id,
        "duration_s": DURATION_S,
        "members": 7,
        "watchers": 5,
        "finished": 4,
        "part": 1,
        "not_yet": 2,
        "simulated": 0,
        "mean_coverage": 0.9,
        "smallest_group": 5,
        "seconds": {
            "plays": [5] * 10 + [4] * 10,
            "replays": [0] * 6 + [4] * 6 + [0] * 8,
            "pauses": [0] * 20,
            "rewinds": [0] * 6 + [4] + [0] * 13,
        },
    }
    assert moments == [{"start_s": 6, "end_s": 12, "replays": 4, "rewinds": 4, "viewers": 4}]


async def test_one_more_student_adds_exactly_what_they_did(
    sign_in: SignIn, class_id: str, lecture_id: str, teacher: SignedIn
) -> None:
    for _ in range(5):
        await watch(await sign_in(SchoolRole.STUDENT, class_id), lecture_id, PLAY, END)
    before = await insight(teacher, lecture_id)
    student = await sign_in(SchoolRole.STUDENT, class_id)
    await watch(
        student, lecture_id, PLAY, BACK, {"kind": "pause", "position_s": 15}, played=[[0, 15]]
    )
    after = await insight(teacher, lecture_id)
    gained = {
        name: [new - old for new, old in zip(values, before["seconds"][name], strict=True)]
        for name, values in after["seconds"].items()
    }
    assert gained == {
        "plays": [1] * 15 + [0] * 5,
        "replays": [0] * 6 + [1] * 6 + [0] * 8,
        "pauses": [0] * 15 + [1] + [0] * 4,
        "rewinds": [0] * 6 + [1] + [0] * 13,
    }


async def test_fewer_than_five_are_no_curve(
    sign_in: SignIn, class_id: str, lecture_id: str, teacher: SignedIn
) -> None:
    for _ in range(4):
        await watch(await sign_in(SchoolRole.STUDENT, class_id), lecture_id, PLAY, BACK, END)
    seen = await insight(teacher, lecture_id)
    assert (seen["watchers"], seen["finished"], seen["smallest_group"]) == (4, 4, 5)
    assert (seen["seconds"], seen["mean_coverage"], seen["moments"]) == (None, None, [])


@pytest.mark.parametrize("duration_s", [None, 0.04, DURATION_S])
async def test_a_lecture_nobody_watched_has_totals_of_nothing(
    duration_s: float | None, class_id: str, teacher: SignedIn, make_lecture: MakeLecture
) -> None:
    lecture_id = await make_lecture(class_id, duration_s=duration_s)
    seen = await insight(teacher, lecture_id)
    assert (seen["watchers"], seen["seconds"]) == (0, None)
    assert (await teacher.get(f"/lectures/{lecture_id}/insight")).status == 200


@pytest.mark.parametrize("path", ["/api/lectures/{}/insight", "/lectures/{}/insight"])
async def test_r09_only_a_teacher_of_the_class_sees_it(
    path: str, sign_in: SignIn, make_class: MakeClass, class_id: str, lecture_id: str,
    client: TestClient[Any, Any],
) -> None:  # fmt: skip
    student = await sign_in(SchoolRole.STUDENT, class_id)
    stranger = await sign_in(SchoolRole.TEACHER, await make_class("Another class"))
    admin = await sign_in(SchoolRole.ADMIN)
    statuses = [
        (await person.get(path.format(lecture_id))).status for person in (student, stranger, admin)
    ]
    assert statuses == [403, 404, 404]
    response = await client.get(path.format(lecture_id), allow_redirects=False)
    assert response.status == (401 if path.startswith("/api/") else 303)


async def test_the_page_holds_the_numbers_and_escapes_the_title(
    sign_in: SignIn, class_id: str, teacher: SignedIn, make_lecture: MakeLecture
) -> None:
    lecture_id = await make_lecture(class_id, title="</script><script>alert(1)</script>")
    await watch(await sign_in(SchoolRole.STUDENT, class_id), lecture_id, PLAY, END)
    response = await teacher.get(f"/lectures/{lecture_id}/insight")
    text = await response.text()
    assert "<script>alert" not in text
    assert response.headers["Cache-Control"] == "no-store"
    data = text.partition('id="page-data">')[2].partition("</script>")[0]
    assert json.loads(data)["insight"]["watchers"] == 1


async def test_a_simulated_class_is_said_to_be_simulated(
    sign_in: SignIn, class_id: str, make_lecture: MakeLecture, teacher: SignedIn,
    database: Database, client: TestClient[Any, Any],
) -> None:  # fmt: skip
    lecture_id = await make_lecture(class_id, duration_s=90.0)
    students = [await sign_in(SchoolRole.STUDENT, class_id) for _ in range(25)]
    async with database.write() as session:
        await session.execute(
            update(Person).where(Person.id != teacher.person_id).values(is_simulated=True)
        )
    cookies = [student.token for student in students]
    await send_class(str(client.make_url("/")), cookies, lecture_id, 90.0)
    seen = await insight(teacher, lecture_id)
    assert (seen["watchers"], seen["simulated"], seen["not_yet"]) == (24, 24, 1)
    assert seen["finished"] > 15
    assert max(seen["seconds"]["replays"]) >= 4
    assert len(seen["moments"]) >= 2


async def test_students_see_their_own_data_and_nobody_elses(
    sign_in: SignIn, class_id: str, lecture_id: str
) -> None:
    """P16, R02."""
    one = await sign_in(SchoolRole.STUDENT, class_id)
    other = await sign_in(SchoolRole.STUDENT, class_id)
    await watch(one, lecture_id, PLAY, BACK, played=[[0, 12]])
    path = f"/api/me/lectures/{lecture_id}/watch"
    mine = await (await one.get(path)).json()
    assert mine["coverage"] == [[0, 12]]
    assert [(event["kind"], event["target_s"], event["cause"]) for event in mine["events"]] == [
        ("play", None, None),
        ("seek", 6, "bar"),
    ]
    assert set(mine["events"][0]) == {
        "session", "seq", "kind", "position_s", "target_s", "rate_before", "rate", "cause",
        "duration_ms", "received_on",
    }  # fmt: skip
    theirs = await (await other.get(path)).json()
    assert (theirs["coverage"], theirs["events"]) == ([], [])


async def test_a_shorter_new_encode_does_not_break_the_numbers(
    sign_in: SignIn, class_id: str, lecture_id: str, teacher: SignedIn, database: Database
) -> None:
    for _ in range(5):
        await watch(
            await sign_in(SchoolRole.STUDENT, class_id), lecture_id, PLAY, BACK,
            {"kind": "pause", "position_s": 18}, END,
        )  # fmt: skip
    async with database.write() as session:
        await session.execute(update(Lecture).values(duration_s=5.0))
    seen = await insight(teacher, lecture_id)
    assert seen["seconds"]["plays"] == [5] * 5
    assert seen["mean_coverage"] == 1.0


async def test_the_teacher_reads_what_is_wrong_with_the_sound(
    teacher: SignedIn, database: Database, lecture_id: str
) -> None:
    sentence = "No sound from 03:10 to 05:40."
    package = Package(
        id=new_id(),
        lecture_id=lecture_id,
        duration_s=DURATION_S,
        size_bytes=1,
        facts={"sound": {"verdicts": [{"kind": "no_sound", "sentence": sentence}]}},
        created_at=utc_now(),
    )
    page = await (await teacher.get(f"/lectures/{lecture_id}/insight")).text()
    assert "About the sound" not in page
    async with database.write() as session:
        session.add(package)
        await session.execute(
            update(Lecture).where(Lecture.id == lecture_id).values(package_id=package.id)
        )
    page = await (await teacher.get(f"/lectures/{lecture_id}/insight")).text()
    assert "About the sound" in page
    assert sentence in page
