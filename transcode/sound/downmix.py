"""Which mono to make of two channels: their mean, one of them, or their difference. Pure.

A mean of a live and a dead channel is half as loud and has the dead one's noise; a mean of channels
in opposite phase (a plug wired the wrong way, a balanced line into a stereo socket) is nothing.
"""

from enum import StrEnum

import numpy as np

from transcode.sound.levels import Levels, Power
from transcode.sound.speech_level import above_gate, speech_level, to_power

DEAD_BELOW_SPEECH_DB = 25.0  # crosstalk of cheap sockets is 30 to 40 below
DEAD_DB = -65.0
LIVE_FRAMES = 10  # one second in all: a question asked into the second microphone counts
CANCELLED_SHARE = 0.2  # equal channels keep 1 of their power in the mean, unrelated ones 0.5


class Downmix(StrEnum):
    """How one channel is made."""

    MEAN = "mean"
    LEFT = "left"
    RIGHT = "right"
    DIFFERENCE = "difference"  # the channels are in opposite phase


def choose_downmix(levels: Levels) -> Downmix:
    """The downmix that keeps what is said; MEAN when there is one channel, or only silence."""
    if levels.channels != 2:
        return Downmix.MEAN
    left, right = levels.power_without_hum(0), levels.power_without_hum(1)
    left_lives, right_lives = _lives(left, right), _lives(right, left)
    if left_lives and not right_lives:
        return Downmix.LEFT
    if right_lives and not left_lives:
        return Downmix.RIGHT
    if left_lives and _cancels((left + right) / 2, levels.power_without_hum(levels.mix_column)):
        return Downmix.DIFFERENCE
    return Downmix.MEAN


def _lives(power: Power, other: Power) -> bool:
    """Whether something is said into a channel, compared with the other one."""
    if len(power) == 0:
        return False
    loud = np.sort(power)[-min(LIVE_FRAMES, len(power))]
    speech = speech_level(other)
    of_speech = to_power(speech.speech_db - DEAD_BELOW_SPEECH_DB) if speech else 0.0
    return bool(loud > max(of_speech, to_power(DEAD_DB)))


def _cancels(channels: Power, mix: Power) -> bool:
    loud = above_gate(channels)
    return bool(mix[loud].sum() < CANCELLED_SHARE * channels[loud].sum())
