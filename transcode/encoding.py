"""Run ffmpeg over one stretch after another, until nothing of the lecture is missing.

What a run completes is taken into the package while it goes on. A run that is killed is followed by
one that begins where it ended. Of a recording that still arrives the last, unfinished segment is
left out; when its length is known, a last short run makes the end. If the machine is too slow for
all rungs at once, the run is stopped, the cheapest rungs go first, and the others follow: whoever
waits can watch.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from transcode.arrival import Arrival, Pump, pumping, wait_whole
from transcode.errors import FfmpegFailed, FfmpegOverran
from transcode.graph import made_s, stretch_arguments
from transcode.grid import segment_start_s, segment_starts_s
from transcode.hardware import lose
from transcode.hardware_encoder import HardwareEncoder
from transcode.ladder import HARDWARE
from transcode.limits import encoding
from transcode.packager import Growth, Packager
from transcode.plan import EncodePlan
from transcode.process import EncoderProgress, run
from transcode.stretch import Stretch, plan_stretch
from transcode.watchdog import encode_cap_s

logger = logging.getLogger(__name__)

POLL_S = 0.25
NICENESS = 10  # serving a class comes before making the next lecture


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast all rungs at once must be made; else the dearer ones are put off."""

    slowest: float = 1.2  # media seconds a second: below it, a viewer of what is ready catches up
    judged_after_s: float = 15.0  # a run's first seconds say little about its speed


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the encoder is."""

    fraction: float  # 0 to 1
    media_s: float
    speed: float | None  # media seconds per wall second; None while unknown
    read_bytes: int = 0  # of what still arrives: so many were taken from it by this run


@dataclass(slots=True)
class Encoding:
    """One lecture's encode. `run` may be called once."""

    ffmpeg_path: str
    plan: EncodePlan
    packager: Packager
    arrivals: Mapping[Path, Arrival]  # of the sources that still grow
    when_whole: Callable[[], Awaitable[EncodePlan]]  # plans anew when they have arrived
    on_progress: Callable[[Progress], None]
    on_growth: Callable[[Growth], None]
    pace: Pace
    niceness: int = NICENESS
    hardware: HardwareEncoder | None = None  # for the rungs that are for it
    cpu_s: float = field(default=0.0, init=False)
    _put_off: frozenset[str] = field(default=frozenset(), init=False)
    _media_s: float = field(default=0.0, init=False)
    _keeps_up: bool = field(default=False, init=False)
    _pumps: list[Pump] = field(default_factory=list, init=False)  # of this run

    async def run(self) -> EncodePlan:
        """Make what is missing; the plan as it was in the end. Raises FfmpegFailed, OSError, and
        what keeps the rest of a recording from arriving.

        Cancelling it kills ffmpeg and waits for it; what is complete stays.
        """
        while stretch := self._next():
            had = self._counts()
            try:
                is_over = await self._run_stretch(stretch)
            except FfmpegFailed as failed:
                if self._leaves_hardware(stretch, failed):
                    continue
                is_chance = failed.was_killed and not isinstance(failed, FfmpegOverran)
                if not is_chance or self._counts() == had:
                    raise
            else:
                if is_over and self.arrivals:
                    await self._wait_whole()
        await self._publish((), is_over=True)
        self.on_progress(Progress(1.0, self.plan.end_s, None))
        return self.plan

    @property
    def _end_s(self) -> float | None:
        return None if self.arrivals else self.plan.end_s

    def _next(self) -> Stretch | None:
        """The next run: the rungs that were put off follow when the others are complete."""
        counts = {name: track.count for name, track in self.packager.rungs.items()}
        sound = min((track.count for track in self.packager.sounds.values()), default=None)
        now = {name: count for name, count in counts.items() if name not in self._put_off}
        stretch = plan_stretch(now, sound, self._end_s)
        if stretch is None and self._put_off:
            self._put_off = frozenset()
            self.pace = Pace(slowest=0)  # nobody waits for these
            stretch = plan_stretch(counts, sound, self._end_s)
        return stretch

    async def _run_stretch(self, stretch: Stretch) -> bool:
        """Whether it came to the end of its inputs, and was not stopped for being too slow."""
        await asyncio.to_thread(self.packager.prepare, stretch)
        async with AsyncExitStack() as stack:
            pumps: dict[Path, Pump] = {}
            feeding: set[asyncio.Task[None]] = set()
            for path, arrival in self.arrivals.items():
                pumps[path], task = await stack.enter_async_context(pumping(path, arrival))
                feeding.add(task)
            pipes = {path: pump.reading_end for path, pump in pumps.items()}
            stretch = replace(stretch, pipes=pipes, hardware=self._hardware_for(stretch))
            return await self._watch(stretch, [*pumps.values()], feeding)

    async def _watch(
        self, stretch: Stretch, pumps: list[Pump], feeding: set[asyncio.Task[None]]
    ) -> bool:
        began, self._media_s, self._pumps = time.monotonic(), stretch.start_s, pumps
        encoder = asyncio.create_task(
            self._run_ffmpeg(stretch, lambda: any(pump.is_waiting for pump in pumps))
        )
        try:
            while not encoder.done():
                await asyncio.wait({encoder}, timeout=POLL_S)
                _raise_failed(feeding)
                await self._collect(stretch)
                busy_s = time.monotonic() - began - max((p.waited_s for p in pumps), default=0.0)
                if not encoder.done() and self._is_too_slow(stretch, busy_s):
                    self._put_off |= _dearer_half(stretch.rungs)
                    encoder.cancel()
                    await asyncio.wait({encoder})
                    await self._forget_hardware(stretch)
                    return False
            await encoder
            await self._collect(stretch, is_over=True)
            return True
        finally:
            encoder.cancel()
            await asyncio.wait({encoder})

    async def _run_ffmpeg(self, stretch: Stretch, is_waiting: Callable[[], bool]) -> None:
        def report(progress: EncoderProgress) -> None:
            self._media_s = max(self._media_s, made_s(self.plan, stretch, progress))
            self.on_progress(self._progress(stretch, progress.speed))

        paths = [track.info.path for track in self.plan.tracks]
        limits = encoding(paths, self.packager.work)
        finished = await run(
            stretch_arguments(self.ffmpeg_path, self.plan, stretch),
            report,
            niceness=self.niceness,
            folder=self.packager.work,
            inherited=tuple(stretch.pipes.values()),
            limits=stretch.hardware.limits(limits) if stretch.hardware else limits,
            is_waiting=is_waiting,
            wall_cap_s=encode_cap_s(self._end_s),
        )
        self.cpu_s += finished.cpu_s

    def _hardware_for(self, stretch: Stretch) -> HardwareEncoder | None:
        """Only while all rungs are made together: then none is ahead where it may fail."""
        is_wanted = any(rung.encoder == HARDWARE for rung in self.plan.ladder.renditions)
        is_together = len(stretch.rungs) == len(self.packager.rungs)
        return self.hardware if is_wanted and is_together else None

    async def _forget_hardware(self, stretch: Stretch) -> None:
        """What hardware made of rungs that are put off, and so not shown, x264 makes anew."""
        rungs = self.plan.ladder.renditions
        names = [one.name for one in rungs if one.encoder == HARDWARE and one.name in self._put_off]
        if stretch.hardware and names:
            await asyncio.to_thread(self.packager.begin_again, names)

    def _leaves_hardware(self, stretch: Stretch, failed: FfmpegFailed) -> bool:
        """Whether the run that failed used hardware: x264 goes on at the last complete segment.

        What is complete stays; a rung gets a second init segment there (`growing_track.py`).
        """
        hardware = self._hardware_for(stretch)
        if hardware is None:
            return False
        logger.warning("hardware is left for x264 encoder=%s: %s", hardware.name, failed)
        lose(hardware)
        self.hardware = None
        return True

    async def _wait_whole(self) -> None:
        for arrival in self.arrivals.values():
            await wait_whole(arrival)
        self.plan = await self.when_whole()
        self.arrivals = {}

    def _is_too_slow(self, stretch: Stretch, busy_s: float) -> bool:
        done_s, pace = self._media_s - stretch.start_s, self.pace
        enough_s = pace.judged_after_s * pace.slowest
        if (busy_s < pace.judged_after_s and done_s < enough_s) or len(stretch.rungs) < 2:
            return False
        self._keeps_up = done_s >= pace.slowest * busy_s
        return not self._keeps_up

    async def _collect(self, stretch: Stretch, *, is_over: bool = False) -> None:
        def collect() -> bool:
            return self.packager.collect(stretch, is_over=is_over)

        if await asyncio.to_thread(collect):
            complete = min((self.packager.rungs[name].count for name in stretch.rungs), default=0)
            self._media_s = max(self._media_s, segment_start_s(complete))
            await self._publish(self._sure_of(stretch), is_over=False)

    def _sure_of(self, stretch: Stretch) -> tuple[str, ...]:
        """The rungs that are shown: a player must not find one that may be put off soon, nor one
        that is behind those it watches."""
        is_behind = next(iter(self.packager.rungs), "") not in stretch.rungs
        if is_behind:
            return ()
        if self._keeps_up:
            return stretch.rungs
        return tuple(name for name in stretch.rungs if name not in _dearer_half(stretch.rungs))

    async def _publish(self, together: tuple[str, ...], *, is_over: bool) -> None:
        def write() -> Growth | None:
            return self.packager.write_playlists(together, self._end_s, is_over=is_over)

        growth = await asyncio.to_thread(write)
        if growth is not None:
            self.on_growth(growth)

    def _progress(self, stretch: Stretch, speed: float | None) -> Progress:
        if self._end_s is None:
            read_bytes = sum(pump.carried_bytes for pump in self._pumps)
            return Progress(0.0, self._media_s, speed, read_bytes)
        wanted = len(segment_starts_s(self._end_s)) * len(self.packager.tracks)
        done = sum(track.count for track in self.packager.tracks)
        is_only_run = len(stretch.rungs) == len(self.packager.rungs)
        fraction = self._media_s / self._end_s if is_only_run else done / wanted
        return Progress(min(1.0, fraction), self._media_s, speed)

    def _counts(self) -> list[int]:
        return [track.count for track in self.packager.tracks]


def _dearer_half(rungs: tuple[str, ...]) -> frozenset[str]:
    return frozenset(rungs[(len(rungs) + 1) // 2 :])


def _raise_failed(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            task.result()
