"""A take that is not live: for students it does not exist until all of it has arrived."""

from typing import Any

import pytest
from sqlalchemy import update

from stream.app_keys import FOLDERS
from stream.clock import utc_now
from stream.database import Database
from stream.ids import new_id
from stream.people.tokens import hash_token
from stream.tables import Agent, Lecture, LectureState, Package, SchoolRole
from tests.stream.conftest import MakeClass, SignedIn, SignIn
from tests.stream.ingest.recorder import begin_take

S = LectureState


@pytest.fixture
async def class_id(make_class: MakeClass) -> str:
    return await make_class()


@pytest.fixture
async def teacher(sign_in: SignIn, class_id: str) -> SignedIn:
    return await sign_in(SchoolRole.TEACHER, class_id)


@pytest.fixture
async def student(sign_in: SignIn, class_id: str) -> SignedIn:
    return await sign_in(SchoolRole.STUDENT, class_id)


async def make_growing(database: Database, person: SignedIn, lecture_id: str, state: S) -> str:
    """Let a part of the lecture be there to play; returns the path of its index."""
    package_id = new_id()
    async with database.write() as session:
        session.add(
            Package(
                id=package_id, lecture_id=lecture_id, duration_s=4.0, size_bytes=0, facts={},
                growing_job_id=new_id(), created_at=utc_now(),
            )
        )  # fmt: skip
        values = {"state": state, "package_id": package_id, "duration_s": 4.0}
        await session.execute(update(Lecture).where(Lecture.id == lecture_id).values(values))
    app: Any = person.client.app
    folder = app[FOLDERS].package(lecture_id, package_id)
    folder.mkdir(parents=True)
    (folder / "index.m3u8").write_text("#EXTM3U\n")
    return f"/media/{lecture_id}/{package_id}/index.m3u8"


async def listed(person: SignedIn, class_id: str) -> tuple[bool, bool, bool]:
    """Whether the class's only lecture is in the API's list, on its page and on the front page."""
    api = await (await person.get(f"/api/classes/{class_id}/lectures")).json()
    pages = [await (await person.get(path)).text() for path in (f"/classes/{class_id}", "/")]
    return bool(api["lectures"]), "Slopes" in pages[0], "Slopes" in pages[1]


@pytest.mark.parametrize(
    ("is_live", "state", "is_shown"),
    [
        pytest.param(False, S.RECORDING, False, id="not-live-and-recorded"),
        pytest.param(False, S.UPLOADING, False, id="not-live-and-arriving"),
        pytest.param(False, S.QUEUED, True, id="all-has-arrived"),
        pytest.param(False, S.ENCODING, True, id="still-being-made"),
        pytest.param(False, S.READY, True, id="made"),
        pytest.param(False, S.FAILED, False, id="nothing-to-see"),
        pytest.param(True, S.RECORDING, True, id="live"),
    ],
)
async def test_who_sees_it_when(
    database: Database, teacher: SignedIn, student: SignedIn, class_id: str,
    is_live: bool, state: S, is_shown: bool,
) -> None:  # fmt: skip
    take = await begin_take(teacher, class_id, is_live=is_live)
    media = await make_growing(database, teacher, take.lecture_id, state)
    paths = [
        media,
        f"/lectures/{take.lecture_id}",
        f"/api/lectures/{take.lecture_id}",
        f"/api/lectures/{take.lecture_id}/chapters",
    ]
    assert [(await teacher.get(path)).status for path in paths] == [200] * 4
    assert all(await listed(teacher, class_id))
    assert [(await student.get(path)).status for path in paths] == [200 if is_shown else 404] * 4
    assert await listed(student, class_id) == (is_shown,) * 3


async def test_its_events_are_not_told_to_students(
    teacher: SignedIn, student: SignedIn, class_id: str
) -> None:
    take = await begin_take(teacher, class_id)
    assert (await student.get(f"/api/lectures/{take.lecture_id}/progress")).status == 404
    report = await student.post(f"/api/lectures/{take.lecture_id}/watch", json={})
    assert report.status == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "/api/lectures/{}"), ("DELETE", "/api/lectures/{}"), ("GET", "/lectures/{}/edit"),
     ("GET", "/lectures/{}/insight")],
)  # fmt: skip
async def test_that_there_is_one_is_not_even_refused_to_students(
    teacher: SignedIn, student: SignedIn, class_id: str, method: str, path: str
) -> None:
    take = await begin_take(teacher, class_id)
    response = await student.request(method, path.format(take.lecture_id), json={"title": "T"})
    assert response.status == 404


async def test_the_moment_all_has_arrived_it_is_shown(
    teacher: SignedIn, student: SignedIn, class_id: str
) -> None:
    take = await begin_take(teacher, class_id)
    path = await take.upload(None)
    await take.patch(path, 0, b"no vid")
    assert (await student.get(f"/lectures/{take.lecture_id}")).status == 404
    await take.patch(path, 6, b"eo", Upload_Length="8")
    state = (await take.lecture()).state
    assert state in (S.QUEUED, S.ENCODING, S.FAILED)  # it is none, so it may have failed already
    assert (state is S.FAILED) or (await student.get(f"/lectures/{take.lecture_id}")).status == 200


async def test_teachers_are_told_who_sees_it(teacher: SignedIn, class_id: str) -> None:
    await begin_take(teacher, class_id)
    text = await (await teacher.get(f"/classes/{class_id}")).text()
    assert "your students see it once all of it is here" in text


@pytest.mark.parametrize(
    ("origin", "is_live", "expected"),
    [
        pytest.param("browser", None, False, id="a-browser-is-not-live"),
        pytest.param("browser", True, True, id="unless-it-says-so"),
        pytest.param("upload", None, True, id="an-upload-is-shown-as-it-arrives"),
    ],
)
async def test_what_is_live(
    teacher: SignedIn, class_id: str, origin: str, is_live: bool | None, expected: bool
) -> None:
    wanted: dict[str, Any] = {"class_id": class_id, "title": "T"}
    wanted |= {"tracks": [{"role": "presenter"}], "origin": origin, "is_live": is_live}
    made = await (await teacher.post("/api/lectures", json=wanted)).json()
    told = await (await teacher.get(f"/api/lectures/{made['id']}")).json()
    assert told["is_live"] is expected


async def test_a_device_is_live_unless_it_says_otherwise(
    teacher: SignedIn, class_id: str, database: Database
) -> None:
    async with database.write() as session:
        session.add(
            Agent(
                id=new_id(), name="Room 7", class_id=class_id, token_hash=hash_token("token"),
                created_at=utc_now(),
            )
        )  # fmt: skip
    answers = []
    for more in ({}, {"is_live": False}):
        wanted = {"class_id": class_id, "title": "T", "tracks": [{"role": "presenter"}]} | more
        made = await teacher.client.post(
            "/api/lectures", json=wanted, headers={"Authorization": "Bearer token"}
        )
        told = await teacher.get(f"/api/lectures/{(await made.json())['id']}")
        answers.append((await told.json())["is_live"])
    assert answers == [True, False]


async def test_an_upload_cannot_be_kept_back(teacher: SignedIn, class_id: str) -> None:
    wanted = {"class_id": class_id, "title": "T", "tracks": [{"role": "presenter"}]}
    response = await teacher.post("/api/lectures", json=wanted | {"is_live": False})
    assert response.status == 400
