"""How loud the speech is and what lies beneath it, out of many tenths of a second. Pure.

A lecture has pauses, and what is heard in them is the background. So the quiet tenths tell the
background and the loud ones the speech, whatever the microphone and its gain.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcode.sound.levels import Power

SILENT_DB = -75.0  # no sound card is as quiet with a microphone in it
RELATIVE_GATE_DB = 10.0  # ITU-R BS.1770: what is 10 below the mean does not count as programme
QUIET_SHARE = 0.06  # of the time even a fast speaker takes a breath
STEADY_DB = 4.0  # tenths of a second of a fan's noise differ by less, syllables by more
APART_DB = 10.0  # speech stands out of its background at least so much
MIN_POWER = 1e-12


@dataclass(frozen=True, slots=True)
class SpeechLevel:
    """RMS in dBFS of the speech, and of the background between it."""

    speech_db: float
    background_db: float
    is_steady: bool  # the background is an even noise; else it may be weak speech, or music

    @property
    def stands_out(self) -> bool:
        """Whether there is speech over a background, and not a noise alone."""
        return self.speech_db - self.background_db >= APART_DB


def speech_level(power: Power) -> SpeechLevel | None:
    """The two levels of a channel (mean squares of frames), or None when it is silent throughout.

    Tenths without any signal (a muted microphone, a file's padding) tell nothing of the background,
    where the others show one: where their quietest are about equal, and far below the speech.
    """
    heard = power[power > to_power(SILENT_DB)]
    if len(heard) == 0:
        return None
    low, middle, high = np.quantile(heard, [0.5 * QUIET_SHARE, QUIET_SHARE, 1.5 * QUIET_SHARE])
    speech_db, background_db = to_db(gated_mean(heard)), to_db(float(middle))
    is_steady = bool(high <= low * to_power(STEADY_DB)) and speech_db - background_db >= APART_DB
    if not is_steady:
        background_db = to_db(float(np.quantile(power, QUIET_SHARE)))
    return SpeechLevel(speech_db, background_db, is_steady)


def gated_mean(power: Power) -> float:
    """The mean of what is not much quieter than the mean."""
    return float(power[above_gate(power)].mean())


def above_gate(power: Power) -> NDArray[np.bool_]:
    """Which frames are at most RELATIVE_GATE_DB below the mean of all; at least one is."""
    return np.asarray(power >= power.mean() * to_power(-RELATIVE_GATE_DB))


def to_db(power: float) -> float:
    """Mean square to dBFS; -120 for nothing."""
    return float(10 * np.log10(max(power, MIN_POWER)))


def to_power(level_db: float) -> float:
    """DBFS to mean square."""
    return float(10 ** (level_db / 10))
