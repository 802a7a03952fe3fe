"""A running server whose jobs only lie in the queue, and people who send tracks to it."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from stream.app import make_app
from stream.app_keys import DATABASE, FOLDERS
from stream.clock import utc_now
from stream.database import Database
from stream.ids import new_id
from stream.ingest.pace import PATIENCE, Patience
from stream.jobs.early import EarlyJobs
from stream.jobs.lanes import Machine
from stream.jobs.notices import NOTICES, Notices
from stream.jobs.orders import PublishOrders
from stream.jobs.queue import InMemoryQueue
from stream.jobs.turns import Turns
from stream.jobs.worker import EARLY_JOBS, PUBLISH_ORDERS, worker
from stream.people.sessions import COOKIE
from stream.settings import Settings
from stream.tables import (
    Lecture,
    LectureState,
    Origin,
    Recording,
    SchoolRole,
    Track,
    TrackRole,
    Upload,
)
from tests.stream.conftest import MakeClass, SignedIn, SignIn

CONTENT_TYPE = "application/offset+octet-stream"


def encoded(text: str | bytes) -> str:
    """Base64 as tus headers carry it."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def checksum_of(data: bytes, algorithm: str = "sha256") -> dict[str, str]:
    """The Upload-Checksum header of `data`."""
    digest = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return {"Upload-Checksum": f"{algorithm} {encoded(digest)}"}


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who speaks tus 1.0.0 for one track."""

    person: SignedIn
    class_id: str
    lecture_id: str
    track_id: str

    @property
    def app(self) -> web.Application:
        """The running application."""
        app: web.Application | None = self.person.client.app
        assert app is not None
        return app

    async def ask(self, method: str, path: str, **options: Any) -> ClientResponse:
        """Send a request with the protocol's version; header value None: leave it out."""
        headers = {"Tus-Resumable": "1.0.0"} | options.pop("headers", {})
        kept = {name: value for name, value in headers.items() if value is not None}
        return await self.person.request(method, path, headers=kept, **options)

    async def create(self, length: int | None, data: Any = None, **headers: Any) -> ClientResponse:
        """POST; `length` None leaves Upload-Length out. Underscores in names become hyphens."""
        sent: dict[str, Any] = {"Upload-Metadata": f"track {encoded(self.track_id)}"}
        if length is not None:
            sent["Upload-Length"] = str(length)
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.ask("POST", "/uploads/", headers=sent, data=data)

    async def upload(self, length: int | None, **headers: Any) -> str:
        """Make an upload and return its path."""
        if length is None:
            headers["Upload_Defer_Length"] = "1"
        response = await self.create(length, **headers)
        assert response.status == 201, await response.text()
        return response.headers["Location"]

    async def patch(self, path: str, offset: object, data: Any, **headers: Any) -> ClientResponse:
        """PATCH `data` at `offset`."""
        sent: dict[str, Any] = {"Content-Type": CONTENT_TYPE, "Upload-Offset": str(offset)}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.ask("PATCH", path, headers=sent, data=data)

    async def head(self, path: str) -> ClientResponse:
        """HEAD."""
        return await self.ask("HEAD", path)

    async def offset(self, path: str) -> int:
        """The offset that the server has acknowledged."""
        return int((await self.head(path)).headers["Upload-Offset"])

    def file(self, path: str) -> Path:
        """Where the server keeps the upload's bytes."""
        return self.app[FOLDERS].original(path.rpartition("/")[2])

    async def row(self, path: str) -> Upload:
        """The upload's row."""
        async with self.app[DATABASE].read() as session:
            row = await session.get(Upload, path.rpartition("/")[2])
        assert row is not None
        return row

    async def lecture(self) -> Lecture:
        """The lecture's row."""
        async with self.app[DATABASE].read() as session:
            row = await session.get(Lecture, self.lecture_id)
        assert row is not None
        return row


@dataclass(slots=True)
class SlowPatch:
    """A PATCH on a connection of its own, whose body is sent by hand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Send some bytes of the body."""
        self.writer.write(data)
        await self.writer.drain()

    async def status(self) -> int:
        """Wait for the answer; its status."""
        line = await self.reader.readline()
        return int(line.split()[1])

    def break_off(self) -> None:
        """Reset the connection."""
        self.writer.transport.abort()


async def begin_patch(sender: Sender, path: str, offset: int, body_bytes: int) -> SlowPatch:
    """Send the head of a PATCH; the body is up to the test."""
    url = sender.person.client.make_url("/")
    assert url.host is not None
    reader, writer = await asyncio.open_connection(url.host, url.port)
    fields = {
        "Host": f"{url.host}:{url.port}",
        "Origin": str(url).rstrip("/"),
        "Cookie": f"{COOKIE}={sender.person.token}",
        "Tus-Resumable": "1.0.0",
        "Content-Type": CONTENT_TYPE,
        "Upload-Offset": str(offset),
        "Content-Length": str(body_bytes),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"PATCH {path} HTTP/1.1\r\n{head}\r\n".encode())
    await writer.drain()
    return SlowPatch(reader, writer)


MakeSender = Callable[..., Awaitable[Sender]]
MakeTracks = Callable[..., Awaitable[tuple[str, list[str]]]]


async def _orders_without_worker(app: web.Application) -> AsyncIterator[None]:
    database, folders, queue = app[DATABASE], app[FOLDERS], InMemoryQueue()
    app[PUBLISH_ORDERS] = PublishOrders(database, queue, app[NOTICES], folders)
    turns = Turns(lambda: Machine(slots=0, memory_bytes=0, room_bytes=0))
    app[EARLY_JOBS] = EarlyJobs(database, folders, queue, turns, Notices())
    yield


def make_idle_app(settings: Settings) -> web.Application:
    """The server, but orders stay in the queue: what is sent here is no video."""
    app = make_app(settings)
    app.cleanup_ctx[app.cleanup_ctx.index(worker)] = _orders_without_worker
    return app


@pytest.fixture
def patience() -> Patience:
    """How long the server waits for slow bodies."""
    return Patience()


@pytest.fixture
async def client(settings: Settings, patience: Patience) -> AsyncIterator[TestClient[Any, Any]]:
    """A running server that encodes nothing."""
    app = make_idle_app(settings)
    app[PATIENCE] = patience
    async with TestClient(TestServer(app), cookie_jar=DummyCookieJar()) as running:
        yield running


@pytest.fixture
def make_tracks(database: Database) -> MakeTracks:
    """Make a lecture with tracks in a class; returns its id and theirs."""

    async def make(class_id: str, *roles: TrackRole) -> tuple[str, list[str]]:
        return await insert_tracks(database, class_id, *roles)

    return make


async def insert_tracks(
    database: Database, class_id: str, *roles: TrackRole
) -> tuple[str, list[str]]:
    """Store a lecture that waits for tracks."""
    now, lecture_id, recording_id = utc_now(), new_id(), new_id()
    tracks = {new_id(): role for role in roles or (TrackRole.PRESENTATION,)}
    async with database.write() as session:
        session.add(
            Lecture(
                id=lecture_id,
                class_id=class_id,
                title="Derivatives",
                state=LectureState.UPLOADING,
                created_at=now,
            )
        )
        await session.flush()
        session.add(
            Recording(id=recording_id, lecture_id=lecture_id, origin=Origin.UPLOAD, created_at=now)
        )
        await session.flush()
        session.add_all(
            Track(id=track_id, recording_id=recording_id, role=role)
            for track_id, role in tracks.items()
        )
    return lecture_id, list(tracks)


@pytest.fixture
def make_sender(sign_in: SignIn, make_class: MakeClass, make_tracks: MakeTracks) -> MakeSender:
    """Make a teacher with a class and a lecture that waits for one track."""

    async def make(role: SchoolRole = SchoolRole.TEACHER) -> Sender:
        class_id = await make_class()
        lecture_id, (track_id,) = await make_tracks(class_id)
        person = await sign_in(role, class_id)
        return Sender(person, class_id, lecture_id, track_id)

    return make


@pytest.fixture
async def sender(make_sender: MakeSender) -> Sender:
    """A teacher who is about to send a track."""
    return await make_sender()
