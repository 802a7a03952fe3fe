"""The server is killed while it follows an upload: bytes, segments and the address stay."""

import asyncio
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from stream.jobs.completeness import require_complete
from stream.settings import Settings
from tests.generated_media import NO_DURATION, OPUS, VP8, counted_recording
from tests.stream.ingest.test_killed import Machine, furnish
from tests.transcode.played_package import play
from transcode.hls.check.checker import check_folder

pytestmark = pytest.mark.slow

MEDIA_S = 24.0
SERVER = Path(__file__).with_name("following_server.py")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    settings = Settings(data=tmp_path / "data", listen="127.0.0.1:0", free_space_bytes=0)
    lecture_id, track_id = asyncio.run(furnish(settings))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Machine(settings.data, port, track_id, lecture_id, script=SERVER)
    yield made
    made.kill()


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def value(machine: Machine, question: str) -> Any:
    """The one value that the database, which the server has open, answers with."""
    with closing(sqlite3.connect(machine.data / "flipcast.db", timeout=10)) as database:
        return database.execute(question).fetchone()[0]


def test_after_a_kill_the_upload_resumes_and_the_job_goes_on_at_its_last_segment(
    machine: Machine, tmp_path: Path
) -> None:
    take = tmp_path / "take.webm"
    data = counted_recording(take, *VP8, *OPUS, *NO_DURATION, seconds=MEDIA_S).read_bytes()
    part = len(data) * 3 // 4
    machine.start()
    path = machine.create(len(data))
    assert machine.patch(path, 0, data[:part]) == 204
    lecture = machine.data / "media" / machine.lecture_id
    until(lambda: (value(machine, "select duration_s from lecture") or 0) >= 6)
    machine.kill()
    [package] = lecture.iterdir()
    made = {file.name: file.stat().st_ino for file in (package / "still").glob("*.m4s")}
    assert value(machine, "select state from lecture") == "uploading"
    machine.start()
    assert machine.offset(path) == part
    assert machine.patch(path, part, data[part:]) == 204
    until(lambda: value(machine, "select state from lecture") == "ready")
    assert [folder.name for folder in lecture.iterdir()] == [package.name]
    kept = {name: (package / "still" / name).stat().st_ino for name in made}
    assert kept == made
    assert value(machine, "select count(*) from job") == 1
    assert value(machine, "select attempt from job") == 2
    require_complete(package, MEDIA_S)
    assert check_folder(package).violations == ()
    assert play(package).rung("still").playlist.is_endlist
    until(lambda: not list((machine.data / "scratch").iterdir()))  # it goes after the last commit
