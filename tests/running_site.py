"""A real server on a real port, and people who open its pages in real browsers."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from playwright.async_api import Browser, Page
from sqlalchemy import select

from stream.app import make_app
from stream.app_keys import DATABASE, FOLDERS
from stream.clock import utc_now
from stream.database import Database
from stream.ids import new_id
from stream.jobs.worker import HABITS, Habits
from stream.people.links import make_link
from stream.people.sessions import start_session
from stream.settings import Settings
from stream.tables import (
    Class,
    ClassRole,
    Coverage,
    Lecture,
    LectureState,
    LinkPurpose,
    Membership,
    Package,
    Person,
    SchoolRole,
    WatchEvent,
)
from tests.browser import visitor
from transcode.package import FACTS_NAME


@dataclass(slots=True)
class Site:
    """A server that can be stopped and started again on the same port and data."""

    settings: Settings
    port: int = 0
    habits: Habits = field(default_factory=Habits)
    extra_files: dict[str, Path] = field(default_factory=dict)  # folders that only a test serves
    _runner: web.AppRunner | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def app(self) -> web.Application:
        assert self._runner is not None, "the server is stopped"
        return self._runner.app

    @property
    def database(self) -> Database:
        return self.app[DATABASE]

    async def start(self) -> None:
        app = make_app(self.settings)
        app[HABITS] = self.habits
        for prefix, folder in self.extra_files.items():
            app.router.add_static(prefix, folder)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        tcp = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await tcp.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = None

    async def make_class(self) -> str:
        row = Class(id=new_id(), name="Maths 11b", join_code=new_id()[:8], created_at=utc_now())
        async with self.database.write() as session:
            session.add(row)
        return row.id

    async def make_lecture(
        self, class_id: str, state: LectureState, failure: str | None = None
    ) -> str:
        """Make a lecture without a package."""
        row = Lecture(
            id=new_id(),
            class_id=class_id,
            title="Derivatives 1: from secant to slope",
            state=state,
            failure=failure,
            created_at=utc_now(),
        )
        async with self.database.write() as session:
            session.add(row)
        return row.id

    async def publish(self, lecture_id: str, folder: Path) -> None:
        """Give the lecture the package in `folder`, as the server does at the end of a job."""
        package_id = new_id()
        target = self.app[FOLDERS].package(lecture_id, package_id)
        await asyncio.to_thread(shutil.copytree, folder, target)
        facts: dict[str, Any] = msgspec.json.decode((target / FACTS_NAME).read_bytes())
        async with self.database.write() as session:
            session.add(
                Package(
                    id=package_id,
                    lecture_id=lecture_id,
                    duration_s=facts["duration_s"],
                    size_bytes=facts["size_bytes"],
                    facts=facts,
                    created_at=utc_now(),
                )
            )
            lecture = await session.get_one(Lecture, lecture_id)
            lecture.state, lecture.package_id = LectureState.READY, package_id
            lecture.duration_s = facts["duration_s"]

    async def sign_in_url(self, role: SchoolRole, class_id: str, next_path: str = "/") -> str:
        """Make a member of the class; returns a link that signs them in, once."""
        now, person_id = utc_now(), new_id()
        in_class = ClassRole.STUDENT if role is SchoolRole.STUDENT else ClassRole.TEACHER
        async with self.database.write() as session:
            session.add(Person(id=person_id, role=role, name="Maria", created_at=now))
            await session.flush()
            session.add(
                Membership(class_id=class_id, person_id=person_id, role=in_class, created_at=now)
            )
            path = await make_link(
                session, LinkPurpose.SIGN_IN, person_id, next_path, now, timedelta(hours=1)
            )
        return self.url + path

    async def events(self, lecture_id: str) -> list[WatchEvent]:
        """What the server has kept of the lecture's log, in the order of the session."""
        async with self.database.read() as session:
            rows = await session.scalars(
                select(WatchEvent)
                .where(WatchEvent.lecture_id == lecture_id)
                .order_by(WatchEvent.session, WatchEvent.seq)
            )
            return list(rows)

    async def covered(self, lecture_id: str) -> set[int]:
        """The seconds somebody has played."""
        async with self.database.read() as session:
            rows = await session.scalars(
                select(Coverage.seconds).where(Coverage.lecture_id == lecture_id)
            )
            merged = 0
            for seconds in rows:
                merged |= int.from_bytes(seconds, "little")
        return {second for second in range(merged.bit_length()) if merged >> second & 1}


@asynccontextmanager
async def running_site(data: Path, **limits: int) -> AsyncIterator[Site]:
    """A site that listens on loopback, with a data folder and limits of its own."""
    settings = Settings(data=data, listen="127.0.0.1:0", free_space_bytes=0, av1="off", **limits)  # type: ignore[arg-type]
    site = Site(settings)
    await site.start()
    try:
        yield site
    finally:
        await site.stop()


@dataclass(frozen=True, slots=True)
class Watched:
    """A lecture that is ready, and its class."""

    class_id: str
    lecture_id: str

    @property
    def path(self) -> str:
        return f"/lectures/{self.lecture_id}"


@asynccontextmanager
async def open_page(
    site: Site,
    browser: Browser,
    class_id: str,
    path: str,
    role: SchoolRole = SchoolRole.STUDENT,
    **options: object,
) -> AsyncIterator[Page]:
    """The page as a fresh member of the class sees it, in a fresh profile."""
    url = await site.sign_in_url(role, class_id)
    async with visitor(browser, url, **options) as context:
        page = await context.new_page()
        await page.goto(site.url + path)
        yield page


async def simulated_students(database: Database, class_id: str, count: int) -> list[str]:
    """Make members of the class that are marked as simulated; returns their session tokens."""
    now, tokens = utc_now(), []
    async with database.write() as session:
        for number in range(count):
            person = Person(
                id=new_id(), role=SchoolRole.STUDENT, name=f"Classmate {number}",
                is_simulated=True, created_at=now,
            )  # fmt: skip
            session.add(person)
            await session.flush()
            session.add(
                Membership(
                    class_id=class_id, person_id=person.id, role=ClassRole.STUDENT, created_at=now
                )
            )
            tokens.append(await start_session(session, person.id, now, timedelta(days=1)))
    return tokens
