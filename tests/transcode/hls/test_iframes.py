"""Key frames by byte range: which, where, and that a decoder makes a picture of each."""

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import m3u8
import pytest

from tests.transcode.hls.measured_package import variant
from transcode.hls.iframes import read_iframe, read_iframes, rungs_with_iframes
from transcode.hls.playlists import MediaTrack, Segment, Variant


def rung(name: str, width_px: int, height_px: int, bytes_of_6_s: int) -> Variant:
    track = MediaTrack(name, "avc1", "init.mp4", 1, (Segment("0.m4s", 6, bytes_of_6_s),))
    return Variant(track, width_px, height_px, Fraction(5))


@pytest.mark.parametrize("name", ["still", "high"])
def test_a_decoder_makes_one_picture_of_each_range(package: Path, name: str) -> None:
    frames = read_iframes(package / name, variant(package / name))
    playlist = m3u8.loads(frames.playlist())
    assert playlist.is_i_frames_only
    assert len(playlist.segments) == 5
    for segment in playlist.segments:
        size, start = (int(number) for number in segment.byterange.split("@"))
        part = (package / name / segment.uri).read_bytes()[start : start + size]
        init = (package / name / segment.init_section.uri).read_bytes()
        with av.open(io.BytesIO(init + part), "r", format="mp4") as container:
            frame = next(container.decode(video=0))
        assert (frame.width, frame.height, frame.key_frame) == (320, 180, True)
        assert frame.to_ndarray(format="gray").std() < 1, "each second begins with white"


def test_what_is_listed_is_less_than_the_rung(package: Path) -> None:
    found = variant(package / "still")
    frames = read_iframes(package / "still", found)
    assert frames.path == frames.listed.uri == "still/iframes.m3u8"
    assert frames.listed.codec == found.track.codec
    assert 0 < frames.listed.bandwidth_bps < found.track.peak_bps
    assert 0 < frames.listed.average_bps < found.track.average_bps


def test_the_playlist_grows_with_the_rung(package: Path) -> None:
    found = variant(package / "still")
    begun = replace(found, track=replace(found.track, segments=found.track.segments[:2]))
    early = read_iframes(package / "still", begun).playlist(is_complete=False)
    later = read_iframes(package / "still", found).playlist(is_complete=False)
    assert later.startswith(early)
    assert m3u8.loads(early).playlist_type == "event"


def test_of_each_size_the_cheapest_rung_is_taken() -> None:
    rungs = [
        rung("still", 1600, 900, 30),
        rung("low", 1920, 1080, 100),
        rung("medium", 1920, 1080, 300),
    ]
    assert [one.track.name for one in rungs_with_iframes(rungs)] == ["still", "low"]
    assert rungs_with_iframes([]) == []


def test_a_segment_that_begins_with_no_key_frame_is_refused(package: Path, tmp_path: Path) -> None:
    data = (package / "still" / "0.m4s").read_bytes()
    torn = tmp_path / "0.m4s"
    first_flags = data.index(b"trun") + 16
    torn.write_bytes(data[:first_flags] + bytes.fromhex("01010000") + data[first_flags + 4 :])
    with pytest.raises(ValueError, match="does not begin with a key frame"):
        read_iframe(torn)


def test_a_segment_without_samples_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0.m4s").write_bytes(bytes.fromhex("00000010") + b"styp" + b"msdh" + b"\0" * 4)
    with pytest.raises(ValueError, match="holds no samples"):
        read_iframe(tmp_path / "0.m4s")
