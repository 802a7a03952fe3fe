"""A take nobody goes on with: its teacher is told since when, and finishes with what is there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from stream.clock import utc_now
from stream.database import Database
from stream.ingest import store
from stream.tables import Job, Lecture, LectureState, SchoolRole, Track, Upload, UploadState
from tests.stream.conftest import MakeClass, SignedIn, SignIn
from tests.stream.ingest.conftest import begin_patch
from tests.stream.ingest.recorder import Recorder, ask_for_take

BOTH = [{"role": "presentation"}, {"role": "presenter"}]


@pytest.fixture
async def class_id(make_class: MakeClass) -> str:
    return await make_class()


@pytest.fixture
async def teacher(sign_in: SignIn, class_id: str) -> SignedIn:
    return await sign_in(SchoolRole.TEACHER, class_id)


@pytest.fixture
async def take(teacher: SignedIn, class_id: str) -> list[Recorder]:
    """What sends the two tracks of one take."""
    made = await ask_for_take(teacher, class_id, tracks=BOTH)
    return [
        Recorder(teacher, class_id, made["id"], track["id"], made["upload_token"])
        for track in made["tracks"]
    ]


def path_of(take: list[Recorder]) -> str:
    return f"/lectures/{take[0].lecture_id}/finish"


async def finish(take: list[Recorder]) -> int:
    """Finish it by the token; the status."""
    return (await take[0].ask("POST", f"/api{path_of(take)}")).status


async def jobs(database: Database) -> list[Job]:
    async with database.read() as session:
        return list(await session.scalars(select(Job)))


async def test_open_uploads_end_where_their_bytes_end_and_the_lecture_is_made(
    take: list[Recorder], database: Database
) -> None:
    screen, camera = take
    paths = [await screen.upload(None), await camera.upload(None)]
    await screen.patch(paths[0], 0, b"some of the screen")
    await camera.patch(paths[1], 0, b"less")
    with screen.file(paths[0]).open("ab") as file:
        file.write(b" that was never acknowledged")
    assert await finish(take) == 204
    rows = [await screen.row(path) for path in paths]
    assert [row.state for row in rows] == [UploadState.COMPLETE] * 2
    assert [row.length_bytes for row in rows] == [18, 4]
    assert screen.file(paths[0]).read_bytes() == b"some of the screen"
    assert (await screen.lecture()).state is LectureState.QUEUED
    assert len(await jobs(database)) == 1
    assert await finish(take) == 204, "again is nothing"
    assert len(await jobs(database)) == 1


async def test_a_sender_that_comes_back_is_told_that_it_has_ended(take: list[Recorder]) -> None:
    screen, camera = take
    path = await screen.upload(None)
    await screen.patch(path, 0, b"some")
    assert await finish(take) == 204
    head = await screen.head(path)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("4", "4")
    more = await screen.patch(path, 4, b" more", Upload_Length="9")
    assert (more.status, "was finished without" in await more.text()) == (400, True)
    assert (await screen.patch(path, 4, b"")).status == 204
    assert screen.file(path).read_bytes() == b"some"
    assert (await camera.create(5)).status == 404, "its track is no more"


@pytest.mark.parametrize("is_begun", [True, False], ids=["an-empty-upload", "none-at-all"])
async def test_a_track_of_which_nothing_came_is_dropped(
    take: list[Recorder], database: Database, is_begun: bool
) -> None:
    screen, camera = take
    await screen.patch(await screen.upload(None), 0, b"some")
    empty = await camera.upload(None) if is_begun else None
    assert await finish(take) == 204
    async with database.read() as session:
        assert list(await session.scalars(select(Track.id))) == [screen.track_id]
    if empty is not None:
        assert not camera.file(empty).exists()
        assert (await camera.head(empty)).status == 404


async def test_a_track_that_has_arrived_stays_as_it_is(take: list[Recorder]) -> None:
    screen, camera = take
    whole = await screen.upload(4)
    await screen.patch(whole, 0, b"all!")
    await camera.patch(await camera.upload(None), 0, b"some")
    completed_at = (await screen.row(whole)).completed_at
    assert await finish(take) == 204
    assert (await screen.row(whole)).completed_at == completed_at


async def test_a_connection_that_still_sends_is_ended(take: list[Recorder]) -> None:
    screen, _ = take
    path = await screen.upload(None)
    sending = await begin_patch(screen, path, 0, 1000)
    await sending.send(b"some")
    assert await finish(take) == 204
    assert await sending.status() == 503
    assert (await screen.row(path)).length_bytes == 4


async def test_with_nothing_there_is_nothing_to_finish(take: list[Recorder]) -> None:
    assert await finish(take) == 409
    await take[0].upload(None)
    assert await finish(take) == 409
    assert (await take[0].lecture()).state is LectureState.RECORDING


async def test_a_file_that_is_uploaded_is_not_cut_short(teacher: SignedIn, class_id: str) -> None:
    wanted = {"class_id": class_id, "title": "T", "tracks": [{"role": "presentation"}]}
    made = await (await teacher.post("/api/lectures", json=wanted)).json()
    response = await teacher.post(f"/api/lectures/{made['id']}/finish", json={})
    assert response.status == 409
    assert "only as a whole" in (await response.json())["error"]


async def test_one_that_failed_cannot_be_finished(take: list[Recorder]) -> None:
    path = await take[0].upload(None)
    await take[0].patch(path, 0, b"some")
    assert (await take[0].ask("DELETE", path)).status == 204
    assert await finish(take) == 409


@pytest.mark.parametrize(("role", "status"), [(SchoolRole.TEACHER, 303), (SchoolRole.STUDENT, 404)])
async def test_the_button_is_for_teachers(
    take: list[Recorder], sign_in: SignIn, class_id: str, role: SchoolRole, status: int
) -> None:
    await take[0].patch(await take[0].upload(None), 0, b"some")
    person = await sign_in(role, class_id)
    response = await person.post(path_of(take))
    assert response.status == status
    state = LectureState.QUEUED if status == 303 else LectureState.RECORDING
    assert (await take[0].lecture()).state is state


async def test_another_sites_form_does_not_finish_it(
    take: list[Recorder], teacher: SignedIn
) -> None:
    await take[0].patch(await take[0].upload(None), 0, b"some")
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert (await teacher.post(path_of(take), headers=foreign)).status == 403


async def page_of(person: SignedIn, take: list[Recorder]) -> str:
    return await (await person.get(f"/lectures/{take[0].lecture_id}")).text()


async def be_silent(database: Database, since: datetime) -> None:
    """Let the last byte have come then."""
    async with database.write() as session:
        await session.execute(update(Upload).values(expires_at=since + timedelta(hours=72)))


async def test_after_a_minute_of_silence_its_teacher_is_told_since_when(
    take: list[Recorder], teacher: SignedIn, database: Database
) -> None:
    path = await take[0].upload(None)
    await take[0].patch(path, 0, b"some")
    assert "interrupted" not in await page_of(teacher, take)
    since = datetime(2026, 11, 2, 9, 5, tzinfo=UTC)
    await be_silent(database, since)
    page = await page_of(teacher, take)
    local = since.astimezone()
    assert f"The recording was interrupted at {local:%H:%M on %d %B}" in page
    assert f'action="{path_of(take)}"' in page
    await be_silent(database, utc_now() - timedelta(minutes=2))
    assert "interrupted at" in await page_of(teacher, take)


async def test_students_are_not_asked_to_finish_it(
    teacher: SignedIn, class_id: str, sign_in: SignIn, database: Database
) -> None:
    made = await ask_for_take(teacher, class_id, is_live=True)
    sender = Recorder(teacher, class_id, made["id"], made["tracks"][0]["id"], made["upload_token"])
    await sender.patch(await sender.upload(None), 0, b"some")
    await be_silent(database, utc_now() - timedelta(hours=1))
    student = await sign_in(SchoolRole.STUDENT, class_id)
    assert "interrupted" not in await page_of(student, [sender])
    assert "interrupted" in await page_of(teacher, [sender])


async def test_a_take_that_was_never_begun_fails_in_the_end(
    take: list[Recorder], database: Database
) -> None:
    async with database.write() as session:
        assert await store.fail_abandoned(session, utc_now() - timedelta(hours=1)) == 0
        assert await store.fail_abandoned(session, utc_now()) == 1
        lecture: Any = await session.get(Lecture, take[0].lecture_id)
        await session.refresh(lecture)
    assert lecture.state is LectureState.FAILED
