"""The level meter: what it reads, in pieces of any size, and across a restart."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transcode.sound.synthetic_speech import decibels, hum, stereo
from transcode.sound.levels import RATE_HZ, LevelMeter, Levels


def pcm(samples: np.ndarray) -> bytes:
    """s16le, interleaved; what is beyond full scale is clipped."""
    return np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2").tobytes()


def tone(amplitude: float, frequency_hz: float = 440, seconds: float = 1) -> np.ndarray:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return amplitude * np.sin(2 * np.pi * frequency_hz * time_s)


def measured(samples: np.ndarray) -> Levels:
    meter = LevelMeter(1 if samples.ndim == 1 else 2)
    meter.take(pcm(samples))
    return meter.levels()


def test_a_tone_has_its_rms_and_its_peak() -> None:
    levels = measured(tone(0.5))
    assert levels.duration_s == pytest.approx(1)
    assert levels.amplitude("rms", 0) == pytest.approx(0.5 / np.sqrt(2), rel=0.002)
    assert levels.amplitude("peak", 0) == pytest.approx(0.5, rel=0.005)


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_the_mains_are_told_from_a_voice_and_from_each_other(mains_hz: int) -> None:
    both = hum(1, -30, mains_hz)[::3] + tone(0.2, 440)
    levels = measured(both)
    other_hz = 110 - mains_hz
    assert 10 * np.log10(levels.hum_power(0, mains_hz)) == pytest.approx(-30, abs=0.2)
    assert np.all(levels.hum_power(0, other_hz) < decibels(-80) ** 2)
    assert 10 * np.log10(levels.power_without_hum(0)) == pytest.approx(-16.99, abs=0.1)


def test_the_mean_of_two_channels_shows_that_opposite_phases_cancel() -> None:
    levels = measured(stereo(tone(0.5), -tone(0.5)))
    assert np.all(levels.power(levels.mix_column) < 1e-8)
    assert np.all(levels.power(0) > 0.1)


@pytest.mark.parametrize(
    ("amplitude", "is_clipped"), [(0.5, False), (0.98, False), (1.5, True), (8, True)]
)
def test_only_samples_at_the_end_of_the_scale_count_as_clipped(
    amplitude: float, is_clipped: bool
) -> None:
    clips = measured(tone(amplitude)).readings["clips"]
    assert bool(np.all(clips > 100)) == is_clipped
    assert bool(np.any(clips)) == is_clipped


@settings(deadline=None, max_examples=20)
@given(cuts=st.lists(st.integers(0, 40_000), max_size=8), channels=st.sampled_from([1, 2]))
def test_pieces_and_restarts_change_nothing(cuts: list[int], channels: int) -> None:
    data = np.random.default_rng(1).integers(-9000, 9000, 20_000, dtype="<i2").tobytes()
    whole = LevelMeter(channels)
    whole.take(data)
    meter, at = LevelMeter(channels), 0
    for cut in [*sorted(cuts), len(data)]:
        meter.take(data[at:cut])
        at = max(at, cut)
        meter = LevelMeter.restore(meter.snapshot())
    assert np.array_equal(meter.levels().readings, whole.levels().readings)


def test_an_hour_of_two_channels_takes_about_a_megabyte() -> None:
    meter = LevelMeter(2)
    meter.take(bytes(RATE_HZ * 60 * 4))
    assert meter.levels().duration_s == pytest.approx(60)
    assert len(meter.snapshot()) * 60 < 1_200_000


def test_what_is_no_snapshot_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        LevelMeter.restore(b"nothing")


def test_a_meter_has_one_channel_or_two() -> None:
    with pytest.raises(ValueError, match="6"):
        LevelMeter(6)
