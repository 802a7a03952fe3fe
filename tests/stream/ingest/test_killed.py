"""Faults of machines: the server is killed, its disk fails or is full. What was acknowledged stays.

These run a server of their own in another process, since it does not survive.
"""

import asyncio
import contextlib
import hashlib
import http.client
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from stream.clock import utc_now
from stream.database import open_database
from stream.folders import Folders
from stream.ids import new_id
from stream.jobs.store import PUBLISH
from stream.people.tokens import hash_token
from stream.settings import Settings
from stream.tables import Agent, Class, Job, Lecture, LectureState
from tests.stream.ingest.conftest import CONTENT_TYPE, Sender, encoded, insert_tracks

ROOT = Path(__file__).parents[3]
SERVER = Path(__file__).with_name("upload_server.py")
TOKEN = "the device's token"
START_TIMEOUT_S = 60


@dataclass(slots=True)
class Machine:
    """A server that can be killed and started again on the same data and port."""

    data: Path
    port: int
    track_id: str
    lecture_id: str
    process: "subprocess.Popen[bytes] | None" = None
    under: list[str] = field(default_factory=list)  # a command that runs the server
    script: Path = SERVER

    def start(self) -> None:
        """Start the server and wait until it listens."""
        command = [*self.under, sys.executable, str(self.script), str(self.data), str(self.port)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        # A group of its own, so that killing reaches the server under strace too.
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            assert self.process.poll() is None, "the server ended while starting"
            time.sleep(0.05)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """Kill it as a power cut of the process would, and reap it."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def wait_until_dead(self) -> None:
        """Wait for a server that something else kills."""
        assert self.process is not None
        self.process.wait(timeout=60)
        self.kill()

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> tuple[int, dict[str, str]]:
        """Send one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        common = {"Authorization": f"Bearer {TOKEN}", "Tus-Resumable": "1.0.0"}
        try:
            connection.request(method, path, body, common | headers)
            response = connection.getresponse()
            response.read()
            return response.status, dict(response.getheaders())
        finally:
            connection.close()

    def create(self, length: int) -> str:
        """Make the upload; its path."""
        headers = {
            "Upload-Length": str(length),
            "Upload-Metadata": f"track {encoded(self.track_id)}",
        }
        status, answer = self.ask("POST", "/uploads/", headers)
        assert status == 201
        return answer["Location"]

    def offset(self, path: str) -> int:
        """What the server says it has."""
        status, answer = self.ask("HEAD", path, {})
        assert status == 200
        return int(answer["Upload-Offset"])

    def patch(self, path: str, offset: int, body: bytes) -> int:
        """Send bytes; the status."""
        headers = {"Content-Type": CONTENT_TYPE, "Upload-Offset": str(offset)}
        return self.ask("PATCH", path, headers, body)[0]

    def file(self, path: str) -> Path:
        """Where the bytes lie."""
        return Folders(self.data).original(path.rpartition("/")[2])


async def furnish(settings: Settings) -> tuple[str, str]:
    """Make a class with a device and a lecture that waits for a track."""
    Folders(settings.data).make()
    now, class_id = utc_now(), new_id()
    async with open_database(settings.effective_database_url) as database:
        async with database.write() as session:
            session.add(Class(id=class_id, name="Maths", join_code="abcdefgh", created_at=now))
            await session.flush()
            session.add(
                Agent(
                    id=new_id(),
                    name="Room 12",
                    class_id=class_id,
                    token_hash=hash_token(TOKEN),
                    created_at=now,
                )
            )
        lecture_id, (track_id,) = await insert_tracks(database, class_id)
    return lecture_id, track_id


async def _ending(settings: Settings, lecture_id: str) -> tuple[LectureState, int]:
    """The lecture's state, and how many jobs were ordered."""
    async with (
        open_database(settings.effective_database_url) as database,
        database.read() as session,
    ):
        lecture = await session.get_one(Lecture, lecture_id)
        jobs = await session.scalars(
            select(Job).where(Job.lecture_id == lecture_id, Job.kind == PUBLISH)
        )
        return lecture.state, len(jobs.all())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """SQLite in the data folder: where the process that is killed looks for it."""
    return Settings(data=tmp_path / "data", listen="127.0.0.1:0", free_space_bytes=0)


@pytest.fixture
def machine(settings: Settings) -> Iterator[Machine]:
    """A server that has not been started."""
    lecture_id, track_id = asyncio.run(furnish(settings))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Machine(settings.data, port, track_id, lecture_id)
    yield made
    made.kill()


def _require_whole(machine: Machine, settings: Settings, path: str, data: bytes) -> None:
    stored = machine.file(path).read_bytes()
    assert hashlib.sha256(stored).digest() == hashlib.sha256(data).digest()
    assert asyncio.run(_ending(settings, machine.lecture_id)) == (LectureState.QUEUED, 1)


@pytest.mark.slow
def test_a_server_killed_at_random_bytes_keeps_what_it_acknowledged(
    machine: Machine, settings: Settings
) -> None:
    """F01: ten kills in one upload; acknowledged offsets never shrink, the file is the same."""
    chance = random.Random(5)
    data, chunk = chance.randbytes(40_000_000), 1_000_000
    machine.start()
    path, acknowledged = machine.create(len(data)), 0
    for _ in range(10):
        killer = threading.Timer(chance.uniform(0.02, 0.3), machine.kill)
        killer.start()
        with contextlib.suppress(OSError, http.client.HTTPException):
            while acknowledged < len(data) - 5_000_000:
                status = machine.patch(path, acknowledged, data[acknowledged:][:chunk])
                assert status == 204
                acknowledged += chunk
        killer.join()
        machine.start()
        found = machine.offset(path)
        assert found >= acknowledged
        acknowledged = found
    assert machine.patch(path, acknowledged, data[acknowledged:]) == 204
    _require_whole(machine, settings, path, data)


def _strace(*arguments: str) -> list[str]:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: the disk's faults cannot be injected")
    trial = subprocess.run(["strace", "-o", "/dev/null", "true"], check=False, capture_output=True)
    if trial.returncode != 0:
        pytest.skip("strace may not trace here: the disk's faults cannot be injected")
    return ["strace", "-f", "-qq", "-o", "/dev/null", *arguments]


@pytest.mark.slow
def test_a_failed_fsync_is_not_acknowledged(machine: Machine, settings: Settings) -> None:
    data = random.Random(6).randbytes(300_000)
    machine.start()
    path = machine.create(len(data))
    assert machine.patch(path, 0, data[:100_000]) == 204
    machine.kill()
    fault = ["-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=1"]
    machine.under = _strace("-P", str(machine.file(path)), *fault)
    machine.start()
    assert machine.patch(path, 100_000, data[100_000:]) == 503
    assert machine.offset(path) == 100_000
    while (offset := machine.offset(path)) < len(data):  # each of its threads fails once
        assert machine.patch(path, offset, data[offset:]) in (204, 503)
    _require_whole(machine, settings, path, data)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["original", "flipcast.db-wal"])
def test_a_server_killed_at_an_fsync_leaves_row_and_file_in_step(
    machine: Machine, settings: Settings, name: str
) -> None:
    """F02: at the fsync of the bytes, and at that of the row which acknowledges them."""
    data = random.Random(7).randbytes(300_000)
    machine.start()
    path = machine.create(len(data))
    assert machine.patch(path, 0, data[:100_000]) == 204
    machine.kill()
    watched = machine.file(path) if name == "original" else settings.data / name
    fault = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:signal=SIGKILL:when=1"]
    machine.under = _strace("-P", str(watched), *fault)
    machine.start()
    with pytest.raises((OSError, http.client.HTTPException)):
        machine.patch(path, 100_000, data[100_000:])
    machine.wait_until_dead()
    machine.under = []
    machine.start()
    offset = machine.offset(path)
    assert 100_000 <= offset <= machine.file(path).stat().st_size
    assert machine.patch(path, offset, data[offset:]) == 204
    _require_whole(machine, settings, path, data)


@contextlib.contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """Let the system refuse to write more, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_is_507_and_keeps_what_was_acknowledged(sender: Sender) -> None:
    data = random.Random(8).randbytes(9_000_000)
    path = await sender.upload(len(data))
    await sender.patch(path, 0, data[:5_000_000])
    with _largest_file(6_000_000):
        response = await sender.patch(path, 5_000_000, data[5_000_000:])
        assert response.status == 507
        assert "disk is full" in (await response.json())["error"]
        assert await sender.offset(path) == 5_000_000
    assert (await sender.patch(path, 5_000_000, data[5_000_000:])).status == 204
    assert sender.file(path).read_bytes() == data
