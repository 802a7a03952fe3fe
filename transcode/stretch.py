"""A stretch of the lecture that one ffmpeg makes: all of it, or from where an earlier one ended.

An encode may end early: the machine lost its power, or the recording had only arrived so far. What
is complete stays, and the next run begins where the first gap is. Because every run cuts at the
same grid, its segments lie beside the older ones without gap or repeat, and one made twice may be
thrown away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from transcode.grid import AFTER_RAMP, segment_start_s, segment_starts_s
from transcode.hardware_encoder import HardwareEncoder

SOUND_PERIOD = 8  # segments, 48 s, between those that begin with a frame of sound exactly
FRAMES_ALIGN_S = 16  # 375 AAC frames of 1024 samples at 24 kHz


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one run makes. Inputs that still grow are read from pipes until they end."""

    pictures_from: int  # segments
    sound_from: int
    rungs: tuple[str, ...]  # the names of the rungs it makes, the cheapest first; may be none
    with_pictures: bool  # poster and thumbnails; the run that makes the cheapest rung makes them
    with_sound: bool
    end_s: float | None  # media time; None: where the inputs end, which nobody knows yet
    pipes: Mapping[Path, int]  # inputs that are read from a file descriptor
    hardware: HardwareEncoder | None = None  # makes the rungs that are for hardware

    @property
    def start_s(self) -> float:
        """The media time from which inputs are needed."""
        starts = [segment_start_s(self.pictures_from)] if self.rungs else []
        starts += [segment_start_s(self.sound_from)] if self.with_sound else []
        return min(starts, default=0.0)

    @property
    def last_segment(self) -> int | None:
        """The number of the last segment; None while the end is unknown."""
        return None if self.end_s is None else len(segment_starts_s(self.end_s)) - 1


def plan_stretch(
    rungs: Mapping[str, int],
    sound: int | None,
    end_s: float | None,
    pipes: Mapping[Path, int] | None = None,
) -> Stretch | None:
    """The next run: `rungs` (the cheapest first) and `sound` say how many segments each track that
    is wanted has, from the first on without a gap. None when nothing is missing."""
    wanted = None if end_s is None else len(segment_starts_s(end_s))
    missing = {name: have for name, have in rungs.items() if wanted is None or have < wanted}
    with_sound = sound is not None and (wanted is None or sound < wanted)
    if not missing and not with_sound:
        return None
    return Stretch(
        pictures_from=_after_ramp(min(missing.values(), default=0)),
        sound_from=_whole_frames(sound or 0),
        rungs=tuple(missing),
        with_pictures=next(iter(rungs), None) in missing,
        with_sound=with_sound,
        end_s=end_s,
        pipes=pipes or {},
    )


def _after_ramp(segment: int) -> int:
    """The first segments are short and quickly made again; the muxer cannot begin among them."""
    return segment if segment >= AFTER_RAMP else 0


def _whole_frames(segment: int) -> int:
    """The last segment before this one that begins with a frame of sound exactly.

    From there a new run cuts where the old one did, and its first segment, whose start an encoder
    cannot know, is one that exists already.
    """
    aligned = [
        number
        for number in range(max(AFTER_RAMP, segment - SOUND_PERIOD), segment)
        if segment_start_s(number) % FRAMES_ALIGN_S == 0
    ]
    return max(aligned, default=0)
