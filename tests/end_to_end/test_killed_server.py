"""kill -9 of the whole server while it encodes: the lecture comes all the same, once."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stream.clock import utc_now
from stream.database import open_database
from stream.demo.recorded import RecordedLecture, RecordedTrack
from stream.demo.school import DemoSchool, make_school
from stream.demo.sender import TeacherClient
from stream.settings import Settings
from tests.generated_media import browser_recording
from tests.server_process import ServerProcess

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "data") as running:
        yield running


async def school_in(data: Path) -> DemoSchool:
    url = Settings(data=data).effective_database_url
    async with open_database(url) as database, database.write() as session:
        return await make_school(session, "Maths 11b", utc_now())


def ffmpegs_below(folder: Path) -> list[int]:
    """The processes whose working folder or arguments name this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes() + os.fsencode(os.readlink(entry / "cwd"))
        except OSError:
            continue
        if os.fsencode(str(folder)) in words:
            found.append(int(entry.name))
    return found


def still_there(folder: Path, patience_s: float = 5.0) -> list[int]:
    """The processes that work below the folder, once they are gone or patience is."""
    deadline = time.monotonic() + patience_s
    while (found := ffmpegs_below(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


async def until(client: TeacherClient, lecture_id: str, *states: str) -> dict[str, Any]:
    async with asyncio.timeout(120):
        while True:
            lecture = await client.show_lecture(lecture_id)
            if lecture["state"] in states:
                return lecture
            await asyncio.sleep(0.1)


async def test_f29_a_killed_servers_encode_runs_again_and_leaves_one_package(
    server: ServerProcess, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    school = await school_in(data)
    browser_recording(tmp_path / "take.webm", 12)
    recorded = RecordedLecture(
        "Slopes", "Maths 11b", [RecordedTrack("take.webm", "presentation", 0)]
    )
    async with TeacherClient(server.base, school.teacher_token) as teacher:
        lecture_id = await teacher.send_lecture(school.class_id, recorded, tmp_path)
        await until(teacher, lecture_id, "encoding")
    await asyncio.sleep(0.5)
    server.kill()
    assert await asyncio.to_thread(still_there, data) == [], "ffmpeg outlived the server"
    server.start()
    async with TeacherClient(server.base, school.teacher_token) as teacher:
        lecture = await until(teacher, lecture_id, "ready", "failed")
    assert lecture["state"] == "ready"
    assert lecture["duration_s"] == pytest.approx(12, abs=0.1)
    packages = list((data / "media" / lecture_id).iterdir())
    assert [package.name for package in packages] == [lecture["playlist_url"].split("/")[3]]
    assert list((data / "scratch").iterdir()) == []


async def test_a_second_server_on_the_same_data_is_refused_in_one_line(
    server: ServerProcess, tmp_path: Path
) -> None:
    second = ServerProcess(tmp_path / "data")
    with pytest.raises(AssertionError, match="already uses"):
        second.start()
