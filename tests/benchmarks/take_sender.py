"""Sends a take as the recorder does: slice by slice as it was recorded, by the upload token."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, DummyCookieJar

from tests.benchmarks.take_material import TakeTrack

TUS = {"Tus-Resumable": "1.0.0"}
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in browser."""

    http: ClientSession
    cookie: str

    async def get(self, path: str) -> str:
        """The text of a page or a playlist; empty when it is not there."""
        async with self.http.get(path, headers={"Cookie": self.cookie}) as response:
            return await response.text() if response.status == 200 else ""

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any, str]:
        """Status, JSON and Location of an answer."""
        own = {"Cookie": self.cookie, "Origin": str(self.http._base_url).rstrip("/")}
        headers = own | options.pop("headers", {})
        async with self.http.request(method, path, headers=headers, **options) as response:
            is_json = response.content_type == "application/json"
            answer = await response.json() if is_json else await response.text()
            return response.status, answer, response.headers.get("Location", "")


@dataclass(frozen=True, slots=True)
class School:
    """A class with a teacher and a student."""

    class_id: str
    teacher: Person
    student: Person


@asynccontextmanager
async def new_school(base: str, setup_url: str) -> AsyncIterator[School]:
    """Set up a fresh server, as people do."""
    async with ClientSession(base, cookie_jar=DummyCookieJar()) as http:
        teacher = await _account(http, setup_url.removeprefix(base), "teacher")
        _, _, path = await teacher.ask(
            "POST", "/classes", data={"name": "Maths 11b"}, allow_redirects=False
        )
        found = re.search(r"/join/(\w+)", await teacher.get(path))
        assert found is not None
        student = await _account(http, found[0], "student")
        yield School(path.rpartition("/")[2], teacher, student)


async def _account(http: ClientSession, path: str, login: str) -> Person:
    form = {"name": login.title(), "login": login, "password": PASSWORD}
    async with http.post(path, data=form, allow_redirects=False) as response:
        assert response.status == 303, await response.text()
        return Person(http, response.headers["Set-Cookie"].partition(";")[0])


@dataclass(slots=True)
class Take:
    """A take on its way; times are of the loop's clock."""

    lecture_id: str
    began_s: float
    stopped_s: float = 0.0  # its last slice was there
    acknowledged_s: float = 0.0  # the server had it


async def send_take(
    school: School, tracks: Sequence[TakeTrack], speed: float, begun: asyncio.Future[Take]
) -> None:
    """Send all tracks side by side, `speed` times as fast as they were recorded."""
    order = {
        "class_id": school.class_id,
        "title": "Take",
        "origin": "browser",
        "is_live": True,
        "tracks": [
            {"role": track.role, "start_offset_ms": track.start_offset_ms} for track in tracks
        ],
    }
    status, made, _ = await school.teacher.ask("POST", "/api/lectures", json=order)
    assert status == 201, made
    ids = {each["role"]: each["id"] for each in made["tracks"]}
    take = Take(made["id"], _now_s())
    begun.set_result(take)
    async with asyncio.TaskGroup() as group:
        for track in tracks:
            sender = _Sender(school.teacher.http, made["upload_token"], ids[track.role], track)
            group.create_task(sender.send(take, speed))


@dataclass(frozen=True, slots=True)
class _Sender:
    http: ClientSession
    token: str
    track_id: str
    track: TakeTrack

    async def send(self, take: Take, speed: float) -> None:
        data, offset = self.track.path.read_bytes(), 0
        metadata = {"Upload-Metadata": f"track {_base64(self.track_id.encode())}"}
        location = await self._ask("POST", "/uploads/", metadata | {"Upload-Defer-Length": "1"})
        for each in self.track.slices:
            await asyncio.sleep(take.began_s + each.at_s / speed - _now_s())
            is_last = each.end_byte == len(data)
            if is_last:
                take.stopped_s = max(take.stopped_s, _now_s())
            await self._append(location, data[offset : each.end_byte], offset, is_last)
            offset = each.end_byte
        take.acknowledged_s = max(take.acknowledged_s, _now_s())

    async def _append(self, path: str, data: bytes, offset: int, is_last: bool) -> None:
        headers = {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {_base64(hashlib.sha256(data).digest())}",
        }
        if is_last:
            headers["Upload-Length"] = str(offset + len(data))
        await self._ask("PATCH", path, headers, data)

    async def _ask(self, method: str, path: str, headers: dict[str, str], data: bytes = b"") -> str:
        own = TUS | {"Authorization": f"Bearer {self.token}"} | headers
        async with self.http.request(method, path, headers=own, data=data) as response:
            assert response.status in (201, 204), await response.text()
            return response.headers.get("Location", "")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _now_s() -> float:
    return asyncio.get_running_loop().time()
