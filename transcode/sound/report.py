"""What a package says of its sound: `silence.json` for players, `sound.json` for the teacher.

Written at once or not at all: a reader finds the old file, the new one, or none.
"""

import os
from pathlib import Path

import msgspec

from transcode.sound.levels import Levels
from transcode.sound.loudness import Loudness
from transcode.sound.silence import loudest_channel, silence_map
from transcode.sound.speech_level import speech_level
from transcode.sound.verdicts import Verdict, sound_verdicts

SILENCE_NAME = "silence.json"
SOUND_NAME = "sound.json"
VERSION = 1


class SoundFacts(msgspec.Struct, frozen=True):
    """`sound.json`. Levels in dBFS are RMS; what is not known is null."""

    version: int
    duration_s: float
    verdicts: tuple[Verdict, ...]  # of the recording as it came; none means that all is well
    silence_s: float  # what skipping every span of silence.json would save
    speech_db: float | None  # of the recording; null: it has no sound
    background_db: float | None
    lufs_before: float | None  # by EBU R 128, of the recording
    lufs_after: float | None  # of what is published, by what the first pass foresees
    gain_db: float | None  # the same for the whole lecture; null: it followed the speech


def sound_facts(levels: Levels, duration_s: float, loudness: Loudness | None = None) -> SoundFacts:
    """What is known of the sound; `loudness` where there was a first pass. Pure."""
    found = speech_level(loudest_channel(levels))
    return SoundFacts(
        version=VERSION,
        duration_s=round(duration_s, 3),
        verdicts=sound_verdicts(levels, duration_s),
        silence_s=silence_map(levels, duration_s).saved_s,
        speech_db=_rounded(found.speech_db if found else None),
        background_db=_rounded(found.background_db if found else None),
        lufs_before=_rounded(loudness.integrated_lufs if loudness else None),
        lufs_after=_rounded(loudness.expected_lufs if loudness else None),
        gain_db=_rounded(loudness.gain_db if loudness else None),
    )


def write_sound_report(
    levels: Levels, duration_s: float, out: Path, loudness: Loudness | None = None
) -> SoundFacts:
    """Write `silence.json` and `sound.json` into the package's folder `out`. Raises OSError.

    `levels` are of the source's channels as they came; `duration_s` is the lecture's.
    """
    facts = sound_facts(levels, duration_s, loudness)
    _write(out / SILENCE_NAME, msgspec.json.encode(silence_map(levels, duration_s)))
    _write(out / SOUND_NAME, msgspec.json.encode(facts))
    return facts


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _write(path: Path, data: bytes) -> None:
    """The folder itself is fsynced with the rest of the package, when that is published."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
