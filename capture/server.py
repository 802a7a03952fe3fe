"""The server as the agent sees it: make a lecture, and tus 1.0.0 for its tracks.

One origin gets the token. Redirects are not followed, and an upload that would live elsewhere is
refused: a forged answer cannot carry the token away. Every wait has an end.
"""

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import msgspec
from yarl import URL

from capture.errors import (
    OutOfStep,
    ServerError,
    ServerRefused,
    ServerUnavailable,
    UploadGone,
)

CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 30.0
CHUNK_TIMEOUT_S = 90.0  # the smallest chunk needs 8 s at 32 kbit/s
MAX_ANSWER_BYTES = 64 << 10
TUS = {"Tus-Resumable": "1.0.0"}
PATIENT = frozenset({408, 423, 425, 429})  # and every 5xx, 507 "no space" among them


@dataclass(frozen=True, slots=True)
class MadeTrack:
    """A track as the server knows it."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class MadeLecture:
    """What the server answers when it has made a lecture."""

    id: str
    url: str
    tracks: list[MadeTrack]


@dataclass(frozen=True, slots=True)
class UploadState:
    """What the server has of an upload."""

    offset: int
    length: int | None  # None until it was declared


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Complaint(msgspec.Struct):
    error: str = ""


class Server:
    """One server. Raises ServerError and its kin from every method, and nothing else."""

    def __init__(self, session: aiohttp.ClientSession, origin: str, token: str) -> None:
        self._session = session
        self._authorization = {"Authorization": f"Bearer {token}"}
        self.origin = origin

    async def make_lecture(
        self, *, class_id: str, title: str, offsets_ms: Mapping[str, int], take_id: str
    ) -> MadeLecture:
        """Make a lecture with a track per role of `offsets_ms`."""
        tracks = [{"role": role, "start_offset_ms": ms} for role, ms in offsets_ms.items()]
        body = {"class_id": class_id, "title": title, "origin": "agent", "tracks": tracks}
        headers = {"Content-Type": "application/json", "Idempotency-Key": take_id}
        answer = await self._ask("POST", "/api/lectures", headers, msgspec.json.encode(body))
        try:
            return msgspec.json.decode(answer.body, type=MadeLecture)
        except msgspec.DecodeError as error:
            raise _no_flipcast(answer) from error

    async def make_upload(self, track_id: str, filename: str) -> str:
        """Make an upload of unknown length for a track; its absolute address."""
        metadata = f"track {_base64(track_id.encode())},filename {_base64(filename.encode())}"
        headers = {**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata}
        answer = await self._ask("POST", "/uploads/", headers)
        location = answer.headers.get("Location", "")
        if not location:
            raise _no_flipcast(answer)
        return str(self.own_url(location))

    async def upload_state(self, upload_url: str) -> UploadState:
        """How much of an upload the server has."""
        answer = await self._ask("HEAD", upload_url, TUS)
        offset = _count(answer.headers.get("Upload-Offset"))
        if offset is None:
            raise _no_flipcast(answer)
        return UploadState(offset, _count(answer.headers.get("Upload-Length")))

    async def append(self, upload_url: str, offset: int, data: bytes, length: int | None) -> int:
        """Send `data` for `offset` and declare the length when it is known; the new offset."""
        digest = hashlib.sha256(data).digest()
        headers = {
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {_base64(digest)}",
        }
        if length is not None:
            headers["Upload-Length"] = str(length)
        answer = await self._ask("PATCH", upload_url, headers, data, CHUNK_TIMEOUT_S)
        accepted = _count(answer.headers.get("Upload-Offset"))
        if accepted is None:
            raise _no_flipcast(answer)
        return accepted

    def own_url(self, address: str) -> URL:
        """`address` on this server, absolute. Raises ServerRefused when it is elsewhere."""
        url = URL(self.origin).join(URL(address))
        if str(url.origin()) != self.origin:
            raise ServerRefused(
                f"The server wants the recording to go to {url.host}, which is another server; "
                "nothing was sent there."
            )
        return url

    async def _ask(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        data: bytes = b"",
        timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> Answer:
        url = self.own_url(address)
        limit = aiohttp.ClientTimeout(total=timeout_s, sock_connect=CONNECT_TIMEOUT_S)
        try:
            async with self._session.request(
                method,
                url,
                headers={**headers, **self._authorization},
                data=data,
                timeout=limit,
                allow_redirects=False,
            ) as response:
                body = await response.content.read(MAX_ANSWER_BYTES)
                answer = Answer(response.status, response.headers, body)
        except aiohttp.ClientConnectorCertificateError as error:
            raise ServerUnavailable(f"The certificate of {url.host} is not valid.") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ServerUnavailable(f"{self.origin} cannot be reached.") from error
        if not 200 <= answer.status < 300:
            raise error_for(method, answer)
        return answer


@asynccontextmanager
async def connected(origin: str, token: str) -> AsyncIterator[Server]:
    """The server at `origin`, with connections that are closed when the block ends."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Server(session, origin, token)


def error_for(method: str, answer: Answer) -> ServerError:
    """What an answer that is no success means for the agent. Pure."""
    status, says = answer.status, _sentence(answer)
    if 300 <= status < 400:
        to = answer.headers.get("Location", "another address")
        return ServerRefused(f"The server points to {to}; give that address after --to.", status)
    if status == 401:
        return ServerRefused(f"The server does not accept the agent's token.{says}", status)
    if status == 403:
        return ServerRefused(f"The agent may not record for this class.{says}", status)
    if status in PATIENT or status >= 500:
        return ServerUnavailable(f"The server cannot take it now (status {status}).{says}", status)
    if method in ("HEAD", "PATCH") and status in (404, 410):
        return UploadGone(f"The server no longer has this upload.{says}", status)
    if method == "PATCH" and status in (409, 460):
        return OutOfStep(f"The server expected other bytes (status {status}).{says}", status)
    return ServerRefused(f"The server refused the recording (status {status}).{says}", status)


def _sentence(answer: Answer) -> str:
    try:
        complaint = msgspec.json.decode(answer.body, type=_Complaint)
    except msgspec.DecodeError:
        return ""
    return f" It says: {complaint.error}" if complaint.error else ""


def _no_flipcast(answer: Answer) -> ServerRefused:
    return ServerRefused("The server does not answer as a Flipcast server does.", answer.status)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
