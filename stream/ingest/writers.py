"""One writer per upload, and how a dead one makes place for the next (U22).

A writer that is receiving bytes keeps its place: a second request is answered 423. One whose
connection is silent makes place at once, so that a client whose network broke (nobody tells the
server) can resume without waiting for a timeout. Rejected: "latest wins" always, by which two tabs
could throw each other out for ever.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from stream.errors import Locked

SILENT_S = 2.0  # without a byte for so long, the connection may well be dead
MAKE_PLACE_S = 15.0  # a writer that is asked to end may be inside one slow fsync


class Writer:
    """The one request that may append to an upload now."""

    def __init__(self, now_s: float) -> None:
        self.last_byte_s = now_s
        self.is_ending = False  # it was asked to end, or its connection has broken
        self.ended = asyncio.Event()

    def is_silent(self, now_s: float) -> bool:
        """Tell whether nothing has come for a while."""
        return now_s - self.last_byte_s >= SILENT_S


class Writers:
    """Who is writing to which upload, in this process."""

    def __init__(self) -> None:
        self._writing: dict[str, Writer] = {}

    @asynccontextmanager
    async def hold(self, upload_id: str) -> AsyncIterator[Writer]:
        """Be the upload's writer until the block ends. Raises Locked when another one is."""
        while other := self._writing.get(upload_id):
            if not other.is_silent(_now_s()) and not other.is_ending:
                raise Locked("Another connection is sending this upload right now.")
            await self._end(other)
        self._writing[upload_id] = writer = Writer(_now_s())
        try:
            yield writer
        finally:
            del self._writing[upload_id]
            writer.ended.set()

    async def end(self, upload_id: str) -> None:
        """Make the upload's writer end, if there is one. Raises Locked when it does not."""
        if other := self._writing.get(upload_id):
            await self._end(other)

    async def settle(self, upload_id: str) -> None:
        """Wait for a writer that is about to end: it may still be writing an offset down.

        So a client that comes back right after its connection broke is told the final offset.
        Raises Locked when the writer does not end.
        """
        other = self._writing.get(upload_id)
        if other is not None and other.is_ending:
            await self._end(other)

    def end_all(self) -> None:
        """Make every writer end after what it has received; for a polite stop of the server."""
        for writer in list(self._writing.values()):
            writer.is_ending = True

    async def _end(self, writer: Writer) -> None:
        writer.is_ending = True
        try:
            async with asyncio.timeout(MAKE_PLACE_S):
                await writer.ended.wait()
        except TimeoutError as error:
            raise Locked("An earlier connection is still being written down.", 5) from error


def _now_s() -> float:
    return asyncio.get_running_loop().time()


WRITERS = web.AppKey("writers", Writers)
