"""Bytes on disk: appended, fsynced before anybody is told, cut back to what was acknowledged.

Everything here blocks; callers go through `stream.threads`. An operating system's error becomes
a sentence here, in one place.
"""

import errno
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from stream.disk import sync_folder
from stream.errors import Busy, FlipcastError, NoSpace

logger = logging.getLogger(__name__)

DISK_FULL = "The server's disk is full. What has arrived is kept; please tell your school's IT."
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FileDamaged(FlipcastError):
    """The file is shorter than what was acknowledged: the disk or its backup lost bytes."""

    def __init__(self, path: Path, acknowledged_bytes: int, found_bytes: int) -> None:
        super().__init__(
            f"{path.name}: {acknowledged_bytes} bytes acknowledged, {found_bytes} found"
        )
        self.acknowledged_bytes = acknowledged_bytes
        self.found_bytes = found_bytes


class PartFile:
    """An upload's file, open for appending; what was written before a `sync` outlives all."""

    def __init__(self, path: Path, acknowledged_bytes: int) -> None:
        """Open `path`, cut back to `acknowledged_bytes`.

        What lies beyond was written and never acknowledged: by a server that was killed, or with
        a wrong checksum. Raises FileDamaged when the file is shorter than that, or gone.
        """
        with disk_errors():
            try:
                self._file = path.open("r+b", buffering=0)
            except FileNotFoundError as error:
                raise FileDamaged(path, acknowledged_bytes, 0) from error
        try:
            with disk_errors():
                self._cut_back(path, acknowledged_bytes)
        except BaseException:
            self._file.close()
            raise

    def _cut_back(self, path: Path, acknowledged_bytes: int) -> None:
        found_bytes = os.fstat(self._file.fileno()).st_size
        if found_bytes < acknowledged_bytes:
            raise FileDamaged(path, acknowledged_bytes, found_bytes)
        self.drop_after(acknowledged_bytes)

    def drop_after(self, acknowledged_bytes: int) -> None:
        """Forget what lies beyond. Raises Busy when the disk fails."""
        with disk_errors():
            self._file.truncate(acknowledged_bytes)
            self._file.seek(acknowledged_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def append(self, data: bytes) -> None:
        """Write behind what is there. Raises NoSpace, and Busy when the disk fails."""
        view = memoryview(data)
        with disk_errors():
            while view:
                view = view[self._file.write(view) :]

    def sync(self) -> None:
        """Return once everything written is on the disk. Raises NoSpace, Busy.

        After an error nothing is known of what was written since the last success, and asking
        again may falsely succeed: the caller must end, and the next one is cut back.
        """
        with disk_errors():
            os.fsync(self._file.fileno())


def make_file(path: Path) -> None:
    """Create an empty file that is still there after a power cut. Raises NoSpace, Busy."""
    with disk_errors():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(path.parent)


def remove_file(path: Path) -> None:
    """Remove a file; one that is gone already is fine. Raises Busy when the disk fails."""
    with disk_errors():
        path.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int:
    """Return the space left on the folder's disk for ordinary accounts."""
    return shutil.disk_usage(folder).free


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn the operating system's errors into ours; the cause goes to the log."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpace(DISK_FULL) from error
        logger.error("disk failed errno=%s", errno.errorcode.get(error.errno or 0))
        raise Busy("The server could not write to its disk. What has arrived is kept.") from error
