"""The job that adds an AV1 set: the package stays where and what it is, and gets more rungs."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import m3u8
import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from stream.clock import utc_now
from stream.database import Database
from stream.folders import Folders
from stream.ids import new_id
from stream.jobs import store
from stream.jobs.endings import Endings
from stream.jobs.queue import InMemoryQueue
from stream.jobs.reconcile import reconcile
from stream.settings import Settings
from stream.tables import Job, JobState, Lane, Lecture, LectureState, Package
from tests.generated_media import browser_recording, run_ffmpeg
from tests.stream.jobs.conftest import Arrive, EndState
from transcode.hls.check.checker import check_folder

pytestmark = pytest.mark.slow

Ended = Callable[[str], Awaitable[Job]]


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return browser_recording(tmp_path_factory.mktemp("media") / "take.webm", 3)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, av1="on")


@pytest.fixture
def ended(database: Database) -> Ended:
    """Wait until a lecture's AV1 job has ended."""

    async def wait(lecture_id: str) -> Job:
        of_lecture = select(Job).where(Job.lecture_id == lecture_id, Job.kind == store.AV1)
        async with asyncio.timeout(120):
            while True:
                async with database.read() as session:
                    job = await session.scalar(of_lecture)
                if job is not None and job.state in (JobState.DONE, JobState.FAILED):
                    return job
                await asyncio.sleep(0.1)

    return wait


async def package_of(database: Database, lecture_id: str) -> Package:
    async with database.read() as session:
        lecture = await session.get_one(Lecture, lecture_id)
        return await session.get_one(Package, lecture.package_id)


async def state_of(database: Database, lecture_id: str) -> LectureState:
    async with database.read() as session:
        return (await session.get_one(Lecture, lecture_id)).state


async def test_a_lecture_that_is_ready_gets_its_set(
    arrive: Arrive,
    end_state: EndState,
    ended: Ended,
    database: Database,
    folders: Folders,
    recording: Path,
) -> None:
    lecture = await end_state(await arrive(presentation=recording))
    assert lecture.package_id
    place = folders.package(lecture.id, lecture.package_id)
    before = {path: path.stat().st_ino for path in place.glob("*/*.m4s")}
    job = await ended(lecture.id)
    assert (job.state, job.lane, job.attempt) == (JobState.DONE, Lane.AV1, 1)

    package = await package_of(database, lecture.id)
    assert package.id == lecture.package_id
    assert package.facts == json.loads((place / "package.json").read_text())
    assert package.size_bytes == package.facts["size_bytes"]
    assert package.facts["av1"]["size_bytes"] > 0
    assert all(path.stat().st_ino == inode for path, inode in before.items())
    assert [str(one) for one in check_folder(place).violations] == []
    listed = m3u8.load(str(place / "all-codecs.m3u8")).playlists
    names = [one.uri.split("/")[0] for one in listed]
    assert "av1-low" in names
    assert not names[0].startswith("av1-")
    assert list(folders.scratch.iterdir()) == []


async def test_sound_alone_has_no_set(
    arrive: Arrive, end_state: EndState, database: Database, recording: Path, tmp_path: Path
) -> None:
    run_ffmpeg("-i", str(recording), "-vn", "-c:a", "copy", str(tmp_path / "a.webm"))
    lecture = await end_state(await arrive(presenter=tmp_path / "a.webm"))
    async with database.read() as session:
        kinds = list(await session.scalars(select(Job.kind).where(Job.lecture_id == lecture.id)))
    assert (lecture.state, kinds) == (LectureState.READY, [store.PUBLISH])


@pytest.fixture
async def beginning(arrive: Arrive, database: Database, recording: Path) -> Job:
    """An attempt at the set of a lecture that is ready."""
    lecture_id, now = await arrive(presentation=recording), utc_now()
    package = Package(
        id=new_id(), lecture_id=lecture_id, duration_s=3.0, size_bytes=1, facts={}, created_at=now
    )
    job = Job(
        id=new_id(), kind=store.AV1, lecture_id=lecture_id, state=JobState.QUEUED, created_at=now,
        lane=Lane.AV1, attempt=0, fence=0, progress=0.0,
    )  # fmt: skip
    async with database.write() as session:
        published = await session.scalar(select(Job).where(Job.lecture_id == lecture_id))
        assert published is not None
        published.state = JobState.DONE
        lecture = await session.get_one(Lecture, lecture_id)
        lecture.state, lecture.package_id = LectureState.READY, package.id
        session.add_all([package, job])
    async with database.write() as session:
        claimed = await store.claim(session, job.id, now)
    assert claimed is not None
    return claimed


async def test_a_lecture_is_ready_while_its_set_is_made(beginning: Job, database: Database) -> None:
    assert await state_of(database, beginning.lecture_id) is LectureState.READY


async def test_a_set_whose_server_died_is_gone_on_with(
    beginning: Job, database: Database, folders: Folders
) -> None:
    assert [waiting.id for waiting in await reconcile(database, folders)] == [beginning.id]
    assert await state_of(database, beginning.lecture_id) is LectureState.READY


async def test_a_set_that_gives_way_has_not_failed(
    beginning: Job, client: TestClient[Any, Any], database: Database, folders: Folders
) -> None:
    endings = Endings(database, InMemoryQueue(), folders)
    await endings.give_way(beginning, folders.attempt(beginning.id, beginning.fence))
    async with database.read() as session:
        job = await session.get_one(Job, beginning.id)
    assert (job.state, job.attempt) == (JobState.QUEUED, 0)
    assert await state_of(database, beginning.lecture_id) is LectureState.READY


async def test_a_set_that_cannot_be_made_is_not_the_lectures_failure(
    beginning: Job, database: Database
) -> None:
    async with database.write() as session:
        assert await store.give_up(session, beginning, "The disk broke.", utc_now())
    async with database.read() as session:
        assert (await session.get_one(Lecture, beginning.lecture_id)).failure is None
    assert await state_of(database, beginning.lecture_id) is LectureState.READY
