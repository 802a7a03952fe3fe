"""A take recorded in the browser: followed from its first bytes, shown once it has arrived."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from stream.app import make_app
from stream.app_keys import DATABASE
from stream.settings import Settings
from stream.tables import Job, JobState, Lane, SchoolRole
from tests.generated_media import browser_recording
from tests.stream.conftest import MakeClass, SignedIn, SignIn
from tests.stream.ingest.recorder import Recorder, ask_for_take, begin_take

pytestmark = pytest.mark.slow

MEDIA_S = 16.0
SENDER = Path(__file__).with_name("take_sender.py")


@pytest.fixture(scope="session")
def track(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("media")
    return browser_recording(folder / "take.webm", MEDIA_S).read_bytes()


@pytest.fixture(params=["sqlite"])
def database_url(tmp_path: Path, empty_sqlite: Path) -> str:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "flipcast.db"
    path.write_bytes(empty_sqlite.read_bytes())
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[TestClient[Any, Any]]:
    """A server with the habits that servers have."""
    async with TestClient(TestServer(make_app(settings)), cookie_jar=DummyCookieJar()) as running:
        yield running


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while True:
            if await is_so():
                return
            await asyncio.sleep(0.05)


async def facts(person: SignedIn, lecture_id: str) -> dict[str, Any]:
    """What they are told of the lecture; nothing if it does not exist for them."""
    response = await person.get(f"/api/lectures/{lecture_id}")
    told: dict[str, Any] = await response.json() if response.status == 200 else {}
    return told


async def test_a_take_is_followed_at_once_and_shown_to_students_when_it_has_arrived(
    sign_in: SignIn, make_class: MakeClass, track: bytes
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    student = await sign_in(SchoolRole.STUDENT, class_id)
    roles = [{"role": "presentation"}, {"role": "presenter"}]
    made = await ask_for_take(teacher, class_id, tracks=roles)
    token, lecture_id = made["upload_token"], made["id"]
    screen, camera = [
        Recorder(teacher, class_id, lecture_id, each["id"], token) for each in made["tracks"]
    ]

    async def job() -> Job | None:
        async with screen.app[DATABASE].read() as session:
            found: Job | None = await session.scalar(select(Job))
        return found

    paths = {sender: await sender.upload(None) for sender in (screen, camera)}
    first, rest = track[:200_000], track[200_000:]  # two seconds are enough to tell what it is
    await screen.patch(paths[screen], 0, first)
    await asyncio.sleep(0.5)
    assert await job() is None, "one track alone is no lecture"
    await camera.patch(paths[camera], 0, first)

    async def is_begun() -> bool:
        return await job() is not None

    await until(is_begun)
    begun = await job()
    assert begun is not None
    assert begun.lane is Lane.LIVE
    most = len(rest) - 100
    for sender in (screen, camera):
        await sender.patch(paths[sender], len(first), rest[:most])

    async def has_grown() -> bool:
        return (await facts(teacher, lecture_id))["growing"] is not None

    await until(has_grown)
    assert await facts(student, lecture_id) == {}
    for sender in (screen, camera):
        whole = str(len(track))
        await sender.patch(paths[sender], len(first) + most, rest[most:], Upload_Length=whole)
    assert (await facts(student, lecture_id))["state"] in ("encoding", "ready")

    async def is_ready() -> bool:
        return bool((await facts(student, lecture_id))["state"] == "ready")

    await until(is_ready)
    done = await job()
    assert done is not None
    assert (done.id, done.state, done.attempt) == (begun.id, JobState.DONE, 1)
    assert (await facts(student, lecture_id))["duration_s"] == pytest.approx(MEDIA_S, abs=0.3)


async def test_a_take_whose_sender_was_killed_is_finished_with_what_is_there(
    sign_in: SignIn, make_class: MakeClass, track: bytes, tmp_path: Path
) -> None:
    teacher = await sign_in(SchoolRole.TEACHER, await make_class())
    class_id = (await (await teacher.get("/api/classes")).json())["classes"][0]["id"]
    sender = await begin_take(teacher, class_id)
    path = await sender.upload(None)
    file = tmp_path / "take.webm"
    file.write_bytes(track)
    base = str(teacher.client.make_url("/")).removeprefix("http://").rstrip("/")
    command = [sys.executable, str(SENDER), base, path, sender.token, str(file)]
    process = await asyncio.create_subprocess_exec(*command)

    async def is_half_way() -> bool:
        return await sender.offset(path) > len(track) / 2

    try:
        await until(is_half_way)
    finally:
        process.kill()
        await process.wait()
    sent = await sender.offset(path)
    assert (await facts(teacher, sender.lecture_id))["state"] == "recording"
    assert (await teacher.post(f"/lectures/{sender.lecture_id}/finish")).status == 303

    async def is_ready() -> bool:
        return bool((await facts(teacher, sender.lecture_id))["state"] == "ready")

    await until(is_ready)
    made_s = (await facts(teacher, sender.lecture_id))["duration_s"]
    assert made_s == pytest.approx(MEDIA_S * sent / len(track), abs=1.5)
