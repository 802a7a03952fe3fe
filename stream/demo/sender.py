"""Sends the demo lecture as a teacher's browser does: API for the lecture, tus for its tracks."""

import asyncio
import base64
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar

from stream.demo.recorded import RecordedLecture
from stream.errors import FlipcastError
from stream.people.sessions import COOKIE

CHUNK_BYTES = 2**20
TIMEOUT_S = 60.0


class DemoFailed(FlipcastError):
    """The demo's own server refused something it should accept."""


class TeacherClient:
    """A signed-in teacher's HTTP client; use it as `async with`."""

    def __init__(self, base_url: str, token: str) -> None:
        # Not a cookie jar: aiohttp does not send Secure cookies to http://127.0.0.1, browsers do.
        headers = {"Cookie": f"{COOKIE}={token}", "Origin": base_url}
        self._http = ClientSession(
            base_url, headers=headers, cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=TIMEOUT_S),
        )  # fmt: skip

    async def __aenter__(self) -> "TeacherClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def send_lecture(self, class_id: str, lecture: RecordedLecture, folder: Path) -> str:
        """Create the lecture, send its tracks, and return its id. Raises DemoFailed."""
        tracks = [
            {"role": track.role, "start_offset_ms": track.start_offset_ms}
            for track in lecture.tracks
        ]
        order = {"class_id": class_id, "title": lecture.title, "tracks": tracks}
        async with self._http.post("/api/lectures", json=order) as response:
            made = await _json(response, 201)
        ids = {track["role"]: track["id"] for track in made["tracks"]}
        for track in lecture.tracks:
            await self._send_track(ids[track.role], folder / track.file)
        return str(made["id"])

    async def show_lecture(self, lecture_id: str) -> dict[str, Any]:
        """Return what the API says about the lecture. Raises DemoFailed."""
        async with self._http.get(f"/api/lectures/{lecture_id}") as response:
            return await _json(response, 200)

    async def _send_track(self, track_id: str, path: Path) -> None:
        content = await asyncio.to_thread(path.read_bytes)
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(content)),
            "Upload-Metadata": f"track {_base64(track_id)},filename {_base64(path.name)}",
        }
        async with self._http.post("/uploads/", headers=headers) as response:
            await _expect(response, 201)
            location = response.headers["Location"]
        for offset in range(0, len(content), CHUNK_BYTES):
            headers = {
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
            }
            chunk = content[offset : offset + CHUNK_BYTES]
            async with self._http.patch(location, data=chunk, headers=headers) as response:
                await _expect(response, 204)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def _json(response: ClientResponse, status: int) -> dict[str, Any]:
    await _expect(response, status)
    answer: dict[str, Any] = await response.json()
    return answer


async def _expect(response: ClientResponse, status: int) -> None:
    if response.status != status:
        raise DemoFailed(f"{response.url.path}: {response.status} {await response.text()}")
