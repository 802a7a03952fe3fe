"""Sound for tests that is like a lecture: syllables with formants, hissed consonants, pauses.

Made by numpy from a seed, never stored. Levels are RMS over the spoken part, in dBFS.
"""

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
VOWELS_HZ = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480))
FORMANT_WIDTH_HZ = 90.0

Samples = NDArray[np.float64]  # (samples,) or (samples, channels), full scale is 1


@dataclass(frozen=True)
class Lecture:
    """Speech and where it pauses."""

    samples: Samples  # mono
    pauses_s: tuple[tuple[float, float], ...]  # start, end


def lecture(
    seconds: float, *, pitch_hz: float = 125, longest_pause_s: float = 1.6, seed: int = 1
) -> Lecture:
    """Phrases of 1.5 to 4 s with pauses of 0.3 s or more between them, at -20 dBFS."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(seconds * RATE_HZ))
    pauses, at = [], 0
    while at < len(out):
        phrase = _phrase(rng, rng.uniform(1.5, 4), pitch_hz)[: len(out) - at]
        out[at : at + len(phrase)] = phrase
        pause = round(rng.uniform(0.3, longest_pause_s) * RATE_HZ)
        begin, at = at + len(phrase), at + len(phrase) + pause
        if begin < len(out):
            pauses.append((begin / RATE_HZ, min(at, len(out)) / RATE_HZ))
    spoken = out[np.abs(out) > 0]
    return Lecture(out * (decibels(-20) / np.sqrt(np.mean(spoken**2))), tuple(pauses))


def hiss(seconds: float, level_db: float, seed: int = 2) -> Samples:
    """White noise."""
    rng = np.random.default_rng(seed)
    return decibels(level_db) * rng.standard_normal(round(seconds * RATE_HZ))


def hum(seconds: float, level_db: float, mains_hz: float = 50) -> Samples:
    """The mains: its frequency, and two weaker harmonics."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    waves = [
        share * np.sin(2 * np.pi * mains_hz * factor * time_s)
        for factor, share in ((1, 1.0), (2, 0.1), (3, 0.1))
    ]
    total: Samples = np.sum(waves, axis=0)
    return at_level(total, level_db)


def music(seconds: float, level_db: float, seed: int = 3) -> Samples:
    """Chords without a pause, two in a second, each of which fades within two."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    swell = np.exp(-3 * time_s) * np.clip(time_s * 200, 0, 1)
    out = np.zeros(round(seconds * RATE_HZ) + len(time_s))
    for begin in range(0, round(seconds * RATE_HZ), RATE_HZ // 2):
        for note_hz in rng.choice([220, 261.6, 329.6, 392, 523.3, 659.3], 3, replace=False):
            out[begin : begin + len(time_s)] += swell * np.sin(2 * np.pi * note_hz * time_s)
    return at_level(out[: round(seconds * RATE_HZ)], level_db)


def at_level(samples: Samples, level_db: float) -> Samples:
    """The sound at that RMS."""
    return samples * (decibels(level_db) / float(np.sqrt(np.mean(samples**2))))


def decibels(level_db: float) -> float:
    """The factor that a level is."""
    return float(10 ** (level_db / 20))


def stereo(left: Samples, right: Samples) -> Samples:
    """Two channels."""
    return np.stack([left, right], axis=1)


def write_wav(path: Path, samples: Samples) -> Path:
    """A 16-bit WAV file; what is beyond full scale is clipped, as a sound card does."""
    frames = np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(frames.tobytes())
    return path


def _phrase(rng: np.random.Generator, seconds: float, pitch_hz: float) -> Samples:
    parts: list[Samples] = []
    while sum(map(len, parts)) < seconds * RATE_HZ:
        if rng.random() < 0.6:
            parts.append(_consonant(rng))
        parts.append(_syllable(rng, pitch_hz * rng.uniform(0.85, 1.2)))
    return np.concatenate(parts)


def _syllable(rng: np.random.Generator, pitch_hz: float) -> Samples:
    """A vowel: harmonics of the voice under the formants' hills, swelling and falling."""
    count = round(rng.uniform(0.12, 0.28) * RATE_HZ)
    time_s = np.arange(count) / RATE_HZ
    glide = 1 - 0.1 * time_s / time_s[-1]
    phase = 2 * np.pi * np.cumsum(pitch_hz * glide) / RATE_HZ
    formants = np.array(VOWELS_HZ[rng.integers(len(VOWELS_HZ))])
    out = np.zeros(count)
    for harmonic in range(1, int(5000 / pitch_hz)):
        frequency_hz = harmonic * pitch_hz
        hills = np.sum(1 / (1 + ((frequency_hz - formants) / FORMANT_WIDTH_HZ) ** 2))
        out += (0.05 + hills) / harmonic**0.7 * np.sin(harmonic * phase)
    swell = np.sin(np.pi * np.arange(count) / count) ** 0.5
    return np.asarray(out * swell * decibels(rng.uniform(-6, 0)))


def _consonant(rng: np.random.Generator) -> Samples:
    """Noise between 2 and 8 kHz."""
    count = round(rng.uniform(0.05, 0.12) * RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequencies_hz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    spectrum[(frequencies_hz < 2000) | (frequencies_hz > 8000)] = 0
    swell = np.sin(np.pi * np.arange(count) / count)
    return np.asarray(np.fft.irfft(spectrum, count) * swell * 0.4)
