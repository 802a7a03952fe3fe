"""What a teacher is told of the sound, and what they are not bothered with."""

from collections.abc import Callable

import numpy as np
import pytest

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
)
from transcode.sound.verdicts import VerdictKind, clock, sound_verdicts

Sound = Callable[[], Samples]  # made when it is needed: a minute is 23 MB

SECONDS = 60
SPOKEN = lecture(SECONDS).samples
ROOM = hiss(SECONDS, -60)


def sentences(samples: Samples, duration_s: float | None = None) -> list[str]:
    length_s = len(samples) / RATE_HZ if duration_s is None else duration_s
    return [verdict.sentence for verdict in sound_verdicts(metered(samples), length_s)]


def muted(samples: Samples, start_s: float, end_s: float) -> Samples:
    time_s = np.arange(len(samples)) / RATE_HZ
    return np.where((start_s <= time_s) & (time_s < end_s), 0, samples)


def tapped(samples: Samples) -> Samples:
    """With a knock on the microphone."""
    out = samples.copy()
    out[RATE_HZ : RATE_HZ + RATE_HZ // 5] *= 100
    return out


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(lambda: SPOKEN, id="clean speech"),
        pytest.param(lambda: SPOKEN + ROOM, id="speech in a room"),
        pytest.param(lambda: decibels(-15) * SPOKEN + hiss(SECONDS, -70), id="rather quiet speech"),
        pytest.param(lambda: decibels(5) * SPOKEN, id="rather loud speech"),
        pytest.param(
            lambda: np.concatenate([SPOKEN, 0 * SPOKEN[: 20 * RATE_HZ], SPOKEN]), id="a pause"
        ),
        pytest.param(
            lambda: np.concatenate([SPOKEN, 0 * SPOKEN, SPOKEN]) + hiss(180, -60),
            id="the class works",
        ),
        pytest.param(lambda: tapped(SPOKEN + ROOM), id="a tap on the microphone"),
        pytest.param(lambda: SPOKEN + hum(SECONDS, -60), id="a weak hum"),
        pytest.param(lambda: SPOKEN + hiss(SECONDS, -45), id="a fan"),
        pytest.param(lambda: music(SECONDS, -20), id="music"),
        pytest.param(
            lambda: lecture(SECONDS, pitch_hz=120).samples, id="a voice at a mains' harmonic"
        ),
        pytest.param(lambda: stereo(SPOKEN, SPOKEN) + stereo(ROOM, ROOM), id="two channels"),
        pytest.param(lambda: stereo(SPOKEN, decibels(-15) * SPOKEN), id="one channel weaker"),
    ],
)
def test_about_normal_sound_nothing_is_said(sound: Sound) -> None:
    assert sentences(sound()) == []


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        pytest.param(lambda: 0 * SPOKEN, ["The recording has no sound."], id="silence"),
        pytest.param(
            lambda: hiss(SECONDS, -80), ["The recording has no sound."], id="a dead cable"
        ),
        pytest.param(lambda: SPOKEN[:0], ["The recording has no sound."], id="no samples"),
        pytest.param(
            lambda: muted(SPOKEN + ROOM, 10, 45),
            ["No sound from 00:10 to 00:45."],
            id="muted for a while",
        ),
        pytest.param(
            lambda: muted(SPOKEN + ROOM, 0, 40), ["No sound until 00:40."], id="switched on late"
        ),
        pytest.param(
            lambda: muted(SPOKEN + ROOM, 25, 60),
            ["No sound from 00:25 to the end."],
            id="it broke off",
        ),
        pytest.param(
            lambda: stereo(SPOKEN, 0 * SPOKEN),
            ["Only the left channel has sound; students hear it on both sides."],
            id="left only",
        ),
        pytest.param(
            lambda: stereo(hiss(SECONDS, -70), SPOKEN),
            ["Only the right channel has sound; students hear it on both sides."],
            id="right only",
        ),
        pytest.param(
            lambda: decibels(-30) * SPOKEN,
            ["The sound is very quiet. We made it louder."],
            id="quiet",
        ),
        pytest.param(
            lambda: SPOKEN + hiss(SECONDS, -32),
            ["There is a loud background noise. We lowered it."],
            id="noise",
        ),
        pytest.param(
            lambda: SPOKEN + hum(SECONDS, -35), ["There is a loud hum. We lowered it."], id="hum"
        ),
    ],
)
def test_a_fault_is_named_in_a_sentence(sound: Sound, said: list[str]) -> None:
    assert sentences(sound(), SECONDS) == said


def test_a_sound_that_is_too_loud_is_told_with_its_places() -> None:
    loud = np.concatenate([SPOKEN, 40 * SPOKEN, SPOKEN, SPOKEN, 40 * SPOKEN[: 20 * RATE_HZ]])
    (verdict,) = sound_verdicts(metered(loud), len(loud) / RATE_HZ)
    assert verdict.kind is VerdictKind.CLIPPED
    assert verdict.sentence == "The sound is clipped (too loud) in 2 places, first at 01:00."
    assert verdict.start_s == pytest.approx(60, abs=1)
    assert verdict.end_s == pytest.approx(260, abs=3)
    assert sentences(40 * SPOKEN) == ["The sound is clipped (too loud) at 00:00."]


def test_of_many_dropouts_the_longest_three_are_told_in_their_order() -> None:
    parts: list[Samples] = []
    for length_s in (31, 50, 40, 35):
        parts += [SPOKEN[: 20 * RATE_HZ] + ROOM[: 20 * RATE_HZ], np.zeros(length_s * RATE_HZ)]
    told = sound_verdicts(metered(np.concatenate(parts)), 236)
    assert [verdict.kind for verdict in told] == [VerdictKind.NO_SOUND] * 3
    assert [round(verdict.end_s - verdict.start_s) for verdict in told] == [
        pytest.approx(length_s, abs=2) for length_s in (50, 40, 35)
    ]


def test_a_click_in_a_dead_cable_is_no_sound() -> None:
    sound = muted(SPOKEN + ROOM, 10, 50)
    sound[30 * RATE_HZ : 30 * RATE_HZ + 200] = 0.3
    assert sentences(sound) == ["No sound from 00:10 to 00:50."]


def test_a_switch_that_leaves_a_little_noise_is_still_a_switch() -> None:
    room = at_level(ROOM, -50)
    sound = np.where(np.abs(np.arange(len(SPOKEN)) / RATE_HZ - 30) < 20, room / 20, SPOKEN + room)
    assert sentences(sound) == ["No sound from 00:10 to 00:50."]


@pytest.mark.parametrize(
    ("time_s", "text"), [(0, "00:00"), (133.9, "02:13"), (3599, "59:59"), (3790, "1:03:10")]
)
def test_times_are_written_as_people_write_them(time_s: float, text: str) -> None:
    assert clock(time_s) == text
