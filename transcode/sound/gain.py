"""The one gain that brings a whole recording to the loudness we publish at. Pure.

The limiter takes away from the loud moments, and the more the higher the gain. So the gain is found
by asking, for each tenth of a second, what the limiter will do to it.
"""

import numpy as np

from transcode.sound.levels import Power
from transcode.sound.speech_level import above_gate, speech_level, to_db

TARGET_LUFS = -16.0
MAX_GAIN_DB = 36.0  # speech down to -52 LUFS is brought up; beneath that a sound card's noise is
MAX_LIMITING_DB = 9.0  # more would be heard as pressed
NOISE_ALONE_LUFS = -40.0  # a steady sound below this is a room without a speaker
# The limiter recovers within 0.05 s, so over 0.1 s it takes less than at the peak: measured with
# three voices and gains of 3 to 24 dB, the loss is predicted within 0.7 dB.
LIMITER_SHARE = 0.67
LIMIT_DB = -4.0  # of the limiter; decoded AAC of 24 kbit/s was up to 2.9 dB beyond it


def static_gain_db(integrated_lufs: float | None, power: Power, peak: Power) -> float:
    """The gain in dB for sound of that loudness, whose frames have these mean squares and peaks.

    0 for silence and for a quiet noise without speech: they stay what they are.
    """
    speech = speech_level(power)
    if integrated_lufs is None or speech is None:
        return 0.0
    if not speech.stands_out and integrated_lufs < NOISE_ALONE_LUFS:
        return 0.0
    wanted_db = TARGET_LUFS - integrated_lufs
    loud = above_gate(power)
    low_db, high_db = wanted_db, wanted_db + MAX_LIMITING_DB
    for _ in range(12):  # to 0.01 dB
        middle_db = (low_db + high_db) / 2
        if middle_db - limiter_loss_db(middle_db, power[loud], peak[loud]) < wanted_db:
            low_db = middle_db
        else:
            high_db = middle_db
    return min(low_db, MAX_GAIN_DB)


def expected_lufs(integrated_lufs: float, gain_db: float, power: Power, peak: Power) -> float:
    """How loud the sound will be behind gain and limiter; within 1 LU of what is measured then."""
    loud = above_gate(power)
    return integrated_lufs + gain_db - limiter_loss_db(gain_db, power[loud], peak[loud])


def limiter_loss_db(gain_db: float, power: Power, peak: Power) -> float:
    """How much loudness the limiter takes at a gain."""
    over = np.maximum(peak * 10 ** ((gain_db - LIMIT_DB) / 20), 1.0)
    kept = float((power * over ** (-2 * LIMITER_SHARE)).sum() / power.sum())
    return -to_db(kept)
