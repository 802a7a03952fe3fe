"""What is known of one take, in `take.json` beside its files, so that another start can go on.

Written whole and atomically: temporary name, fsync, rename, fsync of the folder. A reader finds the
old journal or the new one. No token and no camera address is ever in it.
"""

import os
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import msgspec

from capture.errors import TakeUnreadable

JOURNAL = "take.json"
VERSION = 1


class TakeState(Enum):
    """Where a take stands. recording → sending → sent; or empty."""

    RECORDING = "recording"
    SENDING = "sending"  # nothing more is recorded; bytes wait for the server
    SENT = "sent"  # the server has all of it and was told so
    EMPTY = "empty"  # stopped before the first fragment was safe


UNFINISHED = frozenset({TakeState.RECORDING, TakeState.SENDING})


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a track."""

    file: str  # name within the take's folder
    began_s: float  # media time 0 of the file, on the take's clock; may be a little below 0


@dataclass(frozen=True, slots=True)
class Track:
    """One track of a take."""

    role: str  # `presentation` or `presenter`
    parts: tuple[Part, ...] = ()
    track_id: str | None = None  # the server's, once the lecture was made
    upload_url: str | None = None
    is_sent: bool = False


@dataclass(frozen=True, slots=True)
class Lecture:
    """What the server answered when it made the lecture."""

    lecture_id: str
    url: str  # absolute: the page that students will watch


@dataclass(frozen=True, slots=True)
class Take:
    """One take: what was recorded, for which class, and how far it has travelled."""

    take_id: str
    server: str  # origin, e.g. `https://school.example`
    class_id: str
    title: str
    began_at: str  # ISO 8601, UTC
    tracks: tuple[Track, ...]
    state: TakeState = TakeState.RECORDING
    lecture: Lecture | None = None
    version: int = VERSION

    def track(self, role: str) -> Track:
        """The track with that role. Raises StopIteration where there is none."""
        return next(track for track in self.tracks if track.role == role)

    def with_track(self, changed: Track) -> "Take":
        """This take with one track replaced by `changed`, found by its role."""
        tracks = tuple(changed if t.role == changed.role else t for t in self.tracks)
        return replace(self, tracks=tracks)


def start_offsets_ms(take: Take) -> dict[str, int]:
    """How long after the earliest track each one begins, in ms, by role; only tracks with bytes."""
    began = {track.role: track.parts[0].began_s for track in take.tracks if track.parts}
    earliest = min(began.values(), default=0.0)
    return {role: round((began_s - earliest) * 1000) for role, began_s in began.items()}


def write_take(folder: Path, take: Take) -> None:
    """Put `take` into `folder`; after return it survives a power cut. Blocks."""
    temporary = folder / f".{JOURNAL}.new"
    with temporary.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(take), indent=2))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / JOURNAL)
    sync_folder(folder)


def read_take(folder: Path) -> Take:
    """The take in `folder`. Raises TakeUnreadable."""
    try:
        take = msgspec.json.decode((folder / JOURNAL).read_bytes(), type=Take)
    except (OSError, msgspec.DecodeError) as error:
        raise TakeUnreadable(f"The recording in {folder} has no readable {JOURNAL}.") from error
    if take.version != VERSION:
        raise TakeUnreadable(f"The recording in {folder} was made by another version of the agent.")
    return take


def sync_folder(folder: Path) -> None:
    """Make names in `folder` survive a power cut. Blocks."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
