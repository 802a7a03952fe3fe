"""Codec names and times of what ffmpeg muxed."""

from pathlib import Path

import pytest

from tests.generated_media import AAC, H264, OPUS, picture, run_ffmpeg, sound
from transcode.hls.boxes import codec_name, read_fragments, timescale

AV1 = ("-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p")
FRAGMENTED = ("-movflags", "empty_moov+default_base_moof+frag_keyframe", "-f", "mp4")


@pytest.mark.parametrize(
    ("source", "encoding", "expected"),
    [
        pytest.param(
            picture(), (*H264, "-profile:v", "baseline", "-level", "3.0"), "avc1.42c01e", id="H.264"
        ),
        pytest.param(picture(), AV1, "av01.0.00M.08", id="AV1"),
        pytest.param(picture(), (*AV1, "-pix_fmt", "yuv420p10le"), "av01.0.00M.10", id="AV1-10"),
        pytest.param(sound(), AAC, "mp4a.40.2", id="AAC-LC"),
        pytest.param(sound(), OPUS, "opus", id="Opus"),
    ],
)
def test_a_codec_is_named_as_players_ask_for_it(
    source: tuple[str, ...], encoding: tuple[str, ...], expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    run_ffmpeg(*source, "-t", "0.2", *encoding, *FRAGMENTED, str(path))
    assert codec_name(path.read_bytes()) == expected


def test_a_codec_that_we_do_not_write_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    run_ffmpeg(*picture(), "-t", "0.2", "-c:v", "mpeg4", *FRAGMENTED, str(path))
    with pytest.raises(ValueError, match="names no codec"):
        codec_name(path.read_bytes())


def test_fragments_are_as_long_as_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    run_ffmpeg(*picture(rate="25"), "-t", "1", *H264, "-bf", "0", *FRAGMENTED, str(path))
    found = read_fragments(path)
    assert found.start_ticks == 0
    assert found.duration_ticks == timescale(path.read_bytes())
    assert found.size_bytes == path.stat().st_size
