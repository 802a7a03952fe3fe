"""A recording that ends just behind a boundary of the grid."""

from pathlib import Path

import pytest

from tests.generated_media import AAC, H264, recording, run_ffmpeg, sound
from tests.transcode.played_package import play
from transcode.media import Source
from transcode.package import make_package

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seconds", [4.001, 4.034, 8.4])
async def test_no_rung_and_no_sound_has_a_last_segment_of_a_moment(
    seconds: float, tmp_path: Path
) -> None:
    source = recording(tmp_path / "a.mkv", *H264, *AAC, seconds=seconds, rate="1000")
    package = await make_package([Source(source)], tmp_path / "out")
    played = play(tmp_path / "out")
    assert len(played.sounds) == 2
    for track in [*played.rungs, *played.sounds]:
        lengths = [segment.duration for segment in track.playlist.segments]
        assert min(lengths) >= 0.5, track.name
        assert sum(lengths) == pytest.approx(package.duration_s, abs=0.043)
        assert track.playlist.target_duration <= 6
    for heard in played.sounds:
        samples, rate_hz = heard.samples
        assert len(samples) / rate_hz == pytest.approx(package.duration_s, abs=0.086)


async def test_sound_alone_is_joined_too(tmp_path: Path) -> None:
    run_ffmpeg(*sound(), "-t", "4.1", *AAC, str(tmp_path / "a.m4a"))
    await make_package([Source(tmp_path / "a.m4a")], tmp_path / "out")
    sounds = play(tmp_path / "out").sounds
    assert [heard.name for heard in sounds] == ["audio", "opus"]
    for heard in sounds:
        assert [round(segment.duration) for segment in heard.playlist.segments] == [2, 2]
        assert sorted(path.name for path in heard.folder.glob("*.m4s")) == ["0.m4s", "1.m4s"]
