"""An attempt's view of uploads that still arrive: their safe bytes, and whether it waits for them.

The rows say which bytes are safe; a notice only says when to look again.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.store import HOLDING
from stream.database import Database
from stream.errors import Busy
from stream.jobs.eta import PACE_OVER_S, Arriving, arrival_left_s
from stream.jobs.notices import Notices
from stream.tables import Upload, UploadState
from transcode.arrival import Arrival

LOOK_AGAIN_S = 1.0  # a notice may be lost, or the bytes come through another process
WINDOW = 20  # looks, one a second, by which the last is judged
QUIET_LOOKS = 600  # then the memory of an encoder that waits is better given back


class MadePlace(Exception):
    """An attempt ended because the recording comes too slowly, or not at all for the time being."""


class UploadEnded(Exception):
    """The rest of the recording will not come: its upload was cancelled, replaced or too late."""


class ArrivalPace:
    """Judges whether an encode waits for bytes rather than for the processor. Pure.

    It is looked at once a second.
    """

    def __init__(self, *, window: int = WINDOW, quiet_looks: int = QUIET_LOOKS) -> None:
        self._looks: deque[bool] = deque(maxlen=window)
        self._quiet_looks = quiet_looks
        self._quiet = 0

    def look(self, *, is_waiting: bool, has_read: bool) -> None:
        """Take in whether it waits at this moment, and whether bytes came since the last look."""
        self._looks.append(is_waiting)
        self._quiet = 0 if has_read or not is_waiting else self._quiet + 1

    @property
    def is_slow(self) -> bool:
        """Whether it has waited at half of the last looks or more."""
        return len(self._looks) == self._looks.maxlen and 2 * sum(self._looks) >= len(self._looks)

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come for long."""
        return self._quiet >= self._quiet_looks


class Following:
    """What one attempt follows. Without `follow` it follows nothing."""

    def __init__(self, database: Database, news: Notices, pace: ArrivalPace) -> None:
        self.is_early = False  # an upload had not arrived when the attempt began
        self._database = database
        self._news = news
        self._pace = pace
        self._waiting = 0
        self._has_read = False
        self._makes_place = False
        self._upload_ids: list[str] = []
        self._looks = self._busy_looks = 0
        self._arrived: deque[tuple[float, int]] = deque(maxlen=round(PACE_OVER_S) + 1)

    def follow(self, upload_id: str) -> Arrival:
        """Who knows how much of the upload is there."""
        self.is_early = True
        self._upload_ids.append(upload_id)
        return _ArrivingUpload(upload_id, self)

    def look(self, *, is_wanted: bool) -> None:
        """Ask once a second; `is_wanted`: others wait for the place that the attempt has.

        It then ends by MadePlace when it next has to wait.
        """
        self._looks += 1
        self._busy_looks += not self._waiting
        self._pace.look(is_waiting=self._waiting > 0, has_read=self._has_read)
        self._has_read = False
        self._makes_place = self._pace.is_silent or (self._pace.is_slow and is_wanted)

    async def arriving(self, session: AsyncSession, now_s: float, read_bytes: int) -> Arriving:
        """How far all that is followed has come, and an encode that has read so much of it.

        Ask once a second; `now_s` by any clock that runs evenly.
        """
        found = await session.scalars(select(Upload).where(Upload.id.in_(self._upload_ids)))
        uploads = found.all()
        self._arrived.append((now_s, sum(upload.offset_bytes for upload in uploads)))
        lengths = [upload.length_bytes for upload in uploads if upload.length_bytes is not None]
        length_bytes = sum(lengths) if len(lengths) == len(uploads) else None
        return Arriving(
            last_byte_s=arrival_left_s(self._arrived, length_bytes),
            busy_share=self._busy_looks / max(1, self._looks),
            done_share=min(1.0, read_bytes / length_bytes) if length_bytes else 0.0,
        )

    async def wait_beyond(self, upload_id: str, offset: int) -> int | None:
        """See Arrival. Raises UploadEnded, MadePlace."""
        with self._waits(), self._news.listen(upload_id) as grew:
            while True:
                grew.clear()
                with suppress(Busy):
                    safe_bytes, is_whole = await self._safe_bytes(upload_id)
                    if safe_bytes > offset:
                        return safe_bytes
                    if is_whole:
                        return None
                if self._makes_place:
                    raise MadePlace(upload_id)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await grew.wait()

    @contextmanager
    def _waits(self) -> Iterator[None]:
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            self._has_read = True

    async def _safe_bytes(self, upload_id: str) -> tuple[int, bool]:
        """How many bytes are safe, and whether they are all."""
        async with self._database.read() as session:
            upload = await session.get(Upload, upload_id)
        if upload is None or upload.state not in HOLDING:
            raise UploadEnded(upload_id)
        return upload.offset_bytes, upload.state is UploadState.COMPLETE


@dataclass(frozen=True, slots=True)
class _ArrivingUpload:
    """One upload, as `make_package` reads it."""

    upload_id: str
    following: Following

    async def wait_beyond(self, offset: int) -> int | None:
        """See Arrival."""
        return await self.following.wait_beyond(self.upload_id, offset)
