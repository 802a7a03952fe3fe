"""The publish job, with real recordings: files first, then the row; failures end in words."""

import asyncio
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from stream.clock import utc_now
from stream.database import Database
from stream.folders import Folders
from stream.ids import new_id
from stream.jobs import store
from stream.jobs.machine import encode_slots
from stream.jobs.reconcile import reconcile, unfinished
from stream.jobs.store import PUBLISH
from stream.jobs.worker import PUBLISH_ORDERS
from stream.tables import Job, JobState, Lecture, LectureState, Package, SchoolRole
from tests.generated_media import browser_recording
from tests.stream.conftest import MakeClass, SignIn
from tests.stream.jobs.conftest import Arrive, EndState

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return browser_recording(tmp_path_factory.mktemp("media") / "take.webm", 3)


async def job_of(database: Database, lecture_id: str) -> Job:
    async with database.read() as session:
        return (
            await session.scalars(
                select(Job).where(Job.lecture_id == lecture_id, Job.kind == PUBLISH)
            )
        ).one()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.05)


async def test_a_recording_becomes_a_ready_lecture(
    arrive: Arrive, end_state: EndState, database: Database, folders: Folders, recording: Path
) -> None:
    lecture = await end_state(await arrive(presentation=recording))
    assert (lecture.state, lecture.failure) == (LectureState.READY, None)
    assert lecture.duration_s == pytest.approx(3, abs=0.1)
    assert lecture.package_id
    place = folders.package(lecture.id, lecture.package_id)
    assert (place / "index.m3u8").is_file()
    assert list(folders.scratch.iterdir()) == []
    job = await job_of(database, lecture.id)
    assert (job.state, job.attempt, job.progress) == (JobState.DONE, 1, 1.0)


async def test_both_tracks_are_used(
    arrive: Arrive, end_state: EndState, database: Database, recording: Path
) -> None:
    lecture = await end_state(await arrive(presentation=recording, presenter=recording))
    assert lecture.state is LectureState.READY
    async with database.read() as session:
        package = await session.get_one(Package, lecture.package_id)
    assert package.facts["renditions"][0]["name"] == "still"


async def test_a_text_file_fails_at_once_with_a_sentence(
    arrive: Arrive, end_state: EndState, database: Database, folders: Folders, tmp_path: Path
) -> None:
    text = tmp_path / "lecture.mp4"
    text.write_text("These are my notes, not my recording.\n" * 50)
    lecture = await end_state(await arrive(presentation=text))
    assert lecture.state is LectureState.FAILED
    assert lecture.failure
    assert lecture.failure.endswith(".")
    assert "Traceback" not in lecture.failure
    job = await job_of(database, lecture.id)
    assert (job.state, job.attempt) == (JobState.FAILED, 1)  # trying again cannot help
    assert list(folders.media.iterdir()) == []


async def test_an_attempt_that_was_overtaken_publishes_nothing(
    arrive: Arrive, end_state: EndState, database: Database, folders: Folders, recording: Path
) -> None:
    """F30: the late write of a zombie is refused by its fencing number."""
    lecture_id = await arrive(presentation=recording)
    async with database.write() as session:
        zombie = await store.claim(session, (await job_of(database, lecture_id)).id, utc_now())
    assert zombie is not None
    async with database.write() as session:  # somebody else takes over
        row = await session.get_one(Job, zombie.id)
        row.fence, row.state = row.fence + 1, JobState.QUEUED
    async with database.write() as session:
        late = Package(
            id=new_id(), lecture_id=lecture_id, duration_s=1, size_bytes=1, facts={},
            created_at=utc_now(),
        )  # fmt: skip
        assert not await store.finish(session, zombie, late, utc_now())
    async with database.read() as session:
        assert (await session.get_one(Lecture, lecture_id)).package_id is None
    assert not list(folders.media.iterdir())


async def test_a_dead_servers_job_runs_again(
    arrive: Arrive, end_state: EndState, database: Database, folders: Folders, recording: Path
) -> None:
    lecture_id = await arrive(presentation=recording)
    job = await job_of(database, lecture_id)
    async with database.write() as session:
        assert await store.claim(session, job.id, utc_now())
    attempt, litter = folders.attempt(job.id, 1), folders.attempt(new_id(), 1)
    for folder in (attempt, litter):
        folder.mkdir()
        (folder / "half.m4s").write_bytes(b"half")
    assert [waiting.id for waiting in await reconcile(database, folders)] == [job.id]
    assert list(folders.scratch.iterdir()) == [attempt]
    lecture = await end_state(lecture_id)
    assert lecture.state is LectureState.READY
    assert list(folders.scratch.iterdir()) == []
    assert (await job_of(database, lecture_id)).attempt == 2


async def test_a_job_that_died_three_times_is_given_up_with_a_reason(
    arrive: Arrive, database: Database, folders: Folders, recording: Path
) -> None:
    lecture_id = await arrive(presentation=recording)
    job = await job_of(database, lecture_id)
    for _ in range(3):
        async with database.write() as session:
            assert await store.claim(session, job.id, utc_now())
        waiting = await reconcile(database, folders)
    assert waiting == []
    async with database.read() as session:
        lecture = await session.get_one(Lecture, lecture_id)
    assert lecture.state is LectureState.FAILED
    assert lecture.failure
    assert "safe" in lecture.failure


async def test_packages_without_a_row_are_swept_and_others_kept(
    arrive: Arrive, end_state: EndState, database: Database, folders: Folders, recording: Path
) -> None:
    lecture = await end_state(await arrive(presentation=recording))
    assert lecture.package_id
    orphan = folders.package(lecture.id, new_id())
    shutil.copytree(folders.package(lecture.id, lecture.package_id), orphan)
    await reconcile(database, folders)
    assert not orphan.exists()
    assert folders.package(lecture.id, lecture.package_id).is_dir()


async def test_the_page_is_told_about_every_step(
    client: TestClient[Any, Any],
    arrive: Arrive,
    end_state: EndState,
    make_class: MakeClass,
    sign_in: SignIn,
    recording: Path,
) -> None:
    class_id = await make_class()
    student = await sign_in(SchoolRole.STUDENT, class_id)
    lecture_id = await arrive(class_id, presentation=recording)
    response = await student.get(f"/api/lectures/{lecture_id}/progress")
    assert response.headers["Content-Type"] == "text/event-stream"
    made = asyncio.create_task(end_state(lecture_id))
    text = (await response.content.read()).decode()
    await made
    assert text.count("event: progress") >= 2
    assert '"state": "queued"' in text
    assert '"state": "encoding"' in text
    assert text.rstrip().rpartition("data: ")[2].startswith('{"state": "ready"')


async def test_a_row_the_queue_was_never_told_of_is_found_again(
    arrive: Arrive, database: Database, recording: Path
) -> None:
    forgotten, running = [await arrive(presentation=recording) for _ in range(2)]
    alive = await job_of(database, running)
    async with database.write() as session:
        assert await store.claim(session, alive.id, utc_now())
    found = await unfinished(database, is_alive=lambda job_id: job_id == alive.id)
    assert [job.lecture_id for job in found] == [forgotten]


async def test_a_removed_lectures_encode_is_stopped(
    arrive: Arrive,
    client: TestClient[Any, Any],
    database: Database,
    folders: Folders,
    make_class: MakeClass,
    sign_in: SignIn,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    long = await asyncio.to_thread(browser_recording, tmp_path / "long.webm", 30)
    lecture_id = await arrive(class_id, presentation=long)
    app = client.app
    assert app is not None
    await app[PUBLISH_ORDERS].wake(lecture_id)
    await until(lambda: list(folders.scratch.iterdir()) != [])
    assert (await teacher.request("DELETE", f"/api/lectures/{lecture_id}")).status == 204
    with caplog.at_level(logging.INFO):
        await until(lambda: list(folders.scratch.iterdir()) == [])
    assert "was taken over" not in caplog.text, "it was made to the end"
    assert list(folders.media.iterdir()) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_waits_is_told_how_many_come_first_and_for_what_it_waits(
    arrive: Arrive,
    end_state: EndState,
    make_class: MakeClass,
    sign_in: SignIn,
    tmp_path: Path,
) -> None:
    """Clips may go beside a lecture, but no more than the machine has slots for."""
    class_id = await make_class()
    student = await sign_in(SchoolRole.STUDENT, class_id)
    take = await asyncio.to_thread(browser_recording, tmp_path / "take.webm", 20)
    crowd = [await arrive(class_id, presentation=take) for _ in range(encode_slots() + 1)]
    made = [asyncio.create_task(end_state(lecture_id)) for lecture_id in crowd]
    told = {}
    async with asyncio.timeout(60):
        while not all(task.done() for task in made):
            for lecture_id in crowd:
                answer = await (await student.get(f"/api/lectures/{lecture_id}")).json()
                if answer["progress"] and answer["progress"]["waits_for"]:
                    told[lecture_id] = answer["progress"]
            await asyncio.sleep(0.2)
    assert [task.result().state for task in made] == [LectureState.READY] * len(crowd)
    last = max(told.values(), key=lambda progress: progress["before_it"])
    assert last["before_it"] == encode_slots()
    assert last["waits_for"] in ("turn", "memory")  # on a small machine the clips go one by one
    assert last["eta_s"] > 0
