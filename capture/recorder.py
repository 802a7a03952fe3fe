"""Record one track: an ffmpeg of its own, its file made safe as it grows, a restart when it dies.

A recorder that ends unasked is started again as a next part, on the same timeline: both parts say
when their first frame was taken. One that is killed by a signal has failed, whatever it wrote.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from capture.arguments import recording_arguments
from capture.journal import Part, Take, sync_folder
from capture.pace import failures_after, restart_after_s
from capture.report import Report
from capture.sources import Kind, TrackSource, without_credentials
from capture.takes import OpenTake
from capture.tracks import PartFile, TrackBytes, open_part
from transcode.process import Finished, started

LOOK_EVERY_S = 0.2
STALLED_AFTER_S = 10.0  # a camera that hangs says nothing; rtsp gives up by itself in the same time
STOP_GRACE_S = 10.0  # the last fragment goes to a disk that may be slow
ASKED_STATUS = 255  # ffmpeg, when SIGTERM made it finish its file


@dataclass(frozen=True, slots=True)
class TakeClock:
    """Seconds since a take began, on the monotonic clock, which nobody sets."""

    began: float
    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time

    def at(self, unix_s: float) -> float:
        """The take's time of a moment a short while ago that was read from the wall clock.

        The distance between the clocks is read now: a wall clock that was set a minute ago, as on
        a computer without a battery clock, does no harm.
        """
        return self.now() - (self.wall() - unix_s)

    def now(self) -> float:
        """The take's time now."""
        return self.monotonic() - self.began


class TrackRecorder:
    """Records one track of a take until it is asked to stop or has to be given up."""

    def __init__(
        self,
        ffmpeg: str,
        role: str,
        source: TrackSource,
        *,
        held: OpenTake,
        clock: TakeClock,
        report: Report,
    ) -> None:
        self.role = role
        self.data = TrackBytes()
        self.failure: str | None = None  # why it was given up
        self.begun = asyncio.Event()  # its first fragment is safe, or it was given up
        self.placed = asyncio.Event()  # and where it begins will not change any more
        self._ffmpeg = ffmpeg
        self._source = source
        self._held = held
        self._clock = clock
        self._report = report

    async def run(self, stop: asyncio.Event) -> None:
        """Record until `stop` is set; return when the last fragment is safe."""
        failures = 0
        try:
            while not stop.is_set():
                finished = await self._record_part(self._next_path(), stop)
                if stop.is_set() or self._ended_well(finished):
                    break
                failures = failures_after(failures, finished.wall_s)
                if not await self._may_try_again(failures, finished, stop):
                    break
        finally:
            await self.data.announce(is_complete=True)
            self.begun.set()
            self.placed.set()

    async def _record_part(self, path: Path, stop: asyncio.Event) -> Finished:
        arguments = recording_arguments(self._ffmpeg, self._source, path)
        part: PartFile | None = None
        async with started(arguments, grace_s=STOP_GRACE_S) as child:
            news_at = self._clock.now()
            while not (child.has_ended or stop.is_set()):
                await asyncio.sleep(LOOK_EVERY_S)
                part = part or _opened(path)
                if part and await self._follow(part):
                    news_at = self._clock.now()
                if self._clock.now() - news_at > STALLED_AFTER_S:
                    break
            finished = await child.stop(STOP_GRACE_S)
        part = part or _opened(path)
        if part:
            await self._finish(part)
        if stop.is_set() and finished.status not in (0, ASKED_STATUS):
            self._report.problem(
                f"The recorder of the {self.role} had to be ended by force; its last second or "
                "two may be missing."
            )
        return finished

    async def _follow(self, part: PartFile) -> bool:
        """Make what has been written safe; whether there was something new."""
        was_begun, was_settled = part.safe_bytes > 0, part.layout.is_settled
        if not await asyncio.to_thread(part.settle):
            return False
        if not was_begun or (part.layout.is_settled and not was_settled):
            await self._place(part)
        if part.layout.is_settled and not was_settled:
            self._join(part)
        await self.data.announce()
        return True

    async def _finish(self, part: PartFile) -> None:
        """Take in the end of a part that nobody writes any more."""
        await self._follow(part)
        if part.safe_bytes == 0:
            part.close()
            part.path.unlink()
            sync_folder(part.path.parent)
        elif not part.layout.is_settled:  # a short one: what it says is all there will be
            self._join(part)

    async def _place(self, part: PartFile) -> None:
        """Write down where on the take's clock a part begins, as well as is known by now."""
        began_s = round(self._clock.at(part.layout.began_unix_s), 6)
        entry = Part(part.path.name, began_s)

        def put(take: Take) -> Take:
            track = take.track(self.role)
            others = tuple(known for known in track.parts if known.file != entry.file)
            return take.with_track(replace(track, parts=(*others, entry)))

        if self._can_join(part):
            await self._held.update(put)
        self.begun.set()

    def _join(self, part: PartFile) -> None:
        """Let the part be sent: where it belongs is known, and will not change any more."""
        if not self._can_join(part):
            self._report.problem(
                f"The {self.role} came back in another form; {part.path} stays on this computer."
            )
            return
        parts = {known.file: known.began_s for known in self._held.take.track(self.role).parts}
        part.shift_s = parts[part.path.name] - next(iter(parts.values()))
        self.data.join(part)
        self.placed.set()

    def _can_join(self, part: PartFile) -> bool:
        return self.data.header in (b"", part.header())

    async def _may_try_again(self, failures: int, finished: Finished, stop: asyncio.Event) -> bool:
        pause_s = restart_after_s(failures)
        reason = self._reason(finished)
        if pause_s is None:
            self.failure = f"The {self.role} is no longer recorded: {reason}"
            self._report.problem(self.failure)
            return False
        if failures == 1:
            self._report.problem(f"The recorder of the {self.role} ended; trying again. {reason}")
        try:
            async with asyncio.timeout(pause_s):
                await stop.wait()
        except TimeoutError:
            return True
        return False

    def _ended_well(self, finished: Finished) -> bool:
        """A stand-in may come to its end; a device or a camera that ends has failed."""
        return finished.status == 0 and self._source.video.kind is Kind.LAVFI

    def _reason(self, finished: Finished) -> str:
        source = self._source.video.shown
        if finished.status < 0:
            return f"{source}: ended by signal {-finished.status}."
        if finished.status in (0, ASKED_STATUS):
            return f"{source}: no more pictures came."
        lines = finished.log_tail.strip().splitlines()
        return f"{source}: {without_credentials(lines[-1]) if lines else finished.status}"

    def _next_path(self) -> Path:
        numbers = (path.suffixes[0][1:] for path in self._held.folder.glob(f"{self.role}.*.mp4"))
        number = max((int(number) for number in numbers), default=0) + 1
        return self._held.folder / f"{self.role}.{number}.mp4"


def _opened(path: Path) -> PartFile | None:
    try:
        return open_part(path)
    except FileNotFoundError:
        return None
