"""F29 with viewers: the server dies, and what is watched goes on at the same address."""

import asyncio
import os
from pathlib import Path

import pytest

from stream.clock import utc_now
from stream.database import open_database
from stream.demo.recorded import RecordedLecture, RecordedTrack
from stream.demo.school import DemoSchool, make_school
from stream.demo.sender import TeacherClient
from stream.settings import Settings
from tests.generated_media import counted_recording
from tests.server_process import ServerProcess
from tests.transcode.played_package import play

pytestmark = pytest.mark.slow

MEDIA_S = 60


async def school_in(data: Path) -> DemoSchool:
    async with (
        open_database(Settings(data=data).effective_database_url) as database,
        database.write() as session,
    ):
        return await make_school(session, "Maths 11b", utc_now())


async def playlist_of(teacher: TeacherClient, lecture_id: str, state: str) -> str:
    """The address of what can be played, once there is something and the lecture stands so."""
    async with asyncio.timeout(120):
        while True:
            lecture = await teacher.show_lecture(lecture_id)
            assert lecture["state"] != "failed", lecture["failure"]
            if lecture["state"] == state and lecture["playlist_url"]:
                return str(lecture["playlist_url"])
            await asyncio.sleep(0.05)


def inodes_in(package: Path) -> dict[str, int]:
    segments = package.glob("*/*.m4s")
    return {str(path.relative_to(package)): os.stat(path).st_ino for path in segments}


@pytest.mark.parametrize("ends", ["killed", "stopped"])
async def test_f29_what_is_watched_stays_and_is_completed(tmp_path: Path, ends: str) -> None:
    data = tmp_path / "data"
    counted_recording(tmp_path / "take.mkv", seconds=MEDIA_S)
    tracks = [RecordedTrack("take.mkv", "presentation", 0)]
    recorded = RecordedLecture("Slopes", "Maths 11b", tracks)
    with ServerProcess(data) as server:
        school = await school_in(data)
        async with TeacherClient(server.base, school.teacher_token) as teacher:
            lecture_id = await teacher.send_lecture(school.class_id, recorded, tmp_path)
            watched = await playlist_of(teacher, lecture_id, "encoding")
        if ends == "killed":
            server.kill()
        else:
            server.stop()
        package = data / watched.lstrip("/").removesuffix("/index.m3u8")
        shown = inodes_in(package)
        assert shown
        assert not (package / "package.json").exists(), "it was complete too soon for this"
        server.start()
        async with TeacherClient(server.base, school.teacher_token) as teacher:
            assert await playlist_of(teacher, lecture_id, "ready") == watched
    after = inodes_in(package)
    assert {name: after[name] for name in shown} == shown
    for rung in play(package).rungs:
        assert rung.extinf_s == pytest.approx(MEDIA_S, abs=0.05)
    assert list((data / "scratch").iterdir()) == []
