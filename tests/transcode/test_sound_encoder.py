"""Which sounds are made with which ffmpeg."""

import pytest

from transcode.ladder import SPEECH, SPEECH_OPUS, Ladder
from transcode.sound_encoder import without_missing


@pytest.mark.parametrize(
    ("encoders", "sounds"),
    [({"aac", "libopus"}, ["audio", "opus"]), ({"aac", "opus"}, ["audio"]), (set(), ["audio"])],
)
def test_an_ffmpeg_without_libopus_makes_aac_alone(encoders: set[str], sounds: list[str]) -> None:
    ladder = without_missing(Ladder((), SPEECH, None, (SPEECH_OPUS,)), encoders)
    assert [sound.name for sound in ladder.sounds] == sounds
