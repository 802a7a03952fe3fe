"""What the playlists say, from made-up measures."""

from fractions import Fraction

import m3u8
import pytest

from transcode.hls.playlists import (
    MediaTrack,
    Segment,
    Variant,
    media_playlist,
    multivariant_playlist,
    target_duration_s,
)


def track(
    name: str, *segments: tuple[float, int], codec: str = "avc1.640028", init_bytes: int = 700
) -> MediaTrack:
    made = tuple(Segment(f"{n}.m4s", s, size) for n, (s, size) in enumerate(segments))
    return MediaTrack(name, codec, "init.mp4", init_bytes, made)


SOUND = track("audio", (6, 24_000), (6, 18_000), codec="mp4a.40.2")
STILL = Variant(track("still", (6, 30_000), (6, 15_000)), 1920, 1080, Fraction(5, 2))
HIGH = Variant(track("high", (6, 300_000), (6, 150_000)), 1920, 1080, Fraction(30))


@pytest.mark.parametrize(
    ("segments", "expected_bps"),
    [
        pytest.param([(6.0, 6000), (6.0, 3000)], 8000, id="the-largest-segment"),
        pytest.param([(6.0, 6000), (1.0, 5000)], 12572, id="a-short-one-counts-with-a-neighbour"),
        pytest.param([(0.03, 1000)], 266667, id="one-frame-counts-as-a-whole"),
        pytest.param([(2.0, 4000), (2.0, 4000), (4.0, 1000)], 16000, id="the-ramp-counts"),
    ],
)
def test_bandwidth_is_the_peak_over_runs_near_the_target_duration(
    segments: list[tuple[float, int]], expected_bps: int
) -> None:
    """RFC 8216, 4.1."""
    assert track("low", *segments).peak_bps == expected_bps


@pytest.mark.parametrize(
    ("lengths", "expected_s"),
    [
        pytest.param([6.0, 6.0, 1.2], 6, id="the-longest"),
        pytest.param([6.49], 6, id="rounded-down"),
        pytest.param([6.5], 7, id="rounded-up"),
        pytest.param([0.04], 1, id="at-least-1"),
    ],
)
def test_target_duration(lengths: list[float], expected_s: int) -> None:
    """RFC 8216, 4.3.3.1."""
    assert target_duration_s([Segment("0.m4s", s, 1) for s in lengths]) == expected_s


def test_the_multivariant_playlist() -> None:
    playlist = m3u8.loads(multivariant_playlist([STILL, HIGH], SOUND))
    assert playlist.is_independent_segments
    assert [variant.uri for variant in playlist.playlists] == [
        "still/index.m3u8",
        "high/index.m3u8",
    ]
    info = playlist.playlists[0].stream_info
    assert info.bandwidth == 40_000 + 32_000
    assert info.average_bandwidth == 30_000 + 28_000
    assert info.codecs == "avc1.640028,mp4a.40.2"
    assert info.resolution == (1920, 1080)
    assert info.frame_rate == 2.5
    assert info.audio == playlist.media[0].group_id
    assert playlist.media[0].uri == "audio/index.m3u8"


def test_without_sound_there_is_no_group() -> None:
    playlist = m3u8.loads(multivariant_playlist([STILL], None))
    assert not playlist.media
    assert playlist.playlists[0].stream_info.codecs == "avc1.640028"


def test_sound_alone_is_the_only_variant() -> None:
    playlist = m3u8.loads(multivariant_playlist([], SOUND))
    assert [variant.uri for variant in playlist.playlists] == ["audio/index.m3u8"]
    assert playlist.playlists[0].stream_info.codecs == "mp4a.40.2"
    assert playlist.playlists[0].stream_info.resolution is None


def test_a_media_playlist() -> None:
    text = media_playlist(track("low", (2.0, 10), (0.533333, 10)))
    playlist = m3u8.loads(text)
    assert playlist.is_endlist
    assert playlist.playlist_type == "vod"
    assert playlist.is_independent_segments
    assert playlist.media_sequence == 0
    assert [(s.uri, s.duration) for s in playlist.segments] == [("0.m4s", 2), ("1.m4s", 0.533333)]
    assert text.count("#EXT-X-MAP") == 1
