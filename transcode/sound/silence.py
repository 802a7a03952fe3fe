"""Where nothing is said: the spans that a player may skip. Pure.

What is silent depends on the lecture: on the teacher's level and on what the room sounds like when
nobody speaks. A question from the back of the room is 20 to 25 dB weaker than the teacher and must
not be skipped, so the threshold stays close to the background.
"""

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from transcode.sound.levels import FRAME_S, Levels, Power
from transcode.sound.speech_level import SpeechLevel, speech_level, to_power

VERSION = 1
SHORTEST_SPAN_S = 0.7  # of what may be skipped; a shorter jump is more disturbing than the pause
KEPT_AFTER_SPEECH_S = 0.2  # words end softly
KEPT_BEFORE_SPEECH_S = 0.15  # and some begin so
ABOVE_BACKGROUND_DB = 6.0
BELOW_SPEECH_DB = 35.0
SILENT_ANYWAY_DB = -60.0  # where no speech stands out: music, or a noise alone


class SilenceMap(msgspec.Struct, frozen=True):
    """`silence.json`. Spans are [start_s, end_s] in media time, in order, apart from each other."""

    version: int
    spans: tuple[tuple[float, float], ...]
    saved_s: float  # what skipping all of them would save


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of media time."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """Seconds from start to end."""
        return self.end_s - self.start_s


def silence_map(levels: Levels, duration_s: float) -> SilenceMap:
    """The spans without speech of a lecture that long; after the end of its sound all is silent."""
    power = loudest_channel(levels)
    is_quiet = power < to_power(silence_threshold_db(speech_level(power)))
    spans = [_trimmed(span, duration_s) for span in true_spans(is_quiet, duration_s)]
    long_enough = [span for span in spans if span.length_s >= SHORTEST_SPAN_S - 1e-9]
    return SilenceMap(
        version=VERSION,
        spans=tuple((round(span.start_s, 3), round(span.end_s, 3)) for span in long_enough),
        saved_s=round(sum(span.length_s for span in long_enough), 3),
    )


def loudest_channel(levels: Levels) -> Power:
    """The mean squares of each frame's louder channel, without hum. Their mean might cancel."""
    channels = [levels.power_without_hum(channel) for channel in range(levels.channels)]
    return np.asarray(np.maximum.reduce(channels))


def silence_threshold_db(found: SpeechLevel | None) -> float:
    """Below which RMS, in dBFS, a tenth of a second counts as silent."""
    if found is None or not found.stands_out:
        return SILENT_ANYWAY_DB
    return max(found.background_db + ABOVE_BACKGROUND_DB, found.speech_db - BELOW_SPEECH_DB)


def true_spans(frames: NDArray[np.bool_], duration_s: float) -> list[Span]:
    """The runs of true frames; frames missing until `duration_s` count as true."""
    whole = max(len(frames), int(np.ceil(duration_s / FRAME_S - 1e-6)))
    padded = np.zeros(whole + 2, np.int8)
    padded[1:-1] = 1
    padded[1 : len(frames) + 1] = frames
    edges = np.flatnonzero(np.diff(padded)).reshape(-1, 2).tolist()
    spans = (Span(start * FRAME_S, min(end * FRAME_S, duration_s)) for start, end in edges)
    return [span for span in spans if span.length_s > 0]


def _trimmed(span: Span, duration_s: float) -> Span:
    """The span without what belongs to the words at its edges; the lecture's edges have none."""
    start_s = span.start_s + KEPT_AFTER_SPEECH_S if span.start_s > 0 else 0.0
    end_s = span.end_s - KEPT_BEFORE_SPEECH_S if span.end_s < duration_s else span.end_s
    return Span(start_s, end_s)
