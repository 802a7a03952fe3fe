"""Where a player may skip: all of the long pauses, none of the words."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from transcode.sound.silence import (
    KEPT_AFTER_SPEECH_S,
    KEPT_BEFORE_SPEECH_S,
    SHORTEST_SPAN_S,
    silence_map,
)

Sound = Callable[[], Samples]  # made when it is needed: a minute is 23 MB

SECONDS = 60
LECTURE = lecture(SECONDS, longest_pause_s=3)
SPOKEN = LECTURE.samples
KEPT_S = KEPT_AFTER_SPEECH_S + KEPT_BEFORE_SPEECH_S
FRAMES_S = 0.3  # a pause's edges lie within tenths, and words swell and fade

BENEATH = [
    pytest.param(lambda: SPOKEN, id="clean"),
    pytest.param(lambda: SPOKEN + hum(SECONDS, -35), id="hum"),
    pytest.param(lambda: SPOKEN + hiss(SECONDS, -48), id="hiss"),
    pytest.param(lambda: decibels(-22) * SPOKEN + hiss(SECONDS, -75), id="quiet"),
    pytest.param(lambda: decibels(18) * SPOKEN, id="clipped"),
    pytest.param(lambda: SPOKEN + hum(SECONDS, -40, 60) + hiss(SECONDS, -52), id="hum and hiss"),
    pytest.param(lambda: stereo(SPOKEN, -SPOKEN), id="opposite phase"),
    pytest.param(lambda: stereo(0 * SPOKEN, SPOKEN), id="right only"),
]


@pytest.mark.parametrize("sound", BENEATH)
def test_every_long_pause_is_found_and_nothing_else(sound: Sound) -> None:
    spans = silence_map(metered(sound()), SECONDS).spans
    long = [
        (start_s, end_s)
        for start_s, end_s in LECTURE.pauses_s
        if end_s - start_s > SHORTEST_SPAN_S + KEPT_S + FRAMES_S
    ]
    assert len(long) >= 4
    for start_s, end_s in long:
        assert any(start_s <= start and end <= end_s + 1e-6 for start, end in spans), start_s
    for start, end in spans:
        assert any(start_s <= start and end <= end_s + 1e-6 for start_s, end_s in LECTURE.pauses_s)


@pytest.mark.parametrize("sound", BENEATH)
def test_no_word_is_cut(sound: Sound) -> None:
    """What is kept before and after a word is at least what is promised."""
    frames = np.abs(SPOKEN) > 0
    for start_s, end_s in silence_map(metered(sound()), SECONDS).spans:
        first = round((start_s - KEPT_AFTER_SPEECH_S / 2) * RATE_HZ)
        last = round((end_s + KEPT_BEFORE_SPEECH_S / 2) * RATE_HZ)
        assert not frames[max(first, 0) : last].any()


def test_a_weak_question_from_the_room_is_not_skipped() -> None:
    question = at_level(lecture(6, seed=7).samples, -43)
    quiet = np.zeros(5 * RATE_HZ)
    sound = np.concatenate([SPOKEN, quiet, question, quiet, SPOKEN])
    spans = silence_map(metered(sound + hiss(len(sound) / RATE_HZ, -70)), 136).spans
    asked = range(660, 700)  # tenths within the question
    skipped = sum(any(start <= tenth / 10 < end for start, end in spans) for tenth in asked)
    assert skipped <= 15  # its own pauses
    assert any(start <= 60.5 and 64.5 <= end <= 65 for start, end in spans)


@pytest.mark.parametrize(
    ("sound", "spans"),
    [
        pytest.param(lambda: 0 * SPOKEN, ((0.0, 60.0),), id="silence"),
        pytest.param(lambda: hiss(SECONDS, -70), ((0.0, 60.0),), id="a quiet room"),
        pytest.param(lambda: hiss(SECONDS, -40), (), id="a loud noise"),
        pytest.param(lambda: music(SECONDS, -24), (), id="music"),
        pytest.param(lambda: SPOKEN[:0], ((0.0, 60.0),), id="no sound at all"),
    ],
)
def test_without_speech_only_true_silence_is_skipped(
    sound: Sound, spans: tuple[tuple[float, float], ...]
) -> None:
    assert silence_map(metered(sound()), SECONDS).spans == spans


def test_after_the_end_of_the_sound_is_silence_to_the_end_of_the_lecture() -> None:
    found = silence_map(metered(SPOKEN), 75.25)
    start_s, end_s = found.spans[-1]
    assert start_s == pytest.approx(SECONDS, abs=1.7)
    assert end_s == 75.25
    assert found.saved_s == pytest.approx(sum(end - start for start, end in found.spans))


def test_spans_are_long_enough_in_order_and_apart() -> None:
    spans = silence_map(metered(SPOKEN), SECONDS).spans
    assert all(end - start >= SHORTEST_SPAN_S - 1e-6 for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


@settings(deadline=None, max_examples=30)
@given(
    tenths=st.lists(st.sampled_from([0.0, 0.001, 0.02, 0.1, 0.9]), max_size=120),
    duration_s=st.floats(0.01, 15),
)
def test_spans_lie_within_the_lecture_whatever_is_heard(
    tenths: list[float], duration_s: float
) -> None:
    loud = np.repeat(tenths, RATE_HZ // 10) * np.cos(np.arange(len(tenths) * RATE_HZ // 10))
    found = silence_map(metered(np.asarray(loud)), duration_s)
    assert all(0 <= start < end <= duration_s + 0.001 for start, end in found.spans)
    assert all(before[1] < after[0] for before, after in pairwise(found.spans))
    assert found.saved_s == pytest.approx(sum(end - start for start, end in found.spans), abs=0.05)
