"""F20: a job that finds no room on the disk waits, says so, and goes on by itself."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from stream.database import Database
from stream.folders import Folders
from stream.jobs.store import PUBLISH
from stream.jobs.worker import PUBLISH_ORDERS
from stream.settings import Settings
from stream.tables import Job, JobState, Lecture, LectureState, SchoolRole, WaitReason
from tests.generated_media import browser_recording
from tests.stream.conftest import MakeClass, SignIn
from tests.stream.jobs.conftest import Arrive

pytestmark = pytest.mark.slow

DISK_BYTES = 150 * 2**20
SECONDS = 40
Until = Callable[[str, Callable[[Lecture, Job], bool]], Any]


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return browser_recording(tmp_path_factory.mktemp("media") / "take.webm", SECONDS)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small disk can be mounted here, which takes root: {error}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def settings(disk: Path) -> Settings:
    return Settings(data=disk / "data", listen="127.0.0.1:0", free_space_bytes=0)


@pytest.fixture
def until(client: TestClient[Any, Any], database: Database) -> Until:
    async def wait(lecture_id: str, is_so: Callable[[Lecture, Job], bool]) -> Lecture:
        async with asyncio.timeout(120):
            while True:
                async with database.read() as session:
                    lecture = await session.get_one(Lecture, lecture_id)
                    job = (
                        await session.scalars(
                            select(Job).where(Job.lecture_id == lecture_id, Job.kind == PUBLISH)
                        )
                    ).one()
                if is_so(lecture, job):
                    assert job.state is not JobState.FAILED
                    return lecture
                await asyncio.sleep(0.1)

    return wait


def fill(disk: Path, leave_bytes: int = 0) -> Path:
    """Take all of the disk but `leave_bytes`; deleting the file gives it back."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        for block in (2**20, 4096):
            while shutil.disk_usage(disk).free >= leave_bytes + block:
                file.write(bytes(block))
    return ballast


def waits_for_room(lecture: Lecture, job: Job) -> bool:
    return (lecture.state, job.waits_for) == (LectureState.QUEUED, WaitReason.ROOM)


def is_ready(lecture: Lecture, job: Job) -> bool:
    return lecture.state in (LectureState.READY, LectureState.FAILED)


async def wake(client: TestClient[Any, Any], lecture_id: str) -> None:
    app = client.app
    assert app is not None
    await app[PUBLISH_ORDERS].wake(lecture_id)


async def test_f20_a_job_does_not_start_without_room_and_starts_when_there_is(
    client: TestClient[Any, Any],
    arrive: Arrive,
    until: Until,
    disk: Path,
    recording: Path,
    make_class: MakeClass,
    sign_in: SignIn,
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    lecture_id = await arrive(class_id, presentation=recording)
    ballast = fill(disk, leave_bytes=20 * 2**20)
    await wake(client, lecture_id)
    await until(lecture_id, waits_for_room)
    told = await (await teacher.get(f"/api/lectures/{lecture_id}")).json()
    assert (told["state"], told["failure"]) == ("queued", None)
    assert told["progress"]["waits_for"] == "room"
    ballast.unlink()
    lecture = await until(lecture_id, is_ready)
    assert lecture.state is LectureState.READY


@pytest.mark.parametrize(
    ("leave_bytes", "told"),
    [
        pytest.param(2 * 2**20, waits_for_room, id="room-for-rows"),
        # Nothing can be told then; the job waits for the database as well.
        pytest.param(0, None, id="no-room-for-rows-either"),
    ],
)
async def test_f20_a_disk_that_fills_up_in_the_middle_costs_no_attempt_and_leaves_no_litter(
    client: TestClient[Any, Any],
    arrive: Arrive,
    until: Until,
    database: Database,
    folders: Folders,
    disk: Path,
    recording: Path,
    leave_bytes: int,
    told: Callable[[Lecture, Job], bool] | None,
) -> None:
    lecture_id = await arrive(presentation=recording)
    await wake(client, lecture_id)
    await until(lecture_id, lambda lecture, job: any(folders.scratch.glob("*/*")))
    ballast = await asyncio.to_thread(fill, disk, leave_bytes)
    await until(lecture_id, told or (lambda lecture, job: not any(folders.scratch.iterdir())))
    assert list(folders.scratch.iterdir()) == []
    assert list(folders.media.iterdir()) == []
    assert len(list(folders.originals.iterdir())) == 1
    ballast.unlink()
    lecture = await until(lecture_id, is_ready)
    assert lecture.state is LectureState.READY
    assert lecture.duration_s == pytest.approx(SECONDS, abs=0.1)
    async with database.read() as session:
        job = (
            await session.scalars(
                select(Job).where(Job.lecture_id == lecture_id, Job.kind == PUBLISH)
            )
        ).one()
    assert job.attempt == 1
