"""A fake of the server: just enough of the lectures API and of tus 1.0.0, and faults on demand.

It keeps every byte it acknowledged in a file per upload. It can cut the connection in the middle
of a chunk (keeping what had arrived, as a real server may), answer any request with a fault, and
restart with what it has.
"""

import asyncio
import base64
import hashlib
import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

TOKEN = "right-token"
CLASS_ID = "c1a55"


@dataclass
class FakeUpload:
    """One upload: where its bytes are and what the agent declared."""

    path: Path
    track_id: str
    length: int | None = None

    @property
    def offset(self) -> int:
        return self.path.stat().st_size


@dataclass
class Fault:
    """Answer the next `times` requests of `method` with `status` instead of doing them."""

    method: str
    status: int
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)


class FakeServer:
    """State and handlers; `application()` goes into an aiohttp test server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lectures: list[dict[str, Any]] = []
        self.roles: dict[str, str] = {}  # track id → role
        self.uploads: dict[str, FakeUpload] = {}
        self.requests: list[tuple[str, int]] = []  # method and Upload-Offset (-1: none)
        self.tokens_seen: set[str] = set()
        self.faults: list[Fault] = []
        self.cut_at: list[int] = []  # total bytes received at which to cut the connection
        self.kept_at: list[int] = []  # how far an upload was after each cut
        self.location_prefix = ""
        self.received_bytes = 0
        self._number = itertools.count(1)

    def application(self) -> web.Application:
        application = web.Application(client_max_size=1 << 30, middlewares=[self._gate])
        application.router.add_post("/api/lectures", self._make_lecture)
        application.router.add_post("/uploads/", self._make_upload)
        application.router.add_head("/uploads/{id}", self._head)
        application.router.add_patch("/uploads/{id}", self._patch)
        return application

    def upload_of(self, role: str, lecture: int = 0) -> FakeUpload:
        """The newest upload for the track with that role in the n-th lecture."""
        tracks = self.lectures[lecture]["tracks"]
        ids = [track["id"] for track in tracks if track["role"] == role]
        return [u for u in self.uploads.values() if u.track_id in ids][-1]

    def start_offset_ms(self, role: str, lecture: int = 0) -> int:
        tracks = self.lectures[lecture]["tracks"]
        return int(next(t["start_offset_ms"] for t in tracks if t["role"] == role))

    @web.middleware
    async def _gate(self, request: web.Request, handler):  # type: ignore[no-untyped-def]
        self.requests.append((request.method, int(request.headers.get("Upload-Offset", -1))))
        self.tokens_seen.add(request.headers.get("Authorization", ""))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _error(401, "This token is not known.")
        for fault in self.faults:
            if fault.method == request.method and fault.times > 0:
                fault.times -= 1
                return _error(fault.status, "A fault was asked for.", fault.headers)
        return await handler(request)

    async def _make_lecture(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked["class_id"] != CLASS_ID:
            return _error(404, "There is no such class.")
        assert asked["origin"] == "agent"
        tracks = [{**track, "id": f"t{next(self._number)}"} for track in asked["tracks"]]
        lecture = {**asked, "id": f"l{next(self._number)}", "tracks": tracks}
        self.lectures.append(lecture)
        return web.json_response(
            {
                "id": lecture["id"],
                "url": f"/lectures/{lecture['id']}",
                "tracks": [{"id": t["id"], "role": t["role"]} for t in tracks],
            },
            status=201,
        )

    async def _make_upload(self, request: web.Request) -> web.Response:
        assert request.headers["Tus-Resumable"] == "1.0.0"
        assert request.headers["Upload-Defer-Length"] == "1"
        pairs = dict(pair.split(" ") for pair in request.headers["Upload-Metadata"].split(","))
        name = f"u{next(self._number)}"
        path = self.folder / name
        path.touch()
        self.uploads[name] = FakeUpload(path, base64.b64decode(pairs["track"]).decode())
        location = f"{self.location_prefix}/uploads/{name}"
        return web.Response(status=201, headers={"Location": location})

    async def _head(self, request: web.Request) -> web.Response:
        upload = self.uploads.get(request.match_info["id"])
        if upload is None:
            return web.Response(status=404)
        headers = {"Upload-Offset": str(upload.offset), "Cache-Control": "no-store"}
        if upload.length is None:
            headers["Upload-Defer-Length"] = "1"
        else:
            headers["Upload-Length"] = str(upload.length)
        return web.Response(headers=headers)

    async def _patch(self, request: web.Request) -> web.Response:
        upload = self.uploads.get(request.match_info["id"])
        if upload is None:
            return _error(404, "There is no such upload.")
        if int(request.headers["Upload-Offset"]) != upload.offset:
            return _error(409, "The chunk does not start where the upload ends.")
        data = await self._receive(request, upload)
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        if request.headers["Upload-Checksum"] != f"sha256 {digest}":
            return _error(460, "The chunk was damaged on its way.")
        with upload.path.open("ab") as file:
            file.write(data)
        if "Upload-Length" in request.headers:
            assert upload.length is None, "the length may be declared once"
            upload.length = int(request.headers["Upload-Length"])
        return web.Response(status=204, headers={"Upload-Offset": str(upload.offset)})

    async def _receive(self, request: web.Request, upload: FakeUpload) -> bytes:
        data = b""
        async for piece in request.content.iter_chunked(4096):
            data += piece
            self.received_bytes += len(piece)
            if self.cut_at and self.received_bytes >= self.cut_at[0]:
                self.cut_at.pop(0)
                with upload.path.open("ab") as file:
                    file.write(data)
                self.kept_at.append(upload.offset)
                assert request.transport is not None
                request.transport.abort()
                raise asyncio.CancelledError
        return data


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": sentence}, status=status, headers=headers)
