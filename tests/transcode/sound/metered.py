"""What the meter reads of a sound that was made for a test."""

import numpy as np

from tests.transcode.sound.synthetic_speech import Samples
from transcode.sound.levels import LevelMeter, Levels


def metered(samples: Samples) -> Levels:
    """The levels of sound at 48 kHz; beyond full scale it is clipped, as a sound card does."""
    meter = LevelMeter(1 if samples.ndim == 1 else 2)
    frames = np.clip(np.round(samples[::3] * 32767), -32768, 32767)
    meter.take(frames.astype("<i2").tobytes())
    return meter.levels()
