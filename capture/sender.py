"""Send a take: make its lecture, then every track side by side, until the server has it all.

Only bytes that are safe on this disk are sent. After any failure the server is asked how far it
is, and the sending goes on from there.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from time import monotonic
from typing import TypeVar

from capture.errors import OutOfStep, ServerError, ServerRefused, ServerUnavailable, UploadGone
from capture.journal import Lecture, Take, TakeState, start_offsets_ms
from capture.pace import FIRST_CHUNK_BYTES, MIN_CHUNK_BYTES, next_chunk_bytes, wait_s
from capture.report import Report
from capture.server import MadeLecture, Server
from capture.takes import OpenTake
from capture.tracks import TrackBytes

MAX_UPLOADS = 3  # a server that loses an upload this often is not asked again

T = TypeVar("T")


class Patience:
    """Waits between tries, longer each time, and reports only the first failure of a row."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._failures = 0

    def succeeded(self) -> None:
        """A try went well: the next failure is the first again."""
        self._failures = 0

    async def wait(self, error: ServerError) -> None:
        """Wait after a failed try."""
        self._failures += 1
        if self._failures == 1:
            self._report.problem(f"{error} Nothing is lost; trying again.")
        await asyncio.sleep(wait_s(self._failures, random.random()))  # noqa: S311 - no secret


async def send_take(
    held: OpenTake, tracks: Mapping[str, TrackBytes], server: Server, report: Report
) -> None:
    """Send everything of a take; when it returns, the server has every byte and the length.

    `tracks` holds the bytes by role and may still grow. Raises ServerRefused, then the take waits
    for another start.
    """
    if held.take.lecture is None:
        await _make_lecture(held, server, report)
    senders = [
        TrackSender(held, role, tracks[role], server, report)
        for role in start_offsets_ms(held.take)
        if not held.take.track(role).is_sent
    ]
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(sender.run()) for sender in senders]
    for refusal in (task.result() for task in running):
        if refusal is not None:
            raise refusal
    await held.update(lambda take: replace(take, state=TakeState.SENT))
    report.done(held.take)


class TrackSender:
    """Sends one track through one tus upload."""

    def __init__(
        self, held: OpenTake, role: str, data: TrackBytes, server: Server, report: Report
    ) -> None:
        self._held = held
        self._role = role
        self._data = data
        self._server = server
        self._report = report
        self._patience = Patience(report)
        self._chunk_bytes = FIRST_CHUNK_BYTES
        self._uploads = 0

    async def run(self) -> ServerRefused | None:
        """Send until the server has all of it, or return why it will not have it.

        A value, so that the refusal of one track does not end the sending of the other.
        """
        while not self._held.take.track(self._role).is_sent:
            try:
                await self._go_on()
            except ServerRefused as refusal:
                return refusal
            except UploadGone as error:
                await self._note(upload_url=None)
                await self._patience.wait(error)
            except (ServerUnavailable, OutOfStep) as error:
                self._chunk_bytes = max(MIN_CHUNK_BYTES, self._chunk_bytes // 4)
                await self._patience.wait(error)
        return None

    async def _go_on(self) -> None:
        url = self._held.take.track(self._role).upload_url or await self._make_upload()
        state = await self._server.upload_state(url)
        offset = state.offset
        if self._data.is_complete and offset > self._data.safe_bytes:
            raise ServerRefused(
                f"The server has more of the {self._role} than this computer; nothing was changed."
            )
        declared = state.length is not None
        while not (declared and offset == self._data.safe_bytes and self._data.is_complete):
            await self._data.wait_beyond(offset)
            chunk = await self._data.read(offset, self._chunk_bytes)
            ends = self._data.is_complete and offset + len(chunk) == self._data.safe_bytes
            length = offset + len(chunk) if ends and not declared else None
            offset = await self._send(url, offset, chunk, length)
            declared = declared or ends
        await self._note(is_sent=True)

    async def _send(self, url: str, offset: int, chunk: bytes, length: int | None) -> int:
        began = monotonic()
        accepted = await self._server.append(url, offset, chunk, length)
        if accepted != offset + len(chunk):
            raise OutOfStep(f"The server went on to byte {accepted}.")
        self._patience.succeeded()
        if len(chunk) == self._chunk_bytes:  # a shorter one says nothing about the link
            self._chunk_bytes = next_chunk_bytes(len(chunk), monotonic() - began)
        self._report.sent(self._held.take, self._role, accepted, self._data.safe_bytes)
        return accepted

    async def _make_upload(self) -> str:
        self._uploads += 1
        if self._uploads > MAX_UPLOADS:
            raise ServerRefused(f"The server keeps losing the upload of the {self._role}.")
        track_id = self._held.take.track(self._role).track_id or ""
        url = await self._server.make_upload(track_id, f"{self._role}.mp4")
        await self._note(upload_url=url)
        return url

    async def _note(self, **changes: object) -> None:
        def change(take: Take) -> Take:
            return take.with_track(replace(take.track(self._role), **changes))  # type: ignore[arg-type]

        await self._held.update(change)


async def _make_lecture(held: OpenTake, server: Server, report: Report) -> None:
    take = held.take

    async def make() -> MadeLecture:
        return await server.make_lecture(
            class_id=take.class_id,
            title=take.title,
            offsets_ms=start_offsets_ms(take),
            take_id=take.take_id,
        )

    made = await _persist(make, Patience(report))
    await held.update(lambda current: with_lecture(current, made, server))


def with_lecture(take: Take, made: MadeLecture, server: Server) -> Take:
    """`take` with what the server answered. Raises ServerRefused when a track is missing in it."""
    ids = {track.role: track.id for track in made.tracks}
    roles = set(start_offsets_ms(take))
    if not roles <= set(ids):
        raise ServerRefused("The server made a lecture without some of the tracks.")
    for role in roles:
        take = take.with_track(replace(take.track(role), track_id=ids[role]))
    return replace(take, lecture=Lecture(made.id, str(server.own_url(made.url))))


async def _persist(attempt: Callable[[], Awaitable[T]], patience: Patience) -> T:
    while True:
        try:
            return await attempt()
        except ServerUnavailable as error:
            await patience.wait(error)
