"""Which filters make a lecture's sound easy to hear: one channel, no hum, even loudness. Pure.

    one channel -> high-pass -> (notches) -> (noise reduction) -> gain -> limiter

With a `Loudness` (a complete file, measured in a first pass) every filter is static. Without one
(the file still grows) the gain follows the speech. Either way an encode that starts in the middle
with `RUN_UP_S` of what lies before makes the samples that one from the beginning would; where the
gain follows the speech, it may differ by some tenths of a decibel.

Nothing is delayed: a click comes out where it went in, within a millisecond.
"""

import math

from transcode.sound.downmix import Downmix
from transcode.sound.gain import LIMIT_DB
from transcode.sound.levels import RATE_HZ
from transcode.sound.loudness import Loudness
from transcode.sound.sound_filter import HIGH_PASS, SoundFilter

# The running gain measures for 3 s before it moves, the static filters are settled after one. Whole
# seconds, so that a new run cuts the sound into the same pieces.
RUN_UP_S = 4

# Between samples a wave is higher than at them. At 96 kHz by 0.1 dB at most, in what is left of
# sound below 12 kHz; so the limiter works there.
LIMITED_RATE_HZ = 96_000
LIMITER_ATTACK_MS = 5
LIMITER_RELEASE_MS = 50  # with less, the wave of a deep voice itself is bent

MAINS_HARMONICS = (1, 2, 3, 4)
NOTCH_WIDTH_HZ = 6  # mains wander by 0.2 Hz; rings for 0.05 s, which is why it is not narrower

NOISE_AFTER_GAIN_DB = -58.0  # a steady noise below that is not heard beside speech at -16 LUFS
MAX_NOISE_REDUCTION_DB = 12.0  # more makes what is left of the noise chirp
MIN_NOISE_REDUCTION_DB = 3.0

MIXES = {
    Downmix.LEFT: "mono|c0=c0",
    Downmix.RIGHT: "mono|c0=c1",
    Downmix.MEAN: "mono|c0=0.5*c0+0.5*c1",
    Downmix.DIFFERENCE: "mono|c0=0.5*c0-0.5*c1",
}


def speech_filters(
    loudness: Loudness | None,
    channels: int,
    sample_rate_hz: int = 48_000,
    *,
    downmix: Downmix = Downmix.MEAN,
) -> tuple[SoundFilter, ...]:
    """The chain from sound at `sample_rate_hz` with so many channels to mono at the same rate.

    `channels` is the source's number (0: unknown; more than two are folded into two). `downmix` is
    for what was not measured: `choose_downmix` finds it in the levels of a first minute. Samples
    are floating point from the first filter to the last.
    """
    return (
        *_one_channel(loudness.downmix if loudness else downmix, channels),
        *HIGH_PASS,
        *(_static_part(loudness, sample_rate_hz) if loudness else _RUNNING),
        *limiter(sample_rate_hz),
    )


def limiter(sample_rate_hz: int) -> tuple[SoundFilter, ...]:
    """No peak above LIMIT_DB, between the samples either; ends at `sample_rate_hz`."""
    return (
        SoundFilter("aresample", {"sample_rate": LIMITED_RATE_HZ}),
        SoundFilter(
            "alimiter",
            {
                "limit": round(10 ** (LIMIT_DB / 20), 4),
                "attack": LIMITER_ATTACK_MS,
                "release": LIMITER_RELEASE_MS,
                "level": 0,
                "latency": 1,  # takes its look-ahead back
            },
        ),
        SoundFilter("aresample", {"sample_rate": sample_rate_hz}),
    )


def noise_reduction_db(loudness: Loudness) -> float:
    """By how much a steady noise is to be lowered; 0 where it is not needed, or not a noise."""
    if loudness.integrated_lufs is None or not loudness.noise_is_steady:
        return 0.0
    too_loud_db = loudness.noise_floor_db + loudness.gain_db - NOISE_AFTER_GAIN_DB
    if too_loud_db < MIN_NOISE_REDUCTION_DB:
        return 0.0
    return min(too_loud_db, MAX_NOISE_REDUCTION_DB)


def _one_channel(downmix: Downmix, channels: int) -> tuple[SoundFilter, ...]:
    layout = "mono" if channels == 1 else "stereo"
    as_floats = SoundFilter("aformat", {"sample_fmts": "fltp", "channel_layouts": layout})
    if channels == 1:
        return (as_floats,)
    return (as_floats, SoundFilter("pan", {"args": MIXES[downmix]}))


def _static_part(loudness: Loudness, sample_rate_hz: int) -> tuple[SoundFilter, ...]:
    notches = (
        SoundFilter(
            "bandreject",
            {"frequency": loudness.mains_hz * harmonic, "width_type": "h", "width": NOTCH_WIDTH_HZ},
        )
        for harmonic in (MAINS_HARMONICS if loudness.mains_hz else ())
        if loudness.mains_hz
    )
    reduction_db = noise_reduction_db(loudness)
    floor_db = loudness.noise_floor_db
    cleaner = _noise_reduction(floor_db, reduction_db, sample_rate_hz) if reduction_db else ()
    return (*notches, *cleaner, SoundFilter("volume", {"volume": f"{loudness.gain_db:.2f}dB"}))


def _noise_reduction(
    floor_db: float, reduction_db: float, sample_rate_hz: int
) -> tuple[SoundFilter, ...]:
    """`afftdn`, and its delay taken back: two of its steps of 1/80 s."""
    late = sample_rate_hz // 40
    whole_band_db = 10 * math.log10(sample_rate_hz / RATE_HZ)  # it was measured up to 8 kHz
    return (
        SoundFilter("apad", {"pad_len": late}),
        SoundFilter(
            "afftdn",
            {
                "noise_reduction": round(reduction_db, 1),
                "noise_floor": round(min(max(floor_db + whole_band_db, -80.0), -20.0), 1),
                "gain_smooth": 5,  # neighbouring frequencies act alike, so that nothing chirps
            },
        ),
        SoundFilter("atrim", {"start_sample": late}),
        SoundFilter("asetpts", {"expr": f"PTS-{late}/SR/TB"}),
    )


# EBU R 128 over the last seconds, with its gate: in a pause the gain stays as it is, so neither is
# the pause's noise raised nor the word before it faded out.
_RUNNING = (SoundFilter("loudnorm", {"i": -16, "tp": -1.5, "lra": 11}),)
