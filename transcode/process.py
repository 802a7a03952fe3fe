"""The one place that starts ffmpeg (and the probe's child), watches it, stops it and reaps it.

Promises, each a test: a child never outlives the `async with` that started it, nor this process,
however that ends; it is asked first (SIGTERM: ffmpeg then finishes its files) and killed after a
grace, and with it whatever it started; its exit is always collected, together with the processor
time it used; a signal is never success; an encoder that does not get on is stopped.

`subprocess.Popen` with a pidfd is used instead of asyncio's own subprocesses because those throw
the child's resource usage away. Linux only, as is `PR_SET_PDEATHSIG`.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from transcode.errors import FfmpegFailed, FfmpegOverran, FfmpegStalled
from transcode.limits import ENCODE_LIMITS, NO_LIMITS, Limits
from transcode.watchdog import LOOK_EVERY_S, STALL_S, Watchdog

LAUNCHER = Path(__file__).resolve().with_name("launcher.py")
STOP_GRACE_S = 5.0  # ffmpeg needs well under a second to finish its files, unless the disk is slow
LOG_TAIL_BYTES = 8192
LINE_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Finished:
    """How a child ended. `status` is its exit code, or minus the signal that ended it."""

    status: int
    cpu_s: float  # user and system time of the child
    wall_s: float
    log_tail: str  # the end of its stderr


@dataclass(frozen=True, slots=True)
class EncoderProgress:
    """What ffmpeg says about itself, about twice a second."""

    media_s: float  # media time written so far
    speed: float | None  # media seconds per wall second; None while unknown
    frames: int = 0  # pictures written to the first output that has any


class Running:
    """A child that runs. Made by `started`; knows how to wait and to stop."""

    def __init__(self, process: subprocess.Popen[bytes], on_line: Callable[[str], None]) -> None:
        self._process = process
        self._began = time.monotonic()
        self._exit: asyncio.Future[tuple[int, float]] = asyncio.get_running_loop().create_future()
        self._watch_exit()
        self._outcome = asyncio.create_task(self._collect(on_line))

    @property
    def pid(self) -> int:
        """The child's process id; also its process group."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the child has ended and was reaped."""
        return self._exit.done()

    def read_bytes(self) -> int:
        """How much the child has read from files and pipes so far; 0 when it cannot be told."""
        try:
            with open(f"/proc/{self.pid}/io", "rb") as counters:
                return int(counters.readline().split()[1])  # `rchar: 123`, proc(5)
        except OSError:
            return 0

    async def wait(self) -> Finished:
        """Wait for the end and say how it was. Cancelling the wait does not stop the child.

        Raises what `on_line` raised.
        """
        return await asyncio.shield(self._outcome)

    async def stop(self, grace_s: float = STOP_GRACE_S) -> Finished:
        """Ask the child to finish (SIGTERM), kill it after `grace_s`, and say how it ended.

        ffmpeg asked this way completes its files and ends with status 255.
        """
        await self._end(grace_s)
        return await self.wait()

    async def _end(self, grace_s: float) -> None:
        self._send(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace_s):
                await asyncio.shield(self._exit)
        except TimeoutError:
            pass
        finally:  # also when this wait is cancelled: then there is no more time for politeness
            self._send(signal.SIGKILL)
        await asyncio.shield(self._exit)

    async def _close(self, grace_s: float) -> None:
        await self._end(grace_s)
        with suppress(TimeoutError):  # a grandchild could hold the pipes open for ever
            async with asyncio.timeout(grace_s):
                await asyncio.wait([self._outcome])
        if not self._outcome.cancel() and not self._outcome.cancelled():
            self._outcome.exception()  # seen by whoever waited; asyncio must not report it again

    def _send(self, number: signal.Signals) -> None:
        if not self._exit.done():  # until it is reaped, the pid cannot belong to anybody else
            os.kill(self.pid, number)

    def _watch_exit(self) -> None:
        pidfd = os.pidfd_open(self.pid)
        loop = asyncio.get_running_loop()

        def reap() -> None:
            loop.remove_reader(pidfd)
            os.close(pidfd)
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)  # what it started; its number is still its own
            _, wait_status, usage = os.wait4(self.pid, 0)
            status = os.waitstatus_to_exitcode(wait_status)
            self._process.returncode = status  # tells Popen that nothing is left to reap
            self._exit.set_result((status, usage.ru_utime + usage.ru_stime))

        loop.add_reader(pidfd, reap)

    async def _collect(self, on_line: Callable[[str], None]) -> Finished:
        assert self._process.stdout is not None  # noqa: S101 - both were asked for as pipes
        assert self._process.stderr is not None  # noqa: S101
        _, log = await asyncio.gather(
            _read_lines(self._process.stdout, on_line), _read_tail(self._process.stderr)
        )
        status, cpu_s = await asyncio.shield(self._exit)
        return Finished(status, cpu_s, time.monotonic() - self._began, log)


@asynccontextmanager
async def started(
    arguments: Sequence[str],
    *,
    on_line: Callable[[str], None] = lambda _: None,
    niceness: int = 0,
    grace_s: float = STOP_GRACE_S,
    folder: Path | None = None,
    inherited: Sequence[int] = (),
    limits: Limits = NO_LIMITS,
) -> AsyncIterator[Running]:
    """A running child, from `arguments` (the program first); it is gone when the block ends.

    `on_line` gets each line of its standard output. It has a process group of its own (a Ctrl-C on
    the terminal is for us) and no session of its own: where Linux shares processors out among
    sessions first (`sched_autogroup_enabled`), its niceness would count for nothing. It works in
    `folder` (else in ours) and gets SIGKILL when this process dies. It has the file descriptors
    `inherited` under the same numbers, no others of ours, and may use what `limits` leave it. A
    program that does not exist ends with status 127.
    """
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER)]
    launcher += [str(os.getpid()), str(niceness), limits.words()]
    process = subprocess.Popen(  # noqa: ASYNC220 - a fork; asyncio itself does the same
        [*launcher, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
        cwd=folder,
        pass_fds=inherited,
    )
    running = Running(process, on_line)
    try:
        yield running
    finally:
        await running._close(grace_s)


async def run(
    arguments: Sequence[str],
    on_progress: Callable[[EncoderProgress], None] = lambda _: None,
    *,
    niceness: int = 0,
    folder: Path | None = None,
    inherited: Sequence[int] = (),
    limits: Limits = ENCODE_LIMITS,
    stall_s: float | None = STALL_S,
    wall_cap_s: float | None = None,
    is_waiting: Callable[[], bool] = lambda: False,
) -> Finished:
    """Run ffmpeg to its end; `arguments` begin with its path, `-progress` is added;
    relative paths count from `folder`, and `inherited` are file descriptors it may use.

    It is killed when it did nothing for `stall_s`, not counting the time in which `is_waiting`
    says that it has no bytes to work on, and when it has run for `wall_cap_s`. Cancelling this
    coroutine kills ffmpeg and waits for it. Raises FfmpegFailed, of it FfmpegStalled and
    FfmpegOverran, and what `on_progress` and `is_waiting` raise.
    """
    program, *rest = arguments
    command = [program, "-nostdin", "-hide_banner", "-nostats", "-progress", "pipe:1", *rest]
    watchdog = Watchdog(stall_s, is_waiting)
    report = progress_parser(on_progress)

    def take(line: str) -> None:
        watchdog.hear(line)
        report(line)

    async with started(
        command,
        on_line=take,
        niceness=niceness,
        grace_s=0,
        folder=folder,
        inherited=inherited,
        limits=limits,
    ) as child:
        finished = await _watched(child, watchdog, wall_cap_s)
    if finished.status != 0:
        raise FfmpegFailed(finished.status, finished.log_tail)
    return finished


async def _watched(child: Running, watchdog: Watchdog, wall_cap_s: float | None) -> Finished:
    began = looked = time.monotonic()
    outcome = asyncio.ensure_future(child.wait())
    try:
        while not (await asyncio.wait([outcome], timeout=LOOK_EVERY_S))[0]:
            now = time.monotonic()
            passed_s, looked = now - looked, now
            if watchdog.look(passed_s, child.read_bytes()):
                end = await child.stop(grace_s=0)
                raise FfmpegStalled(end.status, end.log_tail, watchdog.quiet_s, watchdog.media_s)
            if wall_cap_s is not None and now - began >= wall_cap_s:
                end = await child.stop(grace_s=0)
                raise FfmpegOverran(end.status, end.log_tail, wall_cap_s)
        return outcome.result()
    finally:
        outcome.cancel()


def progress_parser(on_progress: Callable[[EncoderProgress], None]) -> Callable[[str], None]:
    """A consumer of the `key=value` lines of `-progress` that calls back at the end of each block.

    `N/A`, which ffmpeg says before the first packet, counts as 0 s and an unknown speed.
    """
    facts: dict[str, str] = {}

    def take(line: str) -> None:
        key, _, value = line.partition("=")
        facts[key] = value.strip()
        if key == "progress":
            media_s = (_number(facts.get("out_time_us", "")) or 0.0) / 1e6
            speed = _number(facts.get("speed", "").rstrip("x"))
            frames = int(_number(facts.get("frame", "")) or 0)
            on_progress(EncoderProgress(max(0.0, media_s), speed, frames))

    return take


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


async def _read_lines(pipe: IO[bytes], on_line: Callable[[str], None]) -> None:
    reader, transport = await _reader(pipe)
    try:
        while line := await reader.readline():
            on_line(line.decode(errors="replace").rstrip("\r\n"))
    finally:
        transport.close()


async def _read_tail(pipe: IO[bytes]) -> str:
    reader, transport = await _reader(pipe)
    tail = b""
    try:
        while chunk := await reader.read(65536):
            tail = (tail + chunk)[-LOG_TAIL_BYTES:]
    finally:
        transport.close()
    return tail.decode(errors="replace")


async def _reader(pipe: IO[bytes]) -> tuple[asyncio.StreamReader, asyncio.ReadTransport]:
    reader = asyncio.StreamReader(limit=LINE_LIMIT_BYTES)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    return reader, transport
