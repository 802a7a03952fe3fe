"""A real server on a real SQLite file, and people who are signed in to it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from stream.app import make_app
from stream.app_keys import DATABASE
from stream.clock import utc_now
from stream.database import Database, open_database
from stream.ids import new_id
from stream.people.sessions import COOKIE, start_session
from stream.settings import Settings
from stream.tables import Class, ClassRole, Membership, Person, SchoolRole
from tests.postgres import TEMPLATE, PostgresServer, find_postgres, running_postgres


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a browser: requests carry the session cookie and this site's Origin.

    The cookie is set by hand because aiohttp's client, unlike browsers, does not send Secure
    cookies to http://127.0.0.1.
    """

    client: TestClient[Any, Any]
    person_id: str
    token: str

    async def request(self, method: str, path: str, **options: Any) -> ClientResponse:
        headers = {
            "Cookie": f"{COOKIE}={self.token}",
            "Origin": str(self.client.make_url("/")).rstrip("/"),
            "Sec-Fetch-Site": "same-origin",
        }
        headers |= options.pop("headers", {})
        options.setdefault("allow_redirects", False)
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> ClientResponse:
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> ClientResponse:
        return await self.request("POST", path, **options)


SignIn = Callable[..., Awaitable[SignedIn]]
MakeClass = Callable[..., Awaitable[str]]


async def _make_schema(url: str) -> None:
    async with open_database(url):
        pass


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the newest schema, to be copied: making one takes longer than a test."""
    path = tmp_path_factory.mktemp("schema") / "flipcast.db"
    asyncio.run(_make_schema(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL whose database TEMPLATE has the newest schema."""
    binaries = find_postgres()
    if binaries is None:
        pytest.skip("no PostgreSQL: install the package `postgresql` to run this test")
    with running_postgres(binaries) as server:
        server.sql(f"CREATE DATABASE {TEMPLATE}")
        asyncio.run(_make_schema(server.url(TEMPLATE)))
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh database with the newest schema: every test here runs on both kinds."""
    if request.param == "sqlite":
        (tmp_path / "data").mkdir()
        path = tmp_path / "data" / "flipcast.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        return f"sqlite+aiosqlite:///{path}"
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"test_{new_id()}"
    server.sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return server.url(name)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of a server with a data folder of its own and no space to keep free."""
    return Settings(
        data=tmp_path / "data",
        listen="127.0.0.1:0",
        free_space_bytes=0,
        database_url=database_url,
        av1="off",  # an encode of its own, after each that is tested
    )


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[TestClient[Any, Any]]:
    """A client without cookies of a running server."""
    async with TestClient(TestServer(make_app(settings)), cookie_jar=DummyCookieJar()) as running:
        yield running


@pytest.fixture
def database(client: TestClient[Any, Any]) -> Database:
    """The running server's database."""
    app = client.app
    assert app is not None
    opened: Database = app[DATABASE]
    return opened


@pytest.fixture
def make_class(database: Database) -> MakeClass:
    """Make a class; returns its id."""

    async def make(name: str = "Maths 11b") -> str:
        class_id = new_id()
        row = Class(id=class_id, name=name, join_code=class_id[:8], created_at=utc_now())
        async with database.write() as session:
            session.add(row)
        return class_id

    return make


@pytest.fixture
def sign_in(client: TestClient[Any, Any], database: Database) -> SignIn:
    """Make a person, a member of the given classes, and sign them in."""

    async def make(
        role: SchoolRole = SchoolRole.STUDENT, *class_ids: str, name: str = "Maria"
    ) -> SignedIn:
        now, person_id = utc_now(), new_id()
        class_role = ClassRole.STUDENT if role is SchoolRole.STUDENT else ClassRole.TEACHER
        async with database.write() as session:
            session.add(Person(id=person_id, role=role, name=name, created_at=now))
            await session.flush()
            for class_id in class_ids:
                session.add(
                    Membership(
                        class_id=class_id, person_id=person_id, role=class_role, created_at=now
                    )
                )
            token = await start_session(session, person_id, now, timedelta(days=1))
        return SignedIn(client, person_id, token)

    return make
