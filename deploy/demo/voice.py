"""Speaks the script with espeak-ng and lays the sentences out over the lecture's length."""

import io
import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deploy.demo.script import Line

RATE_HZ = 22050  # espeak-ng's
VOICE = ("-v", "en-gb-x-rp", "-s", "148", "-p", "42")
LEAD_S, TAIL_S = 0.9, 1.4
SLIDE_PAUSE = 2.2  # a pause between slides is so many times one between sentences


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence with its place in the lecture."""

    line: Line
    start_s: float
    end_s: float


def speak(lines: Sequence[Line], length_s: float) -> tuple[list[Spoken], NDArray[np.int16]]:
    """Return the sentences with their times, and the sound of `length_s` (mono, RATE_HZ).

    The pauses share what the voice leaves. Raises ValueError when the text is too long.
    """
    voices = [_voice_of(line.text) for line in lines]
    weights = [SLIDE_PAUSE if a.slide != b.slide else 1.0 for a, b in pairwise(lines)]
    spare_s = length_s - LEAD_S - TAIL_S - sum(len(voice) for voice in voices) / RATE_HZ
    if spare_s < 0.45 * sum(weights):
        raise ValueError(f"the script is too long: {spare_s:.1f} s are left for the pauses")
    pauses = [weight * spare_s / sum(weights) for weight in weights]
    sound = np.zeros(int(length_s * RATE_HZ), dtype=np.int16)
    spoken, at_s = [], LEAD_S
    for line, voice, pause_s in zip(lines, voices, [*pauses, 0.0], strict=True):
        first = int(at_s * RATE_HZ)
        sound[first : first + len(voice)] = voice
        spoken.append(Spoken(line, round(at_s, 3), round(at_s + len(voice) / RATE_HZ, 3)))
        at_s += len(voice) / RATE_HZ + pause_s
    return spoken, sound


def loudness(sound: NDArray[np.int16], rate_hz: int) -> list[float]:
    """Return how loud the sound is, 0 to 1, `rate_hz` times a second: the figure's mouth."""
    step = RATE_HZ // rate_hz
    frames = sound[: len(sound) // step * step].reshape(-1, step).astype(np.float64)
    rms = np.sqrt((frames**2).mean(axis=1))
    return [round(float(value), 2) for value in np.clip(rms / (rms.max() * 0.7), 0, 1)]


def as_wav(sound: NDArray[np.int16]) -> bytes:
    """Return the sound as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(sound.tobytes())
    return buffer.getvalue()


def _voice_of(text: str) -> NDArray[np.int16]:
    done = subprocess.run(["espeak-ng", *VOICE, "--stdout", text], check=True, capture_output=True)
    samples = np.frombuffer(done.stdout[44:], dtype=np.int16)  # after the WAV header
    loud = np.flatnonzero(np.abs(samples) > 200)
    return samples[loud[0] : loud[-1]]
