"""Listen to what ffmpeg makes of a sound: its samples, its loudness, before and after a codec."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from tests.generated_media import run_ffmpeg
from tests.transcode.sound.synthetic_speech import Samples, lecture
from transcode.ladder import SPEECH
from transcode.sound.sound_filter import SoundFilter, filter_text
from transcode.sound_encoder import encoder_options

BANDS_HZ = (160, 250, 400, 630, 1000, 1600, 2500, 4000, 6300)


@dataclass(frozen=True)
class Heard:
    """By `ebur128`."""

    lufs: float
    true_peak_db: float


def listened(path: Path) -> Heard:
    """The loudness and the true peak of a file."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    meter = ["-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"]
    done = subprocess.run(
        [ffmpeg, "-hide_banner", "-nostats", "-i", str(path), *meter],
        check=True,
        capture_output=True,
        text=True,
    )
    (lufs,) = re.findall(r" I:\s+(\S+) LUFS", done.stderr)
    (peak_db,) = re.findall(r"Peak:\s+(\S+) dBFS", done.stderr)
    return Heard(float(lufs), float(peak_db))


def samples_of(
    path: Path, filters: tuple[SoundFilter, ...] = (), *, start_s: float = 0, rate_hz: int = 48_000
) -> Samples:
    """What a file sounds like through the filters, mono."""
    raw = path.with_name(f"{path.stem}.{start_s}.f32")
    chain = ["-af", filter_text(filters)] if filters else []
    output = ["-ac", "1", "-ar", str(rate_hz), "-f", "f32le", str(raw)]
    run_ffmpeg("-ss", str(start_s), "-i", str(path), *chain, *output)
    return np.fromfile(raw, "<f4").astype(np.float64)


def through_aac(path: Path, filters: tuple[SoundFilter, ...], bitrate: str = "24k") -> Path:
    """The sound as students get it: filtered, coded as AAC."""
    out = path.with_suffix(".m4a")
    options = encoder_options(SPEECH) | {"b:a": bitrate, "ar": SPEECH.sample_rate_hz}
    coded = [text for key, value in options.items() for text in (f"-{key}", str(value))]
    run_ffmpeg("-i", str(path), "-af", filter_text(filters), *coded, str(out))
    return out


def band_levels(samples: Samples) -> Samples:
    """The level in dB of bands two thirds of an octave wide, about the frequencies of BANDS_HZ."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 4096)[::2048] * np.hanning(4096)
    power = (np.abs(np.fft.rfft(frames)) ** 2).mean(axis=0)
    frequencies_hz = np.fft.rfftfreq(4096, 1 / 48_000)
    edges = [(centre / 1.26, centre * 1.26) for centre in BANDS_HZ]
    bands = [power[(low <= frequencies_hz) & (frequencies_hz < high)].sum() for low, high in edges]
    return np.asarray(10 * np.log10(np.array(bands) + 1e-12))


def level_db(samples: Samples) -> float:
    """RMS in dBFS."""
    return float(10 * np.log10(np.mean(samples**2) + 1e-14))


def in_pauses(samples: Samples, seconds: float) -> Samples:
    """What is heard in the pauses of `lecture(seconds)`, their edges left out."""
    parts = [
        samples[round((start_s + 0.15) * 48_000) : round((end_s - 0.15) * 48_000)]
        for start_s, end_s in lecture(seconds).pauses_s
        if end_s - start_s > 0.5
    ]
    return np.concatenate(parts)
