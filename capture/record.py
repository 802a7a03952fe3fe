"""Record a take and send it while it grows; meanwhile send what earlier takes left behind."""

import asyncio
import time
from collections.abc import Coroutine, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from capture.address import ClassPage
from capture.errors import RecordingFailed, ServerRefused
from capture.journal import Take, TakeState
from capture.recorder import TakeClock, TrackRecorder
from capture.report import Report
from capture.sender import send_take
from capture.server import Server
from capture.sources import TrackSource
from capture.take_up import send_interrupted
from capture.takes import OpenTake, new_take


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person wants recorded."""

    ffmpeg: str
    sources: Mapping[str, TrackSource]  # by role
    page: ClassPage
    title: str
    root: Path  # the folder of takes
    duration_s: float | None = None  # None records until it is asked to stop


@dataclass(slots=True)
class Stop:
    """How a person ends the work: ask once to finish, twice to leave the rest for next time."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    abandoned: asyncio.Event = field(default_factory=asyncio.Event)

    def signal(self) -> None:
        """One more wish to stop."""
        (self.abandoned if self.asked.is_set() else self.asked).set()


async def record_take(wish: Wish, server: Server, report: Report, stop: Stop) -> None:
    """Record and send; when it returns, the server has all of it and of the leftovers it accepts.

    Raises RecordingFailed when a track could not be recorded to the end, or when the sending was
    abandoned; ServerRefused when the server will not have it. What was recorded stays on the disk
    in every case.
    """
    with ExitStack() as stack:
        held = stack.enter_context(
            new_take(
                wish.root,
                server=wish.page.origin,
                class_id=wish.page.class_id,
                title=wish.title,
                roles=list(wish.sources),
                now=datetime.now(UTC),
            )
        )
        clock = TakeClock(time.monotonic())
        recorders = _recorders(wish, held, report, clock)
        for recorder in recorders:
            stack.callback(recorder.data.close)
        sending: asyncio.Task[ServerRefused | None]
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_record_all(recorders, wish, held, report, stop, clock))
                sending = group.create_task(
                    _unless_abandoned(stop, _send(held, recorders, server, report))
                )
                group.create_task(
                    _unless_abandoned(stop, send_interrupted(wish.root, server, report))
                )
        except* OSError as errors:  # the disk of the takes
            raise RecordingFailed(f"The disk failed: {_first_of(errors)}.") from errors
        _judge(held, recorders, sending.result())


def _recorders(wish: Wish, held: OpenTake, report: Report, clock: TakeClock) -> list[TrackRecorder]:
    return [
        TrackRecorder(wish.ffmpeg, role, source, held=held, clock=clock, report=report)
        for role, source in wish.sources.items()
    ]


async def _record_all(
    recorders: list[TrackRecorder],
    wish: Wish,
    held: OpenTake,
    report: Report,
    stop: Stop,
    clock: TakeClock,
) -> None:
    ended = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        runs = [group.create_task(recorder.run(stop.asked)) for recorder in recorders]
        group.create_task(_announce_and_time(recorders, wish, held, report, stop, clock, ended))
        await asyncio.wait(runs)
        ended.set()

    def close(take: Take) -> Take:
        has_bytes = any(track.parts for track in take.tracks)
        if take.state is not TakeState.RECORDING:
            return take
        return replace(take, state=TakeState.SENDING if has_bytes else TakeState.EMPTY)

    await held.update(close)


async def _announce_and_time(
    recorders: list[TrackRecorder],
    wish: Wish,
    held: OpenTake,
    report: Report,
    stop: Stop,
    clock: TakeClock,
    ended: asyncio.Event,
) -> None:
    for recorder in recorders:
        await recorder.begun.wait()
    starts_s = [track.parts[0].began_s for track in held.take.tracks if track.parts]
    if starts_s:
        report.recording(held.take, held.folder)
    end_s = min(starts_s, default=0.0) + (wish.duration_s or 0.0)
    try:
        async with asyncio.timeout(end_s - clock.now() if wish.duration_s else None):
            await ended.wait()
    except TimeoutError:
        stop.asked.set()


async def _send(
    held: OpenTake, recorders: list[TrackRecorder], server: Server, report: Report
) -> ServerRefused | None:
    """Send the take once the start of every track is known; None, or why it was refused."""
    for recorder in recorders:
        await recorder.placed.wait()
    tracks = {recorder.role: recorder.data for recorder in recorders}
    if not any(track.parts for track in held.take.tracks):
        return None
    try:
        await send_take(held, tracks, server, report)
    except ServerRefused as refusal:
        report.problem(f"{refusal} The recording goes on and stays on this computer.")
        return refusal
    return None


def _first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first_of(first) if isinstance(first, BaseExceptionGroup) else first


async def _unless_abandoned(stop: Stop, work: Coroutine[Any, Any, Any]) -> Any:
    """What `work` returns, or None when it was cancelled because the person will not wait."""
    working = asyncio.ensure_future(work)
    giving_up = asyncio.ensure_future(stop.abandoned.wait())
    try:
        await asyncio.wait([working, giving_up], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        return None
    finally:
        working.cancel()
        giving_up.cancel()
        await asyncio.wait([working, giving_up])


def _judge(held: OpenTake, recorders: list[TrackRecorder], refusal: ServerRefused | None) -> None:
    """Raise when something of this take is not where it should be."""
    failures = [recorder.failure for recorder in recorders if recorder.failure]
    if refusal is not None:
        raise ServerRefused(
            f"Not sent: {refusal} The recording is in {held.folder}; flipcast-agent send tries "
            "again.",
            refusal.status,
        )
    if held.take.state is TakeState.EMPTY:
        raise RecordingFailed(" ".join(failures) or "Nothing was recorded.")
    if held.take.state is not TakeState.SENT:
        raise RecordingFailed(
            f"Stopped before everything was sent. The recording is in {held.folder}; "
            "flipcast-agent send sends the rest."
        )
    if failures:
        raise RecordingFailed(" ".join(failures))
