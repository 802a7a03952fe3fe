"""One request's body on its way: read, append, fsync, write the offset down, in that order.

A body is made safe piece by piece (SYNC_BYTES, SYNC_EVERY_S), so a broken connection keeps what
came. A body with a checksum is all or nothing: its bytes count once the last one has been checked.
"""

import asyncio
import hashlib
import logging
from datetime import datetime

from aiohttp import ClientPayloadError, StreamReader, web
from aiohttp.http_exceptions import PayloadEncodingError

from stream.app_keys import DATABASE, FOLDERS, SETTINGS
from stream.clock import utc_now
from stream.errors import BadChecksum, BadRequest, Busy, FlipcastError, TooSlow
from stream.ingest import store
from stream.ingest.arrival import ARRIVAL
from stream.ingest.lifecycle import damaged, expiry
from stream.ingest.limits import require_free, require_quota
from stream.ingest.pace import PATIENCE, Pace
from stream.ingest.protocol import Checksum, new_hash, require_size, require_within
from stream.ingest.storage import FileDamaged, PartFile, free_bytes
from stream.ingest.writers import Writer
from stream.tables import Upload
from stream.threads import in_thread

logger = logging.getLogger(__name__)

WRITE_BYTES = 2**20  # gathered in memory before a thread writes them
SYNC_BYTES = 8 * 2**20  # an fsync and a commit cost milliseconds each: not for every piece
SYNC_EVERY_S = 1.0  # a killed connection or server costs a slow sender at most this
TICK_S = 0.5  # how often a silent body is looked after


class Intake:
    """Takes one body into one upload. `offset_bytes` is what has been acknowledged so far."""

    def __init__(
        self, app: web.Application, upload: Upload, length_bytes: int | None, writer: Writer
    ) -> None:
        self.offset_bytes = upload.offset_bytes
        self.expires_at = upload.expires_at
        self._app = app
        self._upload_id = upload.id
        self._class_id = upload.class_id
        self._length_bytes = length_bytes
        self._writer = writer
        self._pending = bytearray()
        self._end_bytes = upload.offset_bytes  # of what has come, safe or not
        self._synced_at_s = _now_s()
        self._is_complete = False

    async def take(self, body: StreamReader, checksum: Checksum | None) -> None:
        """Take the whole body.

        Raises BadChecksum, BadRequest (past the length; connection broken), TooSlow, TooLarge,
        NoSpace, Busy, and Gone when the upload was ended meanwhile. Whatever is raised,
        `offset_bytes` is safe and written down.
        """
        path = self._app[FOLDERS].original(self._upload_id)
        try:
            part = await in_thread(lambda: PartFile(path, self.offset_bytes))
        except FileDamaged as error:
            raise await damaged(self._app, self._upload_id, error) from error
        with part:
            if checksum is None:
                await self._take_piecewise(part, body)
            else:
                await self._take_checked(part, body, checksum)

    async def _take_piecewise(self, part: PartFile, body: StreamReader) -> None:
        pace = Pace(self._app[PATIENCE], _now_s())
        while True:
            try:
                is_more = await self._gather(body, pace)
            except FlipcastError:  # of the connection, not of the disk: what came can be kept
                self._writer.is_ending = True
                await self._make_safe(part)
                raise
            if not is_more:
                break
            if len(self._pending) >= WRITE_BYTES:
                await self._write(part)
            if self._is_sync_due():
                await self._make_safe(part)
        await self._make_safe(part)

    async def _take_checked(self, part: PartFile, body: StreamReader, checksum: Checksum) -> None:
        pace, data_hash = Pace(self._app[PATIENCE], _now_s()), new_hash(checksum.algorithm)
        try:
            while await self._gather(body, pace):
                if len(self._pending) >= WRITE_BYTES:
                    await self._write(part, data_hash)
            await self._write(part, data_hash)
            if not checksum.matches(data_hash):
                raise BadChecksum("The bytes were damaged on the way. Please send them again.")
        except FlipcastError:
            await in_thread(lambda: part.drop_after(self.offset_bytes))
            raise
        await self._acknowledge(part)

    async def _gather(self, body: StreamReader, pace: Pace) -> bool:
        """Gather what has come into memory; False at the end. Raises what ends the request."""
        piece = await self._read(body)
        if piece == b"":
            return False
        if piece is not None:
            self._accept(piece)
        if pace.is_too_slow(len(piece or b""), _now_s()):
            raise TooSlow("The bytes came too slowly. What has arrived is kept; go on from there.")
        if self._writer.is_ending:
            raise Busy("The server ends this connection. What has arrived is kept.", 1)
        return True

    async def _read(self, body: StreamReader) -> bytes | None:
        """Return what has come, b"" at the end, None when nothing came for a moment."""
        try:
            async with asyncio.timeout(TICK_S):
                return await body.readany()
        except TimeoutError:
            return None
        except (ConnectionError, ClientPayloadError, PayloadEncodingError) as error:
            raise BadRequest("The connection broke. What has arrived is kept.") from error

    def _accept(self, piece: bytes) -> None:
        end_bytes = self._end_bytes + len(piece)
        require_within(end_bytes, self._length_bytes)
        require_size(end_bytes, self._app[SETTINGS].max_upload_bytes)
        self._pending += piece
        self._end_bytes = end_bytes
        self._writer.last_byte_s = _now_s()

    def _is_sync_due(self) -> bool:
        unsafe_bytes = self._end_bytes - self.offset_bytes
        waited_s = _now_s() - self._synced_at_s
        return unsafe_bytes >= SYNC_BYTES or (unsafe_bytes > 0 and waited_s >= SYNC_EVERY_S)

    async def _write(self, part: PartFile, data_hash: "hashlib._Hash | None" = None) -> None:
        data, self._pending = bytes(self._pending), bytearray()
        settings, folder = self._app[SETTINGS], self._app[FOLDERS].originals

        def write() -> None:
            require_free(settings, free_bytes(folder) - len(data))
            part.append(data)
            if data_hash is not None:
                data_hash.update(data)

        if data:
            await in_thread(write)

    async def _make_safe(self, part: PartFile) -> None:
        if self._is_complete:  # the last piece was made safe before the body's end was seen
            return
        await self._write(part)
        if self._end_bytes > self.offset_bytes or self._end_bytes == self._length_bytes:
            await self._acknowledge(part)

    async def _acknowledge(self, part: PartFile) -> None:
        """Fsync, then write the offset down; the upload is complete when that was its end."""
        await in_thread(part.sync)
        now = utc_now()
        expires_at = expiry(self._app, now)
        lecture_id = await self._commit(now, expires_at)
        self.offset_bytes, self.expires_at = self._end_bytes, expires_at
        self._is_complete = self._end_bytes == self._length_bytes
        self._synced_at_s = _now_s()
        self._app[ARRIVAL].grew(self._upload_id)
        if lecture_id is not None:
            await self._app[ARRIVAL].wake(lecture_id)

    async def _commit(self, now: datetime, expires_at: datetime) -> str | None:
        settings, lecture_id = self._app[SETTINGS], None
        async with self._app[DATABASE].write() as session:
            await store.acknowledge(session, self._upload_id, self._end_bytes, expires_at)
            if self._length_bytes is None:  # a known length was counted when it was told
                held_bytes = await store.class_bytes(session, self._class_id)
                require_quota(settings, held_bytes)
            if self._end_bytes == self._length_bytes:
                lecture_id = await store.complete(session, self._upload_id, now)
                logger.info("upload complete id=%s bytes=%d", self._upload_id, self._end_bytes)
            if lecture_id is not None:
                await self._app[ARRIVAL].write(session, lecture_id)
        return lecture_id


def _now_s() -> float:
    return asyncio.get_running_loop().time()
