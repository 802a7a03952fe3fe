"""One attempt to make a lecture's package, and what is told and shown of it meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import OperationalError

from stream.clock import utc_now
from stream.database import Database
from stream.errors import Busy
from stream.folders import Folders
from stream.jobs import store
from stream.jobs.arriving import Following
from stream.jobs.notices import Notices
from stream.jobs.recordings import Recordings
from stream.jobs.showing import Grown, show_growth
from stream.jobs.turns import Turn, Turns
from stream.jobs.weigh import Weight
from stream.tables import Job, Lane
from transcode.errors import UnreadableMedia
from transcode.media import Source
from transcode.package import Growth, Progress
from transcode.package import Package as MadePackage

logger = logging.getLogger(__name__)

REPORT_EVERY_S = 1.0  # progress and heartbeat; each is a commit
NO_TRACKS = "None of this lecture's recordings is on the server any more. Please upload it again."


class Make(Protocol):
    """What makes the HLS tree: `transcode.package.make_package`."""

    async def __call__(
        self,
        sources: list[Source],
        out: Path,
        *,
        on_progress: Callable[[Progress], None],
        on_growth: Callable[[Growth], None],
    ) -> MadePackage:
        """Make it in `out`; see there."""


@dataclass(slots=True)
class Attempt:
    """One attempt of a job that holds its turn. `run` may be called once."""

    database: Database
    folders: Folders
    notices: Notices
    turns: Turns
    job: Job
    turn: Turn
    weight: Weight  # after `run` no longer a guess
    following: Following
    limit_s: Callable[[float], float]
    learn: Callable[[Weight], Awaitable[None]]  # what the job asks of the machine, once it is known
    _grown: Grown = field(default_factory=Grown)
    _read_bytes: int = 0  # of what still arrives
    _news: asyncio.Event = field(default_factory=asyncio.Event)  # it has grown, or is over
    _is_over: bool = False

    async def run(self, make: Make, scratch: Path) -> MadePackage:
        """Make the package in `scratch`. Raises what `make` raises, TimeoutError, and MadePlace and
        UploadEnded of a recording that still arrives."""
        recordings = Recordings(self.database, self.folders)
        sources = await recordings.sources(self.job.lecture_id, self.following)
        if not sources:
            raise UnreadableMedia(NO_TRACKS)
        self.turn.is_early = self.following.is_early
        reporter = asyncio.create_task(self._report())
        try:
            async with asyncio.timeout(None) as limit:
                weighing = asyncio.create_task(self._weigh_when_whole(recordings, limit))
                try:
                    made = await make(
                        sources, scratch, on_progress=self._note, on_growth=self._note_growth
                    )
                    await weighing
                finally:
                    weighing.cancel()
        finally:
            self._is_over = True
            self._news.set()
            await reporter  # not cancelled: it may be about to show files
        return made

    async def _weigh_when_whole(self, recordings: Recordings, limit: asyncio.Timeout) -> None:
        """Learn how long the recording is; the attempt's time counts from its arrival on."""
        if self.weight.is_guess:
            with self.notices.listen(self.job.lecture_id) as changed:
                while await recordings.is_arriving(self.job.lecture_id):
                    await changed.wait()  # the reporter tells of each second
                    changed.clear()
            self.weight = await recordings.weight(self.job.lecture_id)
            await self.learn(self.weight)
            self.turn.arriving = None
        self._grown.whole_s = self.weight.media_s
        if self.job.lane is not Lane.LIVE:
            limit.reschedule(asyncio.get_running_loop().time() + self.limit_s(self.weight.media_s))

    def _note(self, now: Progress) -> None:
        self._read_bytes = now.read_bytes
        self.turn.note(now.fraction or self._grown.fraction_at(now.media_s), now.speed)

    def _note_growth(self, growth: Growth) -> None:
        if growth != self._grown.now:  # what else is new of it is told with the next second
            self._news.set()
        self._grown.note(growth)

    async def _report(self) -> None:
        """Write progress down once in a while, and show at once what has grown, until it is over.

        A class that watches live, and a teacher who has just stopped, wait for nothing else.
        """
        job, grown, look_at_s = self.job, self._grown, 0.0
        while not await self._is_over_within(REPORT_EVERY_S):
            if (now_s := asyncio.get_running_loop().time()) >= look_at_s:
                self.following.look(is_wanted=self.turns.are_wanted(self.turn.order.lane))
                look_at_s = now_s + REPORT_EVERY_S
            growth = grown.now
            try:
                await self._foresee()
                async with self.database.write() as session:
                    held = await store.write_fenced(
                        session, job, progress=self.turn.fraction, speed=self.turn.speed,
                        heartbeat_at=utc_now(),
                    )  # fmt: skip
                    if held and growth is not None and growth is not grown.shown:
                        await show_growth(session, self.folders, job, growth, grown.whole_s)
                grown.shown = growth
            except (Busy, OperationalError, OSError) as error:  # the next one says it all
                logger.warning("progress was not written job=%s: %s", job.id, error)
            self.notices.tell(job.lecture_id)

    async def _foresee(self) -> None:
        """Learn how far a recording is that still arrives, for the forecast."""
        if not self.weight.is_guess:
            return
        now_s, read_bytes = self.turns.now_s, round(self._read_bytes * self._grown.made_share)
        async with self.database.read() as session:
            arriving = await self.following.arriving(session, now_s, read_bytes)
        if self.weight.is_guess:  # else all of it has arrived meanwhile
            self.turn.arriving = arriving

    async def _is_over_within(self, wait_s: float) -> bool:
        """Whether it is over, as soon as there is news of it and after `wait_s` at the latest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._news.wait()
        self._news.clear()
        return self._is_over
