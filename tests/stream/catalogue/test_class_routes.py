"""Classes: made, joined, run; and the devices that record for them."""

import re
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select
from yarl import URL

from stream.clock import utc_now
from stream.database import Database
from stream.ids import new_id
from stream.people.sessions import COOKIE
from stream.tables import (
    Agent,
    Class,
    ClassRole,
    Lecture,
    LectureState,
    Membership,
    Package,
    Person,
    SchoolRole,
)
from tests.stream.conftest import MakeClass, SignedIn, SignIn

STUDENT = {"name": "Maria", "login": "maria", "password": "a long walk home"}


async def made_class(teacher: SignedIn, database: Database, name: str = "Maths 11b") -> Class:
    """Make a class through the page, and return its row."""
    made = await teacher.post("/classes", data={"name": name})
    assert made.status == 303, await made.text()
    async with database.read() as session:
        return await session.get_one(Class, made.headers["Location"].removeprefix("/classes/"))


async def add_lecture(
    database: Database, class_id: str, title: str, state: LectureState = LectureState.READY
) -> Lecture:
    lecture = Lecture(
        id=new_id(), class_id=class_id, title=title, state=state, created_at=utc_now()
    )
    if state is LectureState.READY:
        lecture.package_id, lecture.duration_s = new_id(), 754.0
    package = Package(
        id=lecture.package_id,
        lecture_id=lecture.id,
        duration_s=754.0,
        size_bytes=1,
        facts={"poster": "poster.jpg"},
        created_at=utc_now(),
    )
    async with database.write() as session:
        session.add(lecture)
        await session.flush()
        if lecture.package_id:
            session.add(package)
    return lecture


async def test_who_makes_a_class_teaches_it(sign_in: SignIn, database: Database) -> None:
    teacher = await sign_in(SchoolRole.TEACHER)
    class_ = await made_class(teacher, database, " Maths \u202e 11b ")
    page = await (await teacher.get(f"/classes/{class_.id}")).text()
    listed = await (await teacher.get("/api/classes")).json()
    assert class_.name == "Maths 11b"
    assert f"/join/{class_.join_code}" in page
    assert listed == {"classes": [{"id": class_.id, "name": "Maths 11b", "role": "teacher"}]}


@pytest.mark.parametrize("name", ["", " \u200b ", "x" * 101])
async def test_a_class_needs_a_name(sign_in: SignIn, name: str) -> None:
    teacher = await sign_in(SchoolRole.TEACHER)
    refused = await teacher.post("/classes", data={"name": name})
    assert refused.status == 400
    assert "Give the class a name" in await refused.text()


async def test_a_student_joins_with_the_code_and_sees_the_lectures(
    sign_in: SignIn, database: Database
) -> None:
    class_ = await made_class(await sign_in(SchoolRole.TEACHER), database)
    lecture = await add_lecture(database, class_.id, "Derivatives 1")
    student = await sign_in()
    assert (await student.get(f"/classes/{class_.id}")).status == 404
    typed = f"{class_.join_code[:4]} {class_.join_code[4:]}".lower()
    found = await student.post("/join", data={"code": typed})
    assert found.headers["Location"] == f"/join/{class_.join_code}"
    assert "Join Maths 11b" in await (await student.get(found.headers["Location"])).text()
    joined = await student.post(found.headers["Location"])
    assert (joined.status, joined.headers["Location"]) == (303, f"/classes/{class_.id}")
    for path in ("/", f"/classes/{class_.id}"):
        page = await (await student.get(path)).text()
        assert "Derivatives 1" in page
        assert "12:34" in page
        assert f"/media/{lecture.id}/{lecture.package_id}/poster.jpg" in page


async def test_a_newcomer_makes_an_account_on_the_way_in(
    client: TestClient[Any, Any], sign_in: SignIn, database: Database
) -> None:
    class_ = await made_class(await sign_in(SchoolRole.TEACHER), database)
    path = f"/join/{class_.join_code}"
    refused = await client.post(path, data=STUDENT | {"password": "short"})
    assert (refused.status, "at least 8" in await refused.text()) == (400, True)
    joined = await client.post(path, data=STUDENT | {"role": "teacher"}, allow_redirects=False)
    assert (joined.status, joined.headers["Location"]) == (303, f"/classes/{class_.id}")
    cookie = {"Cookie": f"{COOKIE}={joined.cookies[COOKIE].value}"}
    assert (await client.get(f"/classes/{class_.id}", headers=cookie)).status == 200
    async with database.read() as session:
        person = (await session.scalars(select(Person).where(Person.login == "maria"))).one()
        membership = await session.get_one(Membership, (class_.id, person.id))
    assert (person.role, membership.role) == (SchoolRole.STUDENT, ClassRole.STUDENT)
    again = await client.post(path, data=STUDENT)
    assert (again.status, "has this login name" in await again.text()) == (409, True)


async def test_joining_again_changes_nothing(sign_in: SignIn, database: Database) -> None:
    teacher = await sign_in(SchoolRole.TEACHER)
    class_ = await made_class(teacher, database)
    assert (await teacher.post(f"/join/{class_.join_code}")).status == 303
    async with database.read() as session:
        membership = await session.get_one(Membership, (class_.id, teacher.person_id))
    assert membership.role is ClassRole.TEACHER


async def test_a_new_code_ends_the_old_one(sign_in: SignIn, database: Database) -> None:
    teacher, student = await sign_in(SchoolRole.TEACHER), await sign_in()
    class_ = await made_class(teacher, database)
    await teacher.post(f"/classes/{class_.id}/code")
    assert (await student.get(f"/join/{class_.join_code}")).status == 404
    page = await (await teacher.get(f"/classes/{class_.id}")).text()
    code = re.search(r"/join/([A-Z0-9]{8})", page)
    assert code is not None
    assert (await student.get(f"/join/{code[1]}")).status == 200


async def test_codes_cannot_be_guessed_fast(
    client: TestClient[Any, Any], sign_in: SignIn, database: Database
) -> None:
    class_ = await made_class(await sign_in(SchoolRole.TEACHER), database)
    for _ in range(30):  # right codes do not count: a whole class joins from one address
        assert (await client.get(f"/join/{class_.join_code}")).status == 200
    statuses = [(await client.get(f"/join/ACDEFG{a}{b}")).status for a in "ACDEF" for b in "ACDEF"]
    assert statuses[:20] == [404] * 20
    assert 429 in statuses
    refused = await client.post("/join", data={"code": class_.join_code})
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("code", ["x", "%00", "..%2f..%2fetc", "A" * 8000, "👩", "'--"])
async def test_strange_codes_are_no_codes(client: TestClient[Any, Any], code: str) -> None:
    """H24."""
    assert (await client.get(f"/join/{code}")).status in (404, 400)


async def test_a_removed_member_sees_nothing_any_more(
    sign_in: SignIn, database: Database, make_class: MakeClass
) -> None:
    """H09."""
    class_id = await make_class()
    teacher, student = (
        await sign_in(SchoolRole.TEACHER, class_id),
        await sign_in(SchoolRole.STUDENT, class_id),
    )
    lecture = await add_lecture(database, class_id, "Derivatives 1")
    paths = (
        f"/classes/{class_id}",
        f"/api/classes/{class_id}/lectures",
        f"/api/lectures/{lecture.id}",
    )
    assert [(await student.get(path)).status for path in paths] == [200, 200, 200]
    removed = await teacher.post(f"/classes/{class_id}/members/{student.person_id}/remove")
    assert removed.status == 303
    assert [(await student.get(path)).status for path in paths] == [404, 404, 404]
    again = await teacher.post(f"/classes/{class_id}/members/{student.person_id}/remove")
    assert again.status == 404
    oneself = await teacher.post(f"/classes/{class_id}/members/{teacher.person_id}/remove")
    assert oneself.status == 409


async def test_students_see_neither_names_of_others_nor_the_code(
    sign_in: SignIn, database: Database
) -> None:
    """R06, R09."""
    teacher = await sign_in(SchoolRole.TEACHER, name="Ms Jackson")
    class_ = await made_class(teacher, database)
    maria, jon = await sign_in(name="Maria"), await sign_in(name="Jon Berg")
    for student in (maria, jon):
        await student.post(f"/join/{class_.join_code}")
    page = await (await maria.get(f"/classes/{class_.id}")).text()
    assert "Ms Jackson" in page
    assert "Jon Berg" not in page
    assert class_.join_code not in page
    assert "Jon Berg" in await (await teacher.get(f"/classes/{class_.id}")).text()


async def test_a_devices_token_is_shown_once_and_ends_when_revoked(
    client: TestClient[Any, Any], sign_in: SignIn, database: Database
) -> None:
    teacher = await sign_in(SchoolRole.TEACHER)
    class_ = await made_class(teacher, database)
    shown = await (await teacher.post(f"/classes/{class_.id}/devices", data={"name": "R7"})).text()
    token = re.search(r"FLIPCAST_AGENT_TOKEN=(\S+) flipcast-agent record .*--to (\S+)<", shown)
    assert token is not None
    assert token[2].endswith(f"/classes/{class_.id}")
    assert token[1] not in await (await teacher.get(f"/classes/{class_.id}")).text()
    bearer = {"Authorization": f"Bearer {token[1]}"}
    body = {"class_id": class_.id, "title": "T", "tracks": [{"role": "presenter"}]}
    assert (await client.post("/api/lectures", json=body, headers=bearer)).status == 201
    async with database.read() as session:
        agent = (await session.scalars(select(Agent))).one()
    assert (agent.name, agent.token_hash != token[1]) == ("R7", True)
    await teacher.post(f"/classes/{class_.id}/devices/{agent.id}/revoke")
    assert (await client.post("/api/lectures", json=body, headers=bearer)).status == 401


async def test_another_classes_device_cannot_be_revoked(
    sign_in: SignIn, database: Database
) -> None:
    teacher, other = await sign_in(SchoolRole.TEACHER), await sign_in(SchoolRole.TEACHER)
    own, foreign = await made_class(teacher, database), await made_class(other, database)
    await other.post(f"/classes/{foreign.id}/devices", data={"name": "R7"})
    async with database.read() as session:
        agent = (await session.scalars(select(Agent))).one()
    refused = await teacher.post(f"/classes/{own.id}/devices/{agent.id}/revoke")
    assert refused.status == 404


async def test_lists_are_filtered_by_class_and_newest_first(
    sign_in: SignIn, database: Database, make_class: MakeClass
) -> None:
    """R06."""
    own, other = await make_class(), await make_class()
    student = await sign_in(SchoolRole.STUDENT, own)
    await add_lecture(database, other, "Private title")
    first = await add_lecture(database, own, "First")
    second = await add_lecture(database, own, "Second", LectureState.ENCODING)
    listed = await (await student.get(f"/api/classes/{own}/lectures")).json()
    assert [row["id"] for row in listed["lectures"]] == [second.id, first.id]
    assert listed["lectures"][0]["poster_url"] is None
    assert listed["lectures"][1]["duration_s"] == 754.0
    assert "Private title" not in await (await student.get("/")).text()


@pytest.mark.parametrize(
    ("role", "said"),
    [
        (SchoolRole.TEACHER, "Make your first class"),
        (SchoolRole.ADMIN, "Make your first class"),
        (SchoolRole.STUDENT, "Ask your teacher for the class code"),
    ],
)
async def test_an_empty_front_page_says_what_to_do_first(
    sign_in: SignIn, role: SchoolRole, said: str
) -> None:
    assert said in await (await (await sign_in(role)).get("/")).text()


async def test_strangers_find_a_front_page_and_are_led_back_after_signing_in(
    client: TestClient[Any, Any], make_class: MakeClass
) -> None:
    class_id = await make_class()
    assert "Sign in" in await (await client.get("/")).text()
    asked = await client.get(f"/classes/{class_id}?x=1&y=2", allow_redirects=False)
    login = URL(asked.headers["Location"])
    assert (login.path, login.query["next"]) == ("/login", f"/classes/{class_id}?x=1&y=2")


async def test_markup_in_titles_and_names_is_shown_as_text(
    sign_in: SignIn, database: Database
) -> None:
    """C08."""
    teacher = await sign_in(SchoolRole.TEACHER, name="<i>T</i>")
    class_ = await made_class(teacher, database, "<b>Maths</b>")
    lecture = await add_lecture(database, class_.id, '<svg onload="alert(1)">')
    for path in ("/", f"/classes/{class_.id}", f"/lectures/{lecture.id}/edit"):
        page = await (await teacher.get(path)).text()
        assert "<svg onload" not in page
        assert "&lt;svg onload=&#34;alert(1)&#34;&gt;" in page
        assert "<b>Maths" not in page


async def test_a_lecture_is_renamed_and_removed_on_its_page(
    sign_in: SignIn, database: Database, make_class: MakeClass
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    lecture = await add_lecture(database, class_id, "Old")
    path = f"/lectures/{lecture.id}"
    assert 'value="Old"' in await (await teacher.get(f"{path}/edit")).text()
    assert (await teacher.post(f"{path}/edit", data={"title": " "})).status == 400
    assert (await teacher.post(f"{path}/edit", data={"title": "New"})).status == 303
    assert "New" in await (await teacher.get(f"/classes/{class_id}")).text()
    assert (await teacher.post(f"{path}/remove")).status == 400  # the box was not ticked
    removed = await teacher.post(f"{path}/remove", data={"sure": "yes"})
    assert removed.headers["Location"] == f"/classes/{class_id}"
    assert (await teacher.get(f"{path}/edit")).status == 404
