"""The chain that makes a lecture's sound easy to hear, by what comes out of it."""

from pathlib import Path

import av
import numpy as np
import pytest
from av.container import InputContainer

from tests.generated_media import run_ffmpeg
from tests.transcode.sound.heard import (
    BANDS_HZ,
    band_levels,
    in_pauses,
    level_db,
    listened,
    samples_of,
    through_aac,
)
from tests.transcode.sound.metered import metered
from tests.transcode.sound.synthetic_speech import (
    RATE_HZ,
    Samples,
    at_level,
    decibels,
    hiss,
    hum,
    lecture,
    music,
    stereo,
    write_wav,
)
from transcode.sound.downmix import Downmix, choose_downmix
from transcode.sound.filters import RUN_UP_S, noise_reduction_db, speech_filters
from transcode.sound.loudness import Loudness, measure_loudness
from transcode.sound.sound_filter import SoundFilter, filter_text

pytestmark = pytest.mark.slow  # each is short; together they are half a minute

SECONDS = 12
SPOKEN = lecture(SECONDS).samples
NOTHING = np.zeros_like(SPOKEN)
MEASURED = Loudness(
    integrated_lufs=-26,
    true_peak_db=-8,
    range_lu=3,
    speech_db=-26,
    noise_floor_db=-50,
    noise_is_steady=True,
    mains_hz=50,
    channels=(),
    downmix=Downmix.MEAN,
    gain_db=12,
    expected_lufs=-16,
)

SOUNDS = [
    pytest.param(SPOKEN, id="as it should be"),
    pytest.param(decibels(-24) * SPOKEN, id="quiet"),
    pytest.param(decibels(8) * SPOKEN, id="loud"),
    pytest.param(decibels(18) * SPOKEN, id="clipped"),
    pytest.param(stereo(SPOKEN, NOTHING), id="left only"),
    pytest.param(stereo(hiss(SECONDS, -70), SPOKEN), id="right only"),
    pytest.param(stereo(SPOKEN, SPOKEN), id="two channels"),
    pytest.param(stereo(SPOKEN, -SPOKEN), id="opposite phase"),
    pytest.param(decibels(-10) * SPOKEN + hum(SECONDS, -24), id="hum"),
    pytest.param(decibels(-8) * SPOKEN + hiss(SECONDS, -52), id="hiss"),
    pytest.param(music(SECONDS, -24), id="music"),
]


async def filtered(path: Path, samples: Samples) -> tuple[Loudness, Path]:
    """Both passes over a sound, as a student gets it."""
    channels = 1 if samples.ndim == 1 else 2
    loudness = await measure_loudness(write_wav(path, samples), "wav", 0, channels)
    return loudness, through_aac(path, speech_filters(loudness, channels))


@pytest.mark.parametrize("sound", SOUNDS)
async def test_a_measured_recording_comes_out_at_16_lufs_below_1_db(
    tmp_path: Path, sound: Samples
) -> None:
    loudness, coded = await filtered(tmp_path / "sound.wav", sound)
    heard = listened(coded)
    assert heard.lufs == pytest.approx(-16, abs=1)
    assert heard.lufs == pytest.approx(loudness.expected_lufs, abs=1)
    assert heard.true_peak_db <= -1


@pytest.mark.parametrize("level_db", [-12, -20, -30, -40])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_growing_recording_comes_out_near_16_lufs_below_1_db(
    tmp_path: Path, level_db: float, channels: int
) -> None:
    sound = at_level(SPOKEN, level_db) + hiss(SECONDS, -75)
    path = write_wav(tmp_path / "s.wav", sound if channels == 1 else stereo(sound, sound))
    heard = listened(through_aac(path, speech_filters(None, channels)))
    assert heard.lufs == pytest.approx(-16, abs=2)
    assert heard.true_peak_db <= -1


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(stereo(SPOKEN, -SPOKEN), id="opposite phase"),
        pytest.param(stereo(NOTHING, SPOKEN), id="right only"),
    ],
)
def test_a_growing_recording_is_mixed_as_its_beginning_asks(tmp_path: Path, sound: Samples) -> None:
    downmix = choose_downmix(metered(sound[: 4 * RATE_HZ]))
    path = write_wav(tmp_path / "s.wav", sound)
    heard = listened(through_aac(path, speech_filters(None, 2, downmix=downmix)))
    assert heard.lufs == pytest.approx(-16, abs=2)
    assert heard.true_peak_db <= -1


@pytest.mark.parametrize("noise_db", [-75, -60, -50])
def test_the_running_gain_does_not_lift_noise_in_a_pause(tmp_path: Path, noise_db: float) -> None:
    quiet = np.zeros(10 * RATE_HZ)
    sound = np.concatenate([SPOKEN, quiet, SPOKEN])
    path = write_wav(tmp_path / "s.wav", sound + hiss(len(sound) / RATE_HZ, noise_db))
    pause = slice(len(SPOKEN) + 5 * RATE_HZ, len(SPOKEN) + 7 * RATE_HZ)
    before, after = samples_of(path), samples_of(path, speech_filters(None, 1))
    lifted_db = level_db(after[: len(SPOKEN)]) - level_db(before[: len(SPOKEN)])
    assert level_db(after[pause]) < level_db(before[pause]) + lifted_db + 8


def test_what_is_said_before_and_after_a_long_pause_is_not_faded(tmp_path: Path) -> None:
    words = [SPOKEN[: 4 * RATE_HZ], np.zeros(8 * RATE_HZ), SPOKEN[: 4 * RATE_HZ]]
    path = write_wav(tmp_path / "s.wav", np.concatenate(words))
    before, after = samples_of(path), samples_of(path, speech_filters(None, 1))
    lifted = [
        level_db(after[second * RATE_HZ :][:RATE_HZ])
        - level_db(before[second * RATE_HZ :][:RATE_HZ])
        for second in (1, 2, 3, 12, 13, 14, 15)
    ]
    assert max(lifted) - min(lifted) < 6


async def test_silence_stays_silent(tmp_path: Path) -> None:
    _, coded = await filtered(tmp_path / "sound.wav", NOTHING)
    assert level_db(samples_of(coded)) < -100


async def test_hum_is_20_db_quieter(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    sound = SPOKEN + hum(SECONDS, -30)
    loudness, _ = await filtered(path, sound)
    before, after = samples_of(path), samples_of(path, speech_filters(loudness, 1))
    lowered = level_db(in_pauses(before, SECONDS)) - level_db(in_pauses(after, SECONDS))
    assert lowered + loudness.gain_db >= 20


@pytest.mark.parametrize("mains_hz", [50, 60])
async def test_the_running_chain_lowers_hum_as_well(tmp_path: Path, mains_hz: int) -> None:
    path = write_wav(tmp_path / "s.wav", SPOKEN)
    hummed = write_wav(tmp_path / "h.wav", at_level(hum(SECONDS, -30, mains_hz), -30))
    gain_db = level_db(samples_of(path, speech_filters(None, 1))) - level_db(SPOKEN)
    after = samples_of(hummed, speech_filters(None, 1)[:-4])  # without gain and limiter
    assert level_db(after) < -30 - 12
    assert gain_db < 12


@pytest.mark.parametrize(("noise_db", "lowered_db"), [(-48, 11), (-54, 6), (-75, 0)])
async def test_hiss_is_lowered_where_it_would_be_heard(
    tmp_path: Path, noise_db: float, lowered_db: float
) -> None:
    path = tmp_path / "sound.wav"
    loudness, _ = await filtered(path, SPOKEN + hiss(SECONDS, noise_db))
    after = samples_of(path, speech_filters(loudness, 1))
    lowered = noise_db + loudness.gain_db - level_db(in_pauses(after, SECONDS))
    assert lowered == pytest.approx(lowered_db, abs=2)


@pytest.mark.parametrize(
    ("noise_db", "farthest_db"),
    [pytest.param(-90, 0.3, id="clean"), pytest.param(-52, 1, id="hiss")],
)
async def test_the_bands_of_speech_keep_their_levels(
    tmp_path: Path, noise_db: float, farthest_db: float
) -> None:
    """Before the limiter, against clean speech with the same gain alone."""
    noise = hiss(SECONDS, noise_db)
    loudness, _ = await filtered(tmp_path / "noisy.wav", decibels(-6) * SPOKEN + noise)
    clean = write_wav(tmp_path / "clean.wav", decibels(-6) * SPOKEN)
    chain = speech_filters(loudness, 1)[:-3]
    heard = samples_of(tmp_path / "noisy.wav", chain)
    wanted = samples_of(clean, chain[-1:])
    difference = (band_levels(heard) - band_levels(wanted))[1:]  # below 200 Hz the high-pass works
    assert np.abs(difference).max() < farthest_db, dict(zip(BANDS_HZ[1:], difference, strict=True))


@pytest.mark.parametrize("rate_hz", [24_000, 48_000])
@pytest.mark.parametrize("loudness", [MEASURED, None], ids=["measured", "growing"])
def test_a_click_stays_where_it_is(tmp_path: Path, loudness: Loudness | None, rate_hz: int) -> None:
    clicks_s = (0.5, 1.23, 2.9)
    sound = np.zeros(3 * rate_hz)
    for click_s in clicks_s:
        sound[round(click_s * rate_hz)] = 0.5
    path = tmp_path / "clicks.wav"
    np.asarray(sound, "<f4").tofile(tmp_path / "clicks.f32")
    raw = ("-f", "f32le", "-ar", str(rate_hz), "-ac", "1", "-i", str(tmp_path / "clicks.f32"))
    run_ffmpeg(*raw, str(path))
    after = np.abs(samples_of(path, speech_filters(loudness, 1, rate_hz), rate_hz=rate_hz))
    assert len(after) == len(sound)
    for click_s in clicks_s:
        near = slice(round((click_s - 0.09) * rate_hz), round((click_s + 0.09) * rate_hz))
        assert near.start + after[near].argmax() == pytest.approx(
            click_s * rate_hz, abs=rate_hz / 1000
        )


@pytest.mark.parametrize("second", [5, 8])
@pytest.mark.parametrize(
    ("loudness", "alike_db"), [(MEASURED, -50), (None, -25)], ids=["measured", "growing"]
)
def test_an_encode_resumed_with_a_run_up_makes_the_same_samples(
    tmp_path: Path, loudness: Loudness | None, alike_db: float, second: int
) -> None:
    sound = decibels(-6) * SPOKEN + hiss(SECONDS, -50) + hum(SECONDS, -40)
    path, chain = write_wav(tmp_path / "s.wav", sound), speech_filters(loudness, 1)
    whole = samples_of(path, chain)[second * RATE_HZ :]
    resumed = samples_of(path, chain, start_s=second - RUN_UP_S)[RUN_UP_S * RATE_HZ :]
    assert len(resumed) == len(whole)
    assert level_db(resumed - whole) < level_db(whole) + alike_db


@pytest.mark.parametrize("loudness", [MEASURED, None], ids=["measured", "growing"])
def test_time_stamps_go_on_from_where_the_input_begins(
    tmp_path: Path, loudness: Loudness | None
) -> None:
    path = write_wav(tmp_path / "s.wav", SPOKEN[: 2 * RATE_HZ])
    late = SoundFilter("asetpts", {"expr": "PTS+47/TB"})
    out = tmp_path / "late.mkv"
    chain = filter_text((late, *speech_filters(loudness, 1)))
    run_ffmpeg("-i", str(path), "-af", chain, "-c:a", "pcm_f32le", str(out))
    with av.open(str(out), "r") as container:
        assert isinstance(container, InputContainer)
        frames = [(frame.time, frame.samples) for frame in container.decode(audio=0)]
    ends_s = [47.0, *((time_s or 0) + samples / RATE_HZ for time_s, samples in frames)]
    assert [time_s for time_s, _ in frames] == pytest.approx(ends_s[:-1], abs=0.002)
    assert ends_s[-1] == pytest.approx(49, abs=0.002)


@pytest.mark.parametrize(
    ("floor_db", "is_steady", "reduction_db"),
    [(-50, True, 12), (-64, True, 6), (-72, True, 0), (-50, False, 0), (-20, True, 12)],
)
def test_noise_is_reduced_only_where_it_is_steady_and_heard(
    floor_db: float, is_steady: bool, reduction_db: float
) -> None:
    loudness = Loudness(-26, -8, 3, -26, floor_db, is_steady, None, (), Downmix.MEAN, 12, -16)
    assert noise_reduction_db(loudness) == pytest.approx(reduction_db)
    names = [step.name for step in speech_filters(loudness, 1)]
    assert ("afftdn" in names) == (reduction_db > 0)


@pytest.mark.parametrize("channels", [0, 2, 6])
@pytest.mark.parametrize("loudness", [MEASURED, None], ids=["measured", "growing"])
def test_any_number_of_channels_becomes_one(
    tmp_path: Path, loudness: Loudness | None, channels: int
) -> None:
    layout = {0: "stereo", 2: "stereo", 6: "5.1"}[channels]
    path = tmp_path / "sound.wav"
    tone = f"sine=440:r=48000:d=1,aformat=channel_layouts={layout}"
    run_ffmpeg("-f", "lavfi", "-i", tone, str(path))
    assert len(samples_of(path, speech_filters(loudness, channels))) == RATE_HZ
