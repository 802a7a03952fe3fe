"""The two files about a package's sound."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.transcode.sound.metered import metered
from tests.transcode.sound.synthetic_speech import RATE_HZ, lecture, stereo, write_wav
from transcode.sound.levels import LevelMeter
from transcode.sound.loudness import measure_loudness
from transcode.sound.report import SoundFacts, write_sound_report
from transcode.sound.silence import SilenceMap

SECONDS = 30
SPOKEN = lecture(SECONDS, longest_pause_s=3).samples


async def test_both_files_say_what_was_found(tmp_path: Path) -> None:
    sound = stereo(SPOKEN, np.zeros_like(SPOKEN))
    path = write_wav(tmp_path / "sound.wav", sound)
    loudness = await measure_loudness(path, "wav", 0, 2)
    facts = write_sound_report(metered(sound), SECONDS, tmp_path, loudness)
    assert msgspec.json.decode((tmp_path / "sound.json").read_bytes(), type=SoundFacts) == facts
    silence = msgspec.json.decode((tmp_path / "silence.json").read_bytes(), type=SilenceMap)
    assert silence.version == 1
    assert len(silence.spans) >= 2
    assert facts.silence_s == silence.saved_s > 2
    assert [verdict.kind for verdict in facts.verdicts] == ["one_channel"]
    assert facts.speech_db == pytest.approx(-20, abs=1)
    assert facts.lufs_before == pytest.approx(-20.4, abs=1)
    assert facts.lufs_after == pytest.approx(-16, abs=0.3)
    assert facts.gain_db == pytest.approx(loudness.gain_db, abs=0.05)


def test_without_a_first_pass_loudness_is_not_known(tmp_path: Path) -> None:
    facts = write_sound_report(metered(SPOKEN), SECONDS, tmp_path)
    assert (facts.lufs_before, facts.lufs_after, facts.gain_db) == (None, None, None)
    assert facts.verdicts == ()


def test_a_lecture_without_sound_has_a_report_too(tmp_path: Path) -> None:
    facts = write_sound_report(LevelMeter(1).levels(), 10, tmp_path)
    assert [verdict.kind for verdict in facts.verdicts] == ["no_sound"]
    assert facts.speech_db is None
    assert b'"spans":[[0.0,10.0]]' in (tmp_path / "silence.json").read_bytes()


def test_a_second_report_replaces_the_first_and_nothing_else_remains(tmp_path: Path) -> None:
    write_sound_report(metered(np.zeros(RATE_HZ)), 1, tmp_path)
    write_sound_report(metered(SPOKEN), SECONDS, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["silence.json", "sound.json"]
    assert b'"verdicts":[]' in (tmp_path / "sound.json").read_bytes()
