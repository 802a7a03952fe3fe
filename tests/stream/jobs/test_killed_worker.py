"""F29: kill -9 of the worker at random instants. Every lecture comes, once and whole."""

import asyncio
import random
import signal
from pathlib import Path

import pytest

from stream.clock import utc_now
from stream.database import open_database
from stream.demo.recorded import RecordedLecture, RecordedTrack
from stream.demo.school import DemoSchool, make_school
from stream.demo.sender import TeacherClient
from stream.jobs.completeness import require_complete
from stream.settings import Settings
from tests.generated_media import browser_recording
from tests.processes import still_there
from tests.server_process import ServerProcess
from transcode.hls.check.checker import check_folder

pytestmark = pytest.mark.slow

MEDIA_S = 4
LECTURES = 2  # of a clip's length, so that both are encoded at once
ASLEEP_S = 3.0  # 45 s, beyond every heartbeat and watchdog, end the same way
UP_TO_S = 6.0  # from the first upload's end; both are done a little later


async def school_in(data: Path) -> DemoSchool:
    async with (
        open_database(Settings(data=data).effective_database_url) as database,
        database.write() as session,
    ):
        return await make_school(session, "Maths 11b", utc_now())


async def end_of(teacher: TeacherClient, lecture_id: str) -> str:
    """The lecture's package, once it is ready."""
    async with asyncio.timeout(90):
        while True:
            lecture = await teacher.show_lecture(lecture_id)
            assert lecture["state"] != "failed", lecture["failure"]
            if lecture["state"] == "ready":
                return str(lecture["playlist_url"].split("/")[3])
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("seed", range(2))
async def test_f29_killed_at_a_random_instant(tmp_path: Path, seed: int) -> None:
    data = tmp_path / "data"
    instant_s = random.Random(seed).uniform(0, UP_TO_S)
    browser_recording(tmp_path / "take.webm", MEDIA_S)
    tracks = [RecordedTrack("take.webm", "presentation", 0)]
    with ServerProcess(data) as server:
        school = await school_in(data)
        async with TeacherClient(server.base, school.teacher_token) as teacher:
            lectures = [
                await teacher.send_lecture(
                    school.class_id, RecordedLecture(f"Slopes {i}", "Maths 11b", tracks), tmp_path
                )
                for i in range(LECTURES)
            ]
        await asyncio.sleep(instant_s)
        server.kill()
        assert await asyncio.to_thread(still_there, data) == [], "ffmpeg outlived the server"
        server.start()
        async with TeacherClient(server.base, school.teacher_token) as teacher:
            shown = [await end_of(teacher, lecture_id) for lecture_id in lectures]
    for lecture_id, package_id in zip(lectures, shown, strict=True):
        [package] = (data / "media" / lecture_id).iterdir()
        assert package.name == package_id
        require_complete(package, MEDIA_S)
        assert check_folder(package).violations == ()
    assert list((data / "scratch").iterdir()) == []
    assert len(list((data / "originals").iterdir())) == LECTURES


async def test_f30_a_worker_that_slept_goes_on_and_leaves_one_result(tmp_path: Path) -> None:
    """SIGSTOP, then SIGCONT: the data folder is its own before, and is still its own meanwhile."""
    data = tmp_path / "data"
    browser_recording(tmp_path / "take.webm", MEDIA_S)
    tracks = [RecordedTrack("take.webm", "presentation", 0)]
    with ServerProcess(data) as server:
        school = await school_in(data)
        async with TeacherClient(server.base, school.teacher_token) as teacher:
            lecture_id = await teacher.send_lecture(
                school.class_id, RecordedLecture("Slopes", "Maths 11b", tracks), tmp_path
            )
            with pytest.raises(AssertionError, match="already uses"):
                await asyncio.to_thread(ServerProcess(data).start)
            server.send(signal.SIGSTOP)
            with pytest.raises(AssertionError, match="already uses"):
                await asyncio.to_thread(ServerProcess(data).start)
            await asyncio.sleep(ASLEEP_S)
            server.send(signal.SIGCONT)
            package_id = await end_of(teacher, lecture_id)
    [package] = (data / "media" / lecture_id).iterdir()
    assert package.name == package_id
    require_complete(package, MEDIA_S)
    assert list((data / "scratch").iterdir()) == []


async def test_f29_what_was_complete_is_not_made_again(tmp_path: Path) -> None:
    """The first segments keep their files from the killed attempt to the package."""
    data = tmp_path / "data"
    browser_recording(tmp_path / "take.webm", 25)
    tracks = [RecordedTrack("take.webm", "presentation", 0)]
    with ServerProcess(data) as server:
        school = await school_in(data)
        async with TeacherClient(server.base, school.teacher_token) as teacher:
            lecture_id = await teacher.send_lecture(
                school.class_id, RecordedLecture("Slopes", "Maths 11b", tracks), tmp_path
            )
        async with asyncio.timeout(60):
            while True:
                begun = [*(data / "scratch").glob("*/still/*.m4s")]
                if begun:
                    break
                await asyncio.sleep(0.02)
        server.kill()
        assert await asyncio.to_thread(still_there, data) == [], "ffmpeg outlived the server"
        complete = {path.name: path.stat().st_ino for path in begun}
        server.start()
        async with TeacherClient(server.base, school.teacher_token) as teacher:
            package_id = await end_of(teacher, lecture_id)
    package = data / "media" / lecture_id / package_id
    assert complete
    assert complete == {name: (package / "still" / name).stat().st_ino for name in complete}
    require_complete(package, 25)
    assert check_folder(package).violations == ()
    assert list((data / "scratch").iterdir()) == []
