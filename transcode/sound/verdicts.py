"""What is wrong with the sound, in sentences for the teacher. Pure.

Few, and none about what is normal: pauses, a room that is quiet while a class works, a tap on the
microphone, a fan.
"""

from enum import StrEnum

import msgspec
import numpy as np

from transcode.sound.downmix import Downmix, choose_downmix
from transcode.sound.levels import FRAME_S, MAINS_HZ, Levels
from transcode.sound.silence import Span, loudest_channel, true_spans
from transcode.sound.speech_level import QUIET_SHARE, SpeechLevel, speech_level, to_db, to_power

DEAD_DB = -65.0  # a microphone that is on hears its room louder
DEAD_BELOW_BACKGROUND_DB = 10.0  # ... and if the room was louder before, it was switched off
SHORTEST_DEAD_S = 30.0
BLIP_S = 0.5  # a click in a dead cable is no sound
MOST_DEAD_SPANS = 3  # the longest

CLIPPED_SAMPLES = 3  # in a tenth of a second
CLIPPED_FRAMES = 10  # one second in all: a cough or a tap is no reason to record again
SAME_PLACE_S = 5.0

VERY_QUIET_DB = -45.0
NOISE_BELOW_SPEECH_DB = 20.0
NOISE_DB = -55.0
HUM_BELOW_SPEECH_DB = 25.0
HUM_DB = -50.0


class VerdictKind(StrEnum):
    """What kind of fault it is."""

    NO_SOUND = "no_sound"
    ONE_CHANNEL = "one_channel"
    CLIPPED = "clipped"
    VERY_QUIET = "very_quiet"
    NOISE = "noise"
    HUM = "hum"


class Verdict(msgspec.Struct, frozen=True):
    """One fault: from when to when (media time), and a sentence for the teacher."""

    kind: VerdictKind
    start_s: float
    end_s: float
    sentence: str


def sound_verdicts(levels: Levels, duration_s: float) -> tuple[Verdict, ...]:
    """The faults of a lecture's sound, in the order in which a teacher wants to know them."""
    power = loudest_channel(levels)
    found = speech_level(power)
    dead = _dead_spans(levels, found, duration_s)
    if found is None or any(span.length_s > duration_s - 1 for span in dead):
        return (_verdict(VerdictKind.NO_SOUND, 0, duration_s, "The recording has no sound."),)
    whole = Span(0.0, duration_s)
    return (
        *(_no_sound(span, duration_s) for span in dead),
        *_one_channel(levels, whole),
        *_clipped(levels),
        *_weak_or_disturbed(levels, found, whole),
    )


def clock(time_s: float) -> str:
    """Media time as people write it: 03:10, and 1:03:10 from an hour on."""
    minutes, seconds = divmod(int(time_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def _verdict(kind: VerdictKind, start_s: float, end_s: float, sentence: str) -> Verdict:
    return Verdict(kind, round(start_s, 1), round(end_s, 1), sentence)


def _dead_spans(levels: Levels, found: SpeechLevel | None, duration_s: float) -> list[Span]:
    """The longest spans in which no microphone was on, in their order."""
    threshold_db = DEAD_DB
    if found and found.is_steady:
        threshold_db = max(DEAD_DB, found.background_db - DEAD_BELOW_BACKGROUND_DB)
    spans = true_spans(loudest_channel(levels) < to_power(threshold_db), duration_s)
    long = [span for span in _joined(spans, BLIP_S) if span.length_s >= SHORTEST_DEAD_S]
    longest = sorted(long, key=lambda span: -span.length_s)[:MOST_DEAD_SPANS]
    return sorted(longest, key=lambda span: span.start_s)


def _joined(spans: list[Span], gap_s: float) -> list[Span]:
    """The spans, those that are no farther apart than `gap_s` as one."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start_s - joined[-1].end_s <= gap_s + 1e-9:
            joined[-1] = Span(joined[-1].start_s, span.end_s)
        else:
            joined.append(span)
    return joined


def _no_sound(span: Span, duration_s: float) -> Verdict:
    if span.start_s == 0:
        sentence = f"No sound until {clock(span.end_s)}."
    elif span.end_s >= duration_s:
        sentence = f"No sound from {clock(span.start_s)} to the end."
    else:
        sentence = f"No sound from {clock(span.start_s)} to {clock(span.end_s)}."
    return _verdict(VerdictKind.NO_SOUND, span.start_s, span.end_s, sentence)


def _one_channel(levels: Levels, whole: Span) -> list[Verdict]:
    sides = {Downmix.LEFT: "left", Downmix.RIGHT: "right"}
    side = sides.get(choose_downmix(levels))
    if side is None:
        return []
    sentence = f"Only the {side} channel has sound; students hear it on both sides."
    return [_verdict(VerdictKind.ONE_CHANNEL, whole.start_s, whole.end_s, sentence)]


def _clipped(levels: Levels) -> list[Verdict]:
    clips = levels.readings["clips"][:, : levels.channels].max(axis=1)
    clipped = clips >= CLIPPED_SAMPLES
    if clipped.sum() < CLIPPED_FRAMES:
        return []
    places = _joined(true_spans(clipped, len(clipped) * FRAME_S), SAME_PLACE_S)
    first = clock(places[0].start_s)
    where = f"in {len(places)} places, first at {first}" if len(places) > 1 else f"at {first}"
    sentence = f"The sound is clipped (too loud) {where}."
    return [_verdict(VerdictKind.CLIPPED, places[0].start_s, places[-1].end_s, sentence)]


def _weak_or_disturbed(levels: Levels, found: SpeechLevel, whole: Span) -> list[Verdict]:
    faults: list[tuple[VerdictKind, str]] = []
    hum_db = _hum_db(levels)
    if found.stands_out and found.speech_db < VERY_QUIET_DB:
        faults.append((VerdictKind.VERY_QUIET, "The sound is very quiet. We made it louder."))
    if hum_db > max(HUM_DB, found.speech_db - HUM_BELOW_SPEECH_DB):
        faults.append((VerdictKind.HUM, "There is a loud hum. We lowered it."))
    noise_floor_db = max(NOISE_DB, found.speech_db - NOISE_BELOW_SPEECH_DB)
    if found.is_steady and found.background_db > noise_floor_db:
        faults.append((VerdictKind.NOISE, "There is a loud background noise. We lowered it."))
    return [_verdict(kind, whole.start_s, whole.end_s, sentence) for kind, sentence in faults]


def _hum_db(levels: Levels) -> float:
    """The hum that is there even in the quietest tenths, in the channel that is spoken into."""
    channel = max(range(levels.channels), key=lambda one: levels.power_without_hum(one).sum())
    hums = [np.quantile(levels.hum_power(channel, mains), QUIET_SHARE) for mains in MAINS_HZ]
    return to_db(float(max(hums)))
