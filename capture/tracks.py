"""One track's bytes on this disk, as the one file that the server receives.

A recorder that had to be started again wrote a second part; a reader of a `TrackBytes` sees one
growing file: the first part, then the fragments of the others with their decode times moved to
where they belong. What can be read is safe on the disk, and a prefix of it is always playable.
"""

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

from capture.fragments import Layout, scan, shift_decode_times

DECODE_TIME_BYTES = 8


@dataclass(slots=True)
class PartFile:
    """One file that one run of a recorder writes. Close it, or use `TrackBytes`, which does."""

    path: Path
    descriptor: int
    shift_s: float = 0.0  # from its own media time to the track's
    layout: Layout = field(default_factory=Layout)
    safe_bytes: int = 0  # whole fragments, fsynced

    def settle(self) -> bool:
        """Find new whole fragments and make them safe; say whether there were some. Blocks."""
        size = os.fstat(self.descriptor).st_size
        if not scan(self.layout, self._read_at, size):
            return False
        whole = self.layout.whole_bytes
        os.fsync(self.descriptor)
        self.safe_bytes = whole
        return True

    def header(self) -> bytes:
        """`ftyp` and `moov`; the same bytes mean the same codecs, so that parts can be joined."""
        return self._read_at(0, self.layout.init_bytes)

    def read(self, start: int, end: int) -> bytes:
        """The bytes of the file from `start` to `end`, decode times moved by `shift_s`. Blocks."""
        if not self.shift_s:
            return self._read_at(start, end - start)
        margin = max(0, start - DECODE_TIME_BYTES)
        until = min(self.safe_bytes, end + DECODE_TIME_BYTES)
        data = bytearray(self._read_at(margin, until - margin))
        shift_decode_times(data, margin, self.layout, self.shift_s)
        return bytes(data[start - margin : end - margin])

    def close(self) -> None:
        """Give the file back."""
        os.close(self.descriptor)

    def _read_at(self, position: int, length: int) -> bytes:
        return os.pread(self.descriptor, length, position)


def open_part(path: Path, shift_s: float = 0.0) -> PartFile:
    """The part at `path`. Raises FileNotFoundError."""
    return PartFile(path, os.open(path, os.O_RDONLY | os.O_CLOEXEC), shift_s)


class TrackBytes:
    """The safe bytes of a track, in order, while it may still grow."""

    def __init__(self) -> None:
        self._parts: list[PartFile] = []
        self._changed = asyncio.Condition()
        self.is_complete = False  # nothing will be added

    @property
    def safe_bytes(self) -> int:
        """How many bytes can be read."""
        return sum(_joined_bytes(part, index) for index, part in enumerate(self._parts))

    @property
    def header(self) -> bytes:
        """What a part to be joined must begin with; empty before the first part."""
        return self._parts[0].header() if self._parts else b""

    def join(self, part: PartFile) -> None:
        """Add a part at the end. Its header is left out unless it is the first."""
        self._parts.append(part)

    async def announce(self, *, is_complete: bool = False) -> None:
        """Wake those who wait: a part has grown, or nothing more will come."""
        async with self._changed:
            self.is_complete = self.is_complete or is_complete
            self._changed.notify_all()

    async def wait_beyond(self, offset: int) -> None:
        """Return when there is a byte after `offset`, or when none will come."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.is_complete or self.safe_bytes > offset)

    async def read(self, offset: int, most_bytes: int) -> bytes:
        """Up to `most_bytes` from `offset` on; empty where nothing is safe yet."""
        return await asyncio.to_thread(self._read, offset, most_bytes)

    def close(self) -> None:
        """Give the files back."""
        for part in self._parts:
            part.close()

    def _read(self, offset: int, most_bytes: int) -> bytes:
        for index, part in enumerate(self._parts):
            length = _joined_bytes(part, index)
            if offset < length:
                start = offset + _skipped_bytes(part, index)
                return part.read(start, start + min(most_bytes, length - offset))
            offset -= length
        return b""


def _skipped_bytes(part: PartFile, index: int) -> int:
    return part.layout.init_bytes if index else 0


def _joined_bytes(part: PartFile, index: int) -> int:
    return max(0, part.safe_bytes - _skipped_bytes(part, index))
