"""A recording that still arrives: its bytes go to ffmpeg's input as they come.

A pipe and not the file itself: ffmpeg takes the end of a file for the end of the recording.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

CHUNK_BYTES = 1 << 18


class Arrival(Protocol):
    """Who knows how much of a file is there. Bytes that are there never change."""

    async def wait_beyond(self, offset: int) -> int | None:
        """How many bytes are there, as soon as it is more than `offset`; None when the file is
        whole and has no more. Raises what keeps the rest from ever arriving."""


class Pump:
    """Carries a file's bytes into a pipe, in order, as they arrive. Made by `pumping`."""

    def __init__(self, path: Path, arrival: Arrival) -> None:
        self.waited_s = 0.0  # for bytes, not for whoever reads
        self.carried_bytes = 0
        self.is_waiting = False
        self.reading_end, self._writing_end = os.pipe()
        self._path = path
        self._arrival = arrival

    async def run(self) -> None:
        """Carry everything, then end the pipe. Ends early when nobody reads any more.

        Raises what `wait_beyond` raised, and OSError.
        """
        loop = asyncio.get_running_loop()
        protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader())
        pipe = os.fdopen(self._writing_end, "wb", 0)
        transport, _ = await loop.connect_write_pipe(lambda: protocol, pipe)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                await self._carry(asyncio.StreamWriter(transport, protocol, None, loop))
            transport.close()
        finally:
            if not transport.is_closing():
                transport.abort()

    async def _carry(self, writer: asyncio.StreamWriter) -> None:
        offset = 0
        with self._path.open("rb") as file:
            while (available := await self._more_than(offset)) is not None:
                while offset < available:
                    chunk = await asyncio.to_thread(file.read, min(CHUNK_BYTES, available - offset))
                    if not chunk:
                        raise OSError(f"{self._path.name} ends before byte {available}")
                    offset += len(chunk)
                    writer.write(chunk)
                    await writer.drain()
                    self.carried_bytes = offset

    async def _more_than(self, offset: int) -> int | None:
        began, self.is_waiting = time.monotonic(), True
        available = await self._arrival.wait_beyond(offset)
        self.is_waiting = False
        self.waited_s += time.monotonic() - began
        return available


@asynccontextmanager
async def pumping(path: Path, arrival: Arrival) -> AsyncIterator[tuple[Pump, asyncio.Task[None]]]:
    """A pump and the task that runs it, which is over when the block ends."""
    pump = Pump(path, arrival)
    task = asyncio.create_task(pump.run())
    try:
        yield pump, task
    finally:
        task.cancel()
        await asyncio.wait({task})
        os.close(pump.reading_end)


async def wait_whole(arrival: Arrival) -> None:
    """Return when the file is whole. Raises what `wait_beyond` raises."""
    seen: int | None = 0
    while seen is not None:
        seen = await arrival.wait_beyond(seen)
