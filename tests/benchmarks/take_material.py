"""Takes to send: the demo lecture's two tracks, as long as wanted, and where their slices end.

They were recorded in a browser; their packets are copied, so the server gets what a browser writes.
"""

from dataclasses import dataclass
from pathlib import Path

import av

from stream.demo.recorded import demo_folder, read_lecture
from tests.generated_media import NO_DURATION, run_ffmpeg

SLICE_S = 1.0  # what the recorder asks of its MediaRecorders


@dataclass(frozen=True, slots=True)
class Slice:
    """What has been written of a track at a moment of the take."""

    at_s: float
    end_byte: int


@dataclass(frozen=True, slots=True)
class TakeTrack:
    """One track and its slices, in order."""

    role: str
    start_offset_ms: int
    path: Path
    slices: tuple[Slice, ...]


def demo_take(folder: Path, seconds: float) -> list[TakeTrack]:
    """The demo lecture, repeated or cut to that length, written into `folder`."""
    tracks = []
    for track in read_lecture(demo_folder()).tracks:
        path = folder / f"{track.role}-{seconds:g}.webm"
        run_ffmpeg(
            *("-stream_loop", "-1", "-i", str(demo_folder() / track.file)),
            *("-c", "copy", "-t", str(seconds), *NO_DURATION, str(path)),
        )
        tracks.append(TakeTrack(track.role, track.start_offset_ms, path, slices_of(path)))
    return tracks


def slices_of(path: Path, slice_s: float = SLICE_S) -> tuple[Slice, ...]:
    """Where the slices of a recording end; the last one ends the file."""
    ends: dict[int, int] = {}
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.pos is None or packet.pts is None or packet.time_base is None:
                continue
            number = int(float(packet.pts * packet.time_base) // slice_s)
            ends[number] = max(ends.get(number, 0), packet.pos + packet.size)
    ends[max(ends)] = path.stat().st_size
    slices: list[Slice] = []
    for number, end_byte in sorted(ends.items()):
        if not slices or end_byte > slices[-1].end_byte:
            slices.append(Slice((number + 1) * slice_s, end_byte))
    return tuple(slices)
