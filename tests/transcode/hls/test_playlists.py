"""What the playlists say, from made-up measures."""

from dataclasses import replace
from fractions import Fraction

import m3u8
import pytest

from transcode.hls.playlists import (
    GROWING_TARGET_S,
    IFrameVariant,
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
OPUS = track("opus", (6, 12_000), (6, 9_000), codec="opus")
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
    playlist = m3u8.loads(multivariant_playlist([STILL, HIGH], [SOUND]))
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
    playlist = m3u8.loads(multivariant_playlist([STILL], []))
    assert not playlist.media
    assert playlist.playlists[0].stream_info.codecs == "avc1.640028"


def test_sound_alone_is_the_only_variant() -> None:
    playlist = m3u8.loads(multivariant_playlist([], [SOUND]))
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


def test_a_growing_playlist_has_no_end_and_the_target_duration_it_will_keep() -> None:
    begun = media_playlist(track("low", (2.0, 10)), is_complete=False)
    later = media_playlist(track("low", (2.0, 10), (2.0, 9), (4.0, 8), (6, 9)), is_complete=False)
    assert later.startswith(begun)
    playlist = m3u8.loads(begun)
    assert playlist.playlist_type == "event"
    assert not playlist.is_endlist
    assert playlist.target_duration == GROWING_TARGET_S == 6


def test_a_track_without_segments_has_a_playlist_too() -> None:
    playlist = m3u8.loads(media_playlist(track("low"), is_complete=False))
    assert (playlist.target_duration, len(playlist.segments)) == (6, 0)
    assert track("low").peak_bps == 0


def test_what_has_grown_keeps_its_target_duration_when_it_ends() -> None:
    short = track("low", (2.0, 10), (1.0, 9))
    grown = m3u8.loads(media_playlist(replace(short, least_target_s=GROWING_TARGET_S)))
    assert grown.target_duration == 6
    assert grown.is_endlist
    assert m3u8.loads(media_playlist(short)).target_duration == 2


def test_the_peak_is_measured_over_the_target_duration_that_is_declared() -> None:
    ramp = track("low", (2.0, 4000), (2.0, 1000))
    assert ramp.peak_bps == 16_000
    assert replace(ramp, least_target_s=6).peak_bps == 10_000


@pytest.mark.parametrize(
    ("planned_bps", "declared_bps"),
    [
        pytest.param(100_000, 100_000, id="the-cap-while-less-was-needed"),
        pytest.param(30_000, 40_000, id="what-was-measured-beyond-the-cap"),
    ],
)
def test_while_a_track_grows_its_bandwidth_is_an_upper_bound(
    planned_bps: int, declared_bps: int
) -> None:
    """RFC 8216, 4.3.4.2."""
    growing = replace(STILL, track=replace(STILL.track, planned_peak_bps=planned_bps))
    info = m3u8.loads(multivariant_playlist([growing], [])).playlists[0].stream_info
    assert info.bandwidth == declared_bps
    assert info.average_bandwidth == 30_000


def test_each_picture_is_listed_once_for_each_group_of_sound() -> None:
    playlist = m3u8.loads(multivariant_playlist([STILL, HIGH], [SOUND, OPUS]))
    assert [(v.uri, v.stream_info.audio, v.stream_info.codecs) for v in playlist.playlists] == [
        ("still/index.m3u8", "sound", "avc1.640028,mp4a.40.2"),
        ("high/index.m3u8", "sound", "avc1.640028,mp4a.40.2"),
        ("still/index.m3u8", "sound-opus", "avc1.640028,opus"),
        ("high/index.m3u8", "sound-opus", "avc1.640028,opus"),
    ]
    assert [(m.group_id, m.name, m.uri) for m in playlist.media] == [
        ("sound", "Sound", "audio/index.m3u8"),
        ("sound-opus", "Sound", "opus/index.m3u8"),
    ]
    assert playlist.playlists[2].stream_info.bandwidth == 40_000 + 16_000


def test_the_language_of_each_sound_is_said_where_it_is_given() -> None:
    text = multivariant_playlist([STILL], [SOUND, OPUS], language="und")
    assert [media.language for media in m3u8.loads(text).media] == ["und", "und"]


def test_sounds_alone_are_variants_each() -> None:
    playlist = m3u8.loads(multivariant_playlist([], [SOUND, OPUS]))
    assert [variant.uri for variant in playlist.playlists] == [
        "audio/index.m3u8",
        "opus/index.m3u8",
    ]


def test_playlists_of_key_frames_are_listed_after_the_variants() -> None:
    frames = IFrameVariant("still/iframes.m3u8", "avc1.640028", 30_000, 20_000, 1920, 1080)
    text = multivariant_playlist([STILL], [SOUND], iframes=[frames])
    playlist = m3u8.loads(text)
    (found,) = playlist.iframe_playlists
    assert found.uri == "still/iframes.m3u8"
    assert found.iframe_stream_info.bandwidth == 30_000
    assert found.iframe_stream_info.average_bandwidth == 20_000
    assert found.iframe_stream_info.codecs == "avc1.640028"
    assert found.iframe_stream_info.resolution == (1920, 1080)
    assert text.index("still/index.m3u8") < text.index("still/iframes.m3u8")


def test_callers_who_ask_for_nothing_new_get_the_text_they_got() -> None:
    assert multivariant_playlist([STILL], [SOUND]) == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MEDIA:URI="audio/index.m3u8",TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",'
        'DEFAULT=YES,AUTOSELECT=YES,CHANNELS="1"\n'
        "#EXT-X-STREAM-INF:BANDWIDTH=72000,AVERAGE-BANDWIDTH=58000,RESOLUTION=1920x1080,"
        'FRAME-RATE=2.5,CODECS="avc1.640028,mp4a.40.2",AUDIO="sound"\n'
        "still/index.m3u8\n"
    )
    assert media_playlist(track("low", (2.0, 10))) == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-PLAYLIST-TYPE:VOD\n"
        '#EXT-X-MAP:URI="init.mp4"\n'
        "#EXTINF:2,\n"
        "0.m4s\n"
        "#EXT-X-ENDLIST\n"
    )
