"""`/api/lectures`, verb by verb."""

from base64 import b64encode
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import func, select
from yarl import URL

from stream.app_keys import FOLDERS
from stream.clock import utc_now
from stream.database import Database
from stream.ids import new_id
from stream.people.tokens import hash_token
from stream.tables import (
    Agent,
    Base,
    Coverage,
    Job,
    JobState,
    Lecture,
    LectureState,
    Package,
    Person,
    Recording,
    SchoolRole,
    Track,
    Upload,
    UploadState,
    WatchEvent,
    WatchKind,
)
from tests.stream.conftest import MakeClass, SignedIn, SignIn

TWO_TRACKS = [
    {"role": "presentation", "start_offset_ms": 0},
    {"role": "presenter", "start_offset_ms": 240},
]


def asked(class_id: str, **changes: Any) -> dict[str, Any]:
    return {"class_id": class_id, "title": "Derivatives 1", "tracks": TWO_TRACKS} | changes


async def make(person: SignedIn, class_id: str, **changes: Any) -> dict[str, Any]:
    response = await person.post("/api/lectures", json=asked(class_id) | changes)
    assert response.status == 201, await response.text()
    answer: dict[str, Any] = await response.json()
    return answer


async def test_a_teacher_makes_a_lecture_and_is_told_where_to_send_its_tracks(
    sign_in: SignIn, make_class: MakeClass, database: Database
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    answer = await make(teacher, class_id)
    assert answer["url"] == f"/lectures/{answer['id']}"
    assert answer["upload_url"] == "/uploads/"
    assert [track["role"] for track in answer["tracks"]] == ["presentation", "presenter"]
    async with database.read() as session:
        rows = await session.scalars(select(Track).order_by(Track.role))
        assert [(row.id, row.start_offset_ms) for row in rows] == [
            (answer["tracks"][0]["id"], 0),
            (answer["tracks"][1]["id"], 240),
        ]


@pytest.mark.parametrize(
    ("origin", "state"),
    [
        ("upload", LectureState.UPLOADING),
        ("browser", LectureState.RECORDING),
        ("agent", LectureState.RECORDING),
    ],
)
async def test_the_origin_decides_whether_it_is_being_recorded(
    sign_in: SignIn, make_class: MakeClass, database: Database, origin: str, state: LectureState
) -> None:
    class_id = await make_class()
    answer = await make(await sign_in(SchoolRole.TEACHER, class_id), class_id, origin=origin)
    async with database.read() as session:
        assert (await session.get_one(Lecture, answer["id"])).state is state


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": ""}, id="no-title"),
        pytest.param({"title": " \u202e\u200b\n"}, id="nothing-visible-in-the-title"),
        pytest.param({"title": "x" * 301}, id="title-too-long"),
        pytest.param({"title": None}, id="title-not-text"),
        pytest.param({"tracks": []}, id="no-tracks"),
        pytest.param({"tracks": [TWO_TRACKS[0]] * 2}, id="one-role-twice"),
        pytest.param({"tracks": [*TWO_TRACKS, TWO_TRACKS[0]]}, id="three-tracks"),
        pytest.param({"tracks": [{"role": "drone"}]}, id="unknown-role"),
        pytest.param(
            {"tracks": [{"role": "presenter", "start_offset_ms": -1}]}, id="starts-before-the-start"
        ),
        pytest.param(
            {"tracks": [{"role": "presenter", "start_offset_ms": 2**63}]}, id="starts-in-an-aeon"
        ),
        pytest.param({"class_id": "../x"}, id="class-is-no-id"),
        pytest.param({"class_id": "a" * 8000}, id="class-is-8-kilobytes"),
        pytest.param({"origin": "pigeon"}, id="unknown-origin"),
    ],
)
async def test_a_lecture_that_does_not_fit_answers_400_with_a_sentence(
    sign_in: SignIn, make_class: MakeClass, changes: dict[str, Any]
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    response = await teacher.post("/api/lectures", json=asked(class_id) | changes)
    assert response.status == 400
    assert (await response.json())["error"].endswith(".")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Why\tπ\n is  not 3 ", "Why π is not 3"),
        ("<svg onload=alert(1)>", "<svg onload=alert(1)>"),
        ("safe\u202efdp.exe", "safefdp.exe"),
        ("zero\u200bwidth\x00null", "zerowidth null"),
        ("👩\u200d🏫 class", "👩\u200d🏫 class"),
        ("x" * 300, "x" * 300),
    ],
)
async def test_titles_hold_any_character_but_those_that_deceive(
    sign_in: SignIn, make_class: MakeClass, sent: str, kept: str
) -> None:
    """C08."""
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    answer = await make(teacher, class_id, title=sent)
    shown = await (await teacher.get(f"/api{answer['url']}")).json()
    assert shown["title"] == kept


async def test_a_new_lecture_says_that_it_waits_for_its_tracks(
    sign_in: SignIn, make_class: MakeClass
) -> None:
    class_id = await make_class("Maths 11b")
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    answer = await make(teacher, class_id)
    shown = await (await teacher.get(f"/api{answer['url']}")).json()
    assert shown == {
        "id": answer["id"],
        "url": answer["url"],
        "title": "Derivatives 1",
        "class": {"id": class_id, "name": "Maths 11b"},
        "state": "uploading",
        "failure": None,
        "duration_s": None,
        "playlist_url": None,
        "poster_url": None,
        "storyboard_url": None,
        "progress": None,
        "growing": None,
        "is_live": True,
        "chapters_url": f"/api/lectures/{answer['id']}/chapters",
        "may_manage": True,
    }


async def publish(database: Database, lecture_id: str, facts: dict[str, Any]) -> str:
    """Give the lecture a finished package; returns the package's id."""
    package_id = new_id()
    async with database.write() as session:
        lecture = await session.get_one(Lecture, lecture_id)
        lecture.state, lecture.package_id, lecture.duration_s = LectureState.READY, package_id, 90.0
        session.add(
            Package(
                id=package_id,
                lecture_id=lecture_id,
                duration_s=90.0,
                size_bytes=1,
                facts=facts,
                created_at=utc_now(),
            )
        )
    return package_id


async def test_a_ready_lecture_says_where_its_files_are(
    sign_in: SignIn, make_class: MakeClass, database: Database
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    student = await sign_in(SchoolRole.STUDENT, class_id)
    answer = await make(teacher, class_id)
    facts = {"poster": "poster.jpg", "storyboard": {"vtt": "storyboard.vtt", "count": 45}}
    package_id = await publish(database, answer["id"], facts)
    shown = await (await student.get(f"/api{answer['url']}")).json()
    base = f"/media/{answer['id']}/{package_id}"
    assert (shown["playlist_url"], shown["poster_url"], shown["storyboard_url"]) == (
        f"{base}/index.m3u8",
        f"{base}/poster.jpg",
        f"{base}/storyboard.vtt",
    )
    assert (shown["state"], shown["duration_s"], shown["may_manage"]) == ("ready", 90.0, False)


async def test_a_lecture_of_sound_alone_has_no_pictures(
    sign_in: SignIn, make_class: MakeClass, database: Database
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    answer = await make(teacher, class_id)
    await publish(database, answer["id"], {"poster": None, "storyboard": None})
    shown = await (await teacher.get(f"/api{answer['url']}")).json()
    assert (shown["poster_url"], shown["storyboard_url"]) == (None, None)


async def test_a_device_makes_lectures_of_its_class_and_sees_only_those_recorded_by_devices(
    client: TestClient[Any, Any], sign_in: SignIn, make_class: MakeClass, database: Database
) -> None:
    """A12."""
    class_id, other_id = await make_class(), await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    async with database.write() as session:
        session.add(
            Agent(
                id=new_id(),
                name="Room 7",
                class_id=class_id,
                token_hash=hash_token("room-7"),
                created_at=utc_now(),
            )
        )
    bearer = {"Authorization": "Bearer room-7"}
    made = await client.post("/api/lectures", json=asked(class_id), headers=bearer)
    elsewhere = await client.post("/api/lectures", json=asked(other_id), headers=bearer)
    assert (made.status, elsewhere.status) == (201, 404)
    own = await made.json()
    shown = await client.get(f"/api{own['url']}", headers=bearer)
    assert (shown.status, (await shown.json())["state"]) == (200, "recording")
    uploaded = await make(teacher, class_id)
    assert (await client.get(f"/api{uploaded['url']}", headers=bearer)).status == 404
    assert (await client.delete(f"/api{own['url']}", headers=bearer)).status == 403


async def test_a_title_can_be_changed(sign_in: SignIn, make_class: MakeClass) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    answer = await make(teacher, class_id)
    changed = await teacher.request("PATCH", f"/api{answer['url']}", json={"title": "Part 2"})
    assert (changed.status, (await changed.json())["title"]) == (200, "Part 2")
    refused = await teacher.request("PATCH", f"/api{answer['url']}", json={"title": ""})
    assert refused.status == 400


async def add_every_kind_of_row(database: Database, answer: dict[str, Any], class_id: str) -> str:
    """Fill every table that hangs on a lecture; returns the upload's id."""
    lecture_id, upload_id, now = answer["id"], new_id(), utc_now()
    async with database.write() as session:
        session.add_all(
            [
                Upload(
                    id=upload_id,
                    track_id=answer["tracks"][0]["id"],
                    class_id=class_id,
                    owner_id=new_id(),
                    state=UploadState.COMPLETE,
                    created_at=now,
                    expires_at=now,
                ),
                Job(
                    id=new_id(),
                    kind="publish",
                    lecture_id=lecture_id,
                    state=JobState.DONE,
                    created_at=now,
                ),
                WatchEvent(
                    lecture_id=lecture_id,
                    viewer="a" * 32,
                    session="b" * 32,
                    seq=1,
                    kind=WatchKind.PLAY,
                    position_s=0.0,
                    received_on=now,
                ),
                Coverage(lecture_id=lecture_id, viewer="a" * 32, seconds=b"\x01"),
            ]
        )
    return upload_id


async def test_a_removed_lecture_leaves_neither_rows_nor_files(
    client: TestClient[Any, Any], sign_in: SignIn, make_class: MakeClass, database: Database
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    answer, kept = await make(teacher, class_id), await make(teacher, class_id)
    upload_id = await add_every_kind_of_row(database, answer, class_id)
    package_id = await publish(database, answer["id"], {})
    assert client.app is not None
    folders = client.app[FOLDERS]
    original, package = folders.original(upload_id), folders.package(answer["id"], package_id)
    original.write_bytes(b"video")
    package.mkdir(parents=True)
    (package / "index.m3u8").write_text("#EXTM3U")

    assert (await teacher.request("DELETE", f"/api{answer['url']}")).status == 204

    assert not original.exists()
    assert not package.parent.exists()
    assert (await teacher.get(f"/api{answer['url']}")).status == 404
    assert (await teacher.get(f"/api{kept['url']}")).status == 200
    async with database.read() as session:
        left = {
            table.name: await session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
        persons = await session.scalar(select(func.count()).select_from(Person))
        recordings = await session.scalar(select(func.count()).select_from(Recording))
    assert (left["lecture"], recordings, left["track"]) == (1, 1, 2)
    emptied = ("upload", "job", "package", "watch_event", "coverage")
    assert {name: left[name] for name in emptied} == dict.fromkeys(emptied, 0)
    assert persons == 1


async def test_removing_a_lecture_ends_the_upload_that_is_on_its_way(
    client: TestClient[Any, Any], sign_in: SignIn, make_class: MakeClass
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    answer = await make(teacher, class_id)
    tus = {"Tus-Resumable": "1.0.0"}
    track = b64encode(answer["tracks"][0]["id"].encode()).decode()
    wanted = tus | {"Upload-Length": "100", "Upload-Metadata": f"track {track}"}
    made = await teacher.post(answer["upload_url"], headers=wanted)
    assert made.status == 201, await made.text()
    upload = URL(made.headers["Location"]).path
    patch = tus | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    first = await teacher.request("PATCH", upload, headers=patch, data=b"x" * 40)
    assert first.status == 204
    assert (await teacher.request("DELETE", f"/api{answer['url']}")).status == 204
    rest = await teacher.request(
        "PATCH", upload, headers=patch | {"Upload-Offset": "40"}, data=b"x" * 60
    )
    assert rest.status == 404
    assert client.app is not None
    assert list(client.app[FOLDERS].originals.iterdir()) == []
