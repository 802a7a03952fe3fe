"""How loud the sound is, ten times a second: a meter that PCM flows through, and its readings.

Pure; no process, no file. Each channel is measured before any downmix, so that a dead channel and
channels in opposite phase are seen; of two channels their mean is measured as well.

The mains are measured on their own: 50 and 60 Hz and their second and third harmonics all have
whole numbers of periods in 0.1 s, so a projection separates them from each other without a window.
"""

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000  # of the PCM: s16le, interleaved
FRAME_S = 0.1
FRAME_SAMPLES = round(RATE_HZ * FRAME_S)
FULL_SCALE = 32768.0
CLIPPED = 32_250  # resampling rounds the flat tops of a clipped wave off a little
MAINS_HZ = (50, 60)
MAINS_HARMONICS = (1, 2, 3)
# Half floats hold 0.005 dB at any level that s16 can have, in half the space.
READING = np.dtype(
    [("rms", "<f2"), ("peak", "<f2"), ("hum_50", "<f2"), ("hum_60", "<f2"), ("clips", "<u2")]
)

Power = NDArray[np.float64]  # mean square; full scale is 1


@dataclass(frozen=True, slots=True)
class Levels:
    """What a meter read: `readings` has a row for every 0.1 s and a column for every channel.

    rms, peak, hum_50 and hum_60 are amplitudes (full scale is 1), clips counts samples. Of two
    channels there is a third column: their mean, which is what a plain downmix would be.
    """

    channels: int
    readings: NDArray[np.void]  # of dtype READING, (frames, columns)

    @property
    def duration_s(self) -> float:
        """Seconds measured, in whole frames."""
        return len(self.readings) * FRAME_S

    @property
    def mix_column(self) -> int:
        """The column of the mean of all channels."""
        return 2 if self.channels == 2 else 0

    def louder(self, factor: float) -> "Levels":
        """The same readings of a sound so many times as loud; the clips stay."""
        readings = self.readings.copy()
        for reading in ("rms", "peak", "hum_50", "hum_60"):
            readings[reading] *= np.float16(factor)
        return Levels(self.channels, readings)

    def amplitude(self, reading: str, column: int) -> NDArray[np.float64]:
        """One reading of one column over time, full scale is 1."""
        return self.readings[reading][:, column].astype(np.float64)

    def power(self, column: int) -> Power:
        """Mean square of each frame."""
        return np.square(self.amplitude("rms", column))

    def hum_power(self, column: int, mains_hz: int) -> Power:
        """Mean square of the mains' frequency and its harmonics in each frame."""
        return np.square(self.amplitude(f"hum_{mains_hz}", column))

    def power_without_hum(self, column: int) -> Power:
        """Mean square of each frame without the stronger of the two mains."""
        hum = np.maximum(*(self.hum_power(column, mains_hz) for mains_hz in MAINS_HZ))
        return np.maximum(self.power(column) - hum, 0.0)


class LevelMeter:
    """Takes PCM in pieces of any size and keeps its levels: 1 MB for an hour of two channels."""

    def __init__(self, channels: int) -> None:
        """`channels` is 1 or 2; raises ValueError for any other number."""
        if channels not in (1, 2):
            raise ValueError(f"a level meter has 1 or 2 channels, not {channels}")
        self.channels = channels
        self._frame_bytes = FRAME_SAMPLES * channels * 2
        self._rest = b""
        self._readings = bytearray()

    def take(self, pcm: bytes) -> None:
        """Measure the next piece; what fills no frame yet is kept for the next call."""
        data = self._rest + pcm
        whole = len(data) - len(data) % self._frame_bytes
        self._rest = data[whole:]
        step = 600 * self._frame_bytes  # a minute at a time: what is being worked on stays small
        for begin in range(0, whole, step):
            piece = data[begin : min(begin + step, whole)]
            self._readings += _measured(piece, self.channels).tobytes()

    def levels(self) -> Levels:
        """What was read so far. A copy: it does not change as more is taken."""
        columns = 3 if self.channels == 2 else 1
        readings = np.frombuffer(bytes(self._readings), READING).reshape(-1, columns)
        return Levels(self.channels, readings)

    def snapshot(self) -> bytes:
        """Everything that is known, to go on from in another process."""
        state = (self.channels, self._rest, bytes(self._readings))
        return msgspec.msgpack.encode(state)

    @classmethod
    def restore(cls, snapshot: bytes) -> "LevelMeter":
        """The meter that made the snapshot. Raises msgspec.DecodeError when it is none."""
        channels, rest, readings = msgspec.msgpack.decode(snapshot, type=tuple[int, bytes, bytes])
        meter = cls(channels)
        meter._rest = rest
        meter._readings = bytearray(readings)
        return meter


def _measured(pcm: bytes, channels: int) -> NDArray[np.void]:
    """The readings of whole frames, (frames, columns)."""
    samples = np.frombuffer(pcm, "<i2").reshape(-1, FRAME_SAMPLES, channels)
    columns = [samples[:, :, channel].astype(np.float32) for channel in range(channels)]
    if channels == 2:
        columns.append((columns[0] + columns[1]) / np.float32(2))
    readings = np.empty((len(samples), len(columns)), READING)
    for column, wave in enumerate(columns):
        _read(wave, readings[:, column])
    return readings


def _read(wave: NDArray[np.float32], into: NDArray[np.void]) -> None:
    peak = np.maximum(wave.max(axis=1), -wave.min(axis=1))
    into["rms"] = np.sqrt(np.einsum("fs,fs->f", wave, wave) / FRAME_SAMPLES) / FULL_SCALE
    into["peak"] = peak / FULL_SCALE
    projected = np.square(wave @ _MAINS_WAVES).reshape(len(wave), len(MAINS_HZ), -1)
    hum = np.sqrt(projected.sum(axis=2) / FRAME_SAMPLES) / FULL_SCALE
    into["hum_50"], into["hum_60"] = hum[:, 0], hum[:, 1]
    into["clips"] = 0
    loud = peak >= CLIPPED
    into["clips"][loud] = (np.abs(wave[loud]) >= CLIPPED).sum(axis=1)


def _mains_waves() -> NDArray[np.float32]:
    """Sines and cosines of unit energy, (samples, 12): those of 50 Hz, then those of 60 Hz."""
    time_s = np.arange(FRAME_SAMPLES) / RATE_HZ
    waves = [
        wave(2 * np.pi * mains_hz * harmonic * time_s)
        for mains_hz in MAINS_HZ
        for harmonic in MAINS_HARMONICS
        for wave in (np.sin, np.cos)
    ]
    scale = np.sqrt(2 / FRAME_SAMPLES)
    return np.ascontiguousarray(scale * np.stack(waves, axis=1), np.float32)


_MAINS_WAVES = _mains_waves()
