"""The first pass over a recording: what it finds in sounds that are known."""

import asyncio
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from tests.generated_media import recording, run_ffmpeg
from tests.transcode.sound.heard import listened
from tests.transcode.sound.synthetic_speech import (
    RATE_HZ,
    Samples,
    decibels,
    hiss,
    hum,
    lecture,
    music,
    stereo,
    write_wav,
)
from transcode.errors import FfmpegFailed
from transcode.sound.downmix import Downmix
from transcode.sound.loudness import Loudness, measure_loudness

SECONDS = 8
SPOKEN = lecture(SECONDS).samples
NOTHING = np.zeros_like(SPOKEN)


async def measured(folder: Path, samples: Samples) -> Loudness:
    path = write_wav(folder / "sound.wav", samples)
    return await measure_loudness(path, "wav", 0, 1 if samples.ndim == 1 else 2)


@pytest.mark.parametrize(
    ("sound", "downmix"),
    [
        pytest.param(SPOKEN, Downmix.MEAN, id="one channel"),
        pytest.param(stereo(SPOKEN, SPOKEN), Downmix.MEAN, id="two equal channels"),
        pytest.param(stereo(SPOKEN, 0.3 * SPOKEN), Downmix.MEAN, id="one channel weaker"),
        pytest.param(stereo(SPOKEN, NOTHING), Downmix.LEFT, id="left only"),
        pytest.param(stereo(hiss(SECONDS, -66), SPOKEN), Downmix.RIGHT, id="hiss in the left"),
        pytest.param(stereo(hum(SECONDS, -40), SPOKEN), Downmix.RIGHT, id="hum in the left"),
        pytest.param(stereo(SPOKEN, 0.02 * SPOKEN), Downmix.LEFT, id="crosstalk in the right"),
        pytest.param(stereo(SPOKEN, -SPOKEN), Downmix.DIFFERENCE, id="opposite phase"),
        pytest.param(stereo(SPOKEN, -0.7 * SPOKEN), Downmix.DIFFERENCE, id="opposite, weaker"),
        pytest.param(
            stereo(SPOKEN, lecture(SECONDS, seed=9).samples), Downmix.MEAN, id="two speakers"
        ),
        pytest.param(
            stereo(SPOKEN, np.where(np.arange(len(SPOKEN)) < 96_000, SPOKEN, 0)),
            Downmix.MEAN,
            id="the right one is heard for two seconds",
        ),
        pytest.param(stereo(NOTHING, NOTHING), Downmix.MEAN, id="silence"),
    ],
)
async def test_the_downmix_keeps_what_is_said(
    tmp_path: Path, sound: Samples, downmix: Downmix
) -> None:
    loudness = await measured(tmp_path, sound)
    assert loudness.downmix is downmix
    assert loudness.one_channel_is_silent == (downmix in (Downmix.LEFT, Downmix.RIGHT))
    assert loudness.phases_are_opposite == (downmix is Downmix.DIFFERENCE)


async def test_loudness_and_peak_are_those_of_ebu_r128(tmp_path: Path) -> None:
    loudness = await measured(tmp_path, SPOKEN)
    heard = listened(tmp_path / "sound.wav")
    assert loudness.integrated_lufs == pytest.approx(heard.lufs, abs=0.3)
    assert loudness.range_lu < 6


async def test_a_channel_is_told_by_its_own_level(tmp_path: Path) -> None:
    left, right = (await measured(tmp_path, stereo(SPOKEN, decibels(-20) * SPOKEN))).channels
    assert left.rms_db - right.rms_db == pytest.approx(20, abs=0.1)
    assert left.peak_db - right.peak_db == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize(
    ("sound", "gain_db"),
    [
        pytest.param(NOTHING, 0, id="silence"),
        pytest.param(hiss(SECONDS, -60), 0, id="a room without a speaker"),
        pytest.param(hum(SECONDS, -50), 0, id="hum alone"),
        pytest.param(decibels(-35) * SPOKEN, 36, id="so far away that it is lifted no further"),
    ],
)
async def test_neither_silence_nor_noise_is_lifted(
    tmp_path: Path, sound: Samples, gain_db: float
) -> None:
    assert (await measured(tmp_path, sound)).gain_db == pytest.approx(gain_db, abs=0.01)


@pytest.mark.parametrize("level_db", [-45, -55, -65])
async def test_the_noise_beneath_the_speech_is_found(tmp_path: Path, level_db: float) -> None:
    loudness = await measured(tmp_path, SPOKEN + hiss(SECONDS, level_db))
    below_8_khz_db = level_db - 4.8  # a third of what a white noise of 48 kHz is
    assert loudness.noise_floor_db == pytest.approx(below_8_khz_db, abs=1)
    assert loudness.noise_is_steady


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(SPOKEN, id="clean speech"),
        pytest.param(music(SECONDS, -24), id="music"),
        pytest.param(NOTHING, id="silence"),
    ],
)
async def test_no_noise_is_found_where_none_is(tmp_path: Path, sound: Samples) -> None:
    loudness = await measured(tmp_path, sound)
    assert not loudness.noise_is_steady
    assert loudness.mains_hz is None


@pytest.mark.parametrize("mains_hz", [50, 60])
async def test_the_mains_are_named(tmp_path: Path, mains_hz: int) -> None:
    sound = SPOKEN + hum(SECONDS, -30, mains_hz) + hiss(SECONDS, -60)
    assert (await measured(tmp_path, sound)).mains_hz == mains_hz


async def test_the_sound_of_a_video_is_read_and_its_silence_is_no_error(tmp_path: Path) -> None:
    path = recording(tmp_path / "beeps.mp4", seconds=2)
    assert (await measure_loudness(path, "mov", 1, 1)).integrated_lufs == pytest.approx(-12, abs=4)
    silent = tmp_path / "silent.ogg"
    run_ffmpeg("-f", "lavfi", "-i", "anullsrc", "-t", "0.05", "-c:a", "libopus", str(silent))
    loudness = await measure_loudness(silent, "ogg", 0, 2)
    assert loudness.integrated_lufs is None
    assert loudness.gain_db == 0


async def test_what_is_no_sound_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "text.wav"
    path.write_text("hello")
    with pytest.raises(FfmpegFailed):
        await measure_loudness(path, "wav", 0, 1)


async def test_a_pass_that_is_cancelled_leaves_nothing_open(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "long.wav", np.zeros(120 * RATE_HZ))
    before = open_descriptors()
    task = asyncio.create_task(measure_loudness(path, "wav", 0, 1))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10):  # the event loop closes its pipes a moment later
        while open_descriptors() - before:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def open_descriptors() -> set[str]:
    """What this process has open, but for what asyncio and its watchers keep."""
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own
            found.add(str(link.readlink()))
    return {name for name in found if name.startswith("pipe:")}
