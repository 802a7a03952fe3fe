"""What the probe says of a file that still grows: nothing, or what it will say in the end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.generated_media import (
    AAC,
    H264,
    OPUS,
    browser_recording,
    picture,
    recording,
    run_ffmpeg,
    sound,
)
from transcode.errors import RefusedMedia, UnreadableMedia
from transcode.media import MediaInfo
from transcode.probe import parse_head, probe, probe_head
from transcode.probe_facts import Facts, StreamFacts

SECONDS = 4
REGULAR_KEYS = ("-g", "30")
FRAGMENTED = ("-movflags", "frag_keyframe+empty_moov+default_base_moof")
SHARES = (0.01, 0.2, 0.4, 0.7, 0.99)


def made(*encoding: str) -> Callable[[Path], Path]:
    return lambda path: recording(path, *encoding, seconds=SECONDS)


def sound_alone(*encoding: str) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        run_ffmpeg(*sound(), "-t", str(SECONDS), *encoding, str(path))
        return path

    return make


# what it is: how it is made, and whether it can be decoded from its head
GROWING: dict[str, tuple[Callable[[Path], Path], str, bool]] = {
    "WebM of a browser": (lambda path: browser_recording(path, SECONDS), "a.webm", True),
    "MKV with an index at its end": (made(*H264, *REGULAR_KEYS, *OPUS), "a.mkv", True),
    "MPEG-TS": (made(*H264, *REGULAR_KEYS, *AAC), "a.ts", True),
    "fragmented MP4": (made(*H264, *REGULAR_KEYS, *AAC, *FRAGMENTED), "a.mp4", True),
    "MP4 with its index in front": (
        made(*H264, *REGULAR_KEYS, *AAC, "-movflags", "+faststart"),
        "a.mp4",
        True,
    ),
    "MP4 with its index at the end": (made(*H264, *REGULAR_KEYS, *AAC), "a.mp4", False),
    "QuickTime with its index at the end": (made(*H264, *REGULAR_KEYS, *AAC), "a.mov", False),
    "ADTS": (sound_alone(*AAC, "-f", "adts"), "a.aac", True),
    "MP3": (sound_alone("-c:a", "libmp3lame"), "a.mp3", True),
    "WAV": (sound_alone(), "a.wav", True),
    "Ogg": (sound_alone(*OPUS), "a.ogg", True),
    "FLAC": (sound_alone(), "a.flac", True),
}


def assert_head_agrees(head: MediaInfo, whole: MediaInfo) -> None:
    assert (head.demuxer, head.is_streamable) == (whole.demuxer, True)
    assert head.container_start_s == pytest.approx(whole.container_start_s)
    assert 1.0 <= head.duration_s <= whole.duration_s + 0.05
    assert (head.video is None, head.audio is None) == (whole.video is None, whole.audio is None)
    if head.audio and whole.audio:
        assert (head.audio.codec, head.audio.channels) == (whole.audio.codec, whole.audio.channels)
        assert head.audio.sample_rate == whole.audio.sample_rate
    if head.video and whole.video:
        size = (whole.video.width_px, whole.video.height_px)
        assert (head.video.width_px, head.video.height_px) == size
        assert head.video.frame_rate >= whole.video.frame_rate
        keys = head.video.key_frames_s
        assert keys == pytest.approx(whole.video.key_frames_s[: len(keys)])


@pytest.mark.parametrize("kind", GROWING)
async def test_a_head_says_nothing_or_what_the_whole_says(kind: str, tmp_path: Path) -> None:
    make, name, streamable = GROWING[kind]
    path = make(tmp_path / name)
    whole = await probe(path)
    assert whole.is_streamable is streamable
    heads = [await probe_head(path, int(share * whole.size_bytes)) for share in SHARES]
    said = [head is not None for head in heads]
    assert said == sorted(said), "what was once certain stays so"
    assert said[-1] is streamable
    assert not said[0]
    for head in heads:
        if head is not None:
            assert_head_agrees(head, whole)


async def test_the_whole_says_what_copying_asks_for(tmp_path: Path) -> None:
    make, name, _ = GROWING["MPEG-TS"]
    info = await probe(make(tmp_path / name))
    assert info.container_start_s == pytest.approx(1.4, abs=0.1)
    assert info.video is not None
    assert info.video.key_frames_s == pytest.approx((0, 1, 2, 3), abs=0.1)
    assert (info.video.keys_are_idr, info.video.sequence_headers) == (True, 1)
    assert (info.video.has_b_frames, info.video.is_interlaced) == (False, False)
    assert (info.video.pixel_format, info.video.profile) == ("yuv420p", "Constrained Baseline")
    assert info.audio is not None
    assert (info.audio.channels, info.audio.sample_rate) == (1, 48_000)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
async def test_closed_groups_are_seen_in_every_container(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    run_ffmpeg(*picture(), "-t", "2", *H264, "-g", "15", str(path))
    video = (await probe(path)).video
    assert video is not None
    assert (video.keys_are_idr, video.sequence_headers, len(video.key_frames_s)) == (True, 1, 4)


async def test_a_size_that_changes_has_two_sequence_headers(tmp_path: Path) -> None:
    """As a screen sends it whose window was resized: no copy can carry it."""
    parts = [tmp_path / f"{number}.ts" for number in (1, 2)]
    for part, width_px in zip(parts, (320, 640), strict=True):
        run_ffmpeg(*picture(width_px), "-t", "1", *H264, str(part))
    joined = tmp_path / "a.ts"
    run_ffmpeg("-i", f"concat:{parts[0]}|{parts[1]}", "-c", "copy", str(joined))
    video = (await probe(joined)).video
    assert video is not None
    assert video.sequence_headers == 2


@pytest.mark.parametrize(
    ("encoding", "fact", "expected"),
    [
        pytest.param(("-bf", "2"), "has_b_frames", True, id="b-frames"),
        pytest.param(("-x264-params", "open-gop=1:bframes=2"), "keys_are_idr", False, id="open"),
        pytest.param(("-pix_fmt", "yuv444p"), "pixel_format", "yuv444p", id="all-colours"),
        pytest.param(("-flags", "+ildct+ilme"), "is_interlaced", True, id="interlaced"),
    ],
)
async def test_what_makes_a_copy_unfit_is_seen(
    encoding: tuple[str, ...], fact: str, expected: object, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    h264 = ("-c:v", "libx264", "-preset", "superfast", "-g", "15", "-t", "2")
    run_ffmpeg(*picture(), *h264, *encoding, str(path))
    video = (await probe(path)).video
    assert getattr(video, fact) == expected


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        pytest.param(b"", False, id="nothing-yet"),
        pytest.param(b"#EXTM3U\n#EXTINF:9,\n", False, id="a-list-too-short-to-be-sure"),
        pytest.param(b"#EXTM3U\n#EXTINF:9,\n" * 40, True, id="a-list"),
        pytest.param(b"<!DOCTYPE html>" * 40, True, id="a-web-page"),
        pytest.param(bytes(range(1, 256)) * 100, False, id="25-kB-of-nonsense"),
        pytest.param(bytes(range(1, 256)) * 4200, True, id="a-megabyte-of-nonsense"),
    ],
)
async def test_what_is_no_recording_is_refused_as_soon_as_it_is_certain(
    content: bytes, refused: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.webm"
    path.write_bytes(content)
    if refused:
        with pytest.raises(UnreadableMedia):
            await probe_head(path, 4 << 20)
    else:
        assert await probe_head(path, 4 << 20) is None


async def test_bytes_behind_the_head_are_not_read(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.ts", *H264, *AAC, seconds=2)
    good_bytes = path.stat().st_size
    with path.open("ab") as file:
        file.write(bytes(100_000))
    head = await probe_head(path, good_bytes)
    assert head is not None
    assert head.duration_s == pytest.approx(2, abs=0.1)


PICTURE = StreamFacts(0, "video", "vp8", 640, 360, last_s=0.9, packets=28, last_length_s=0.033)
SOUND = StreamFacts(1, "audio", "opus", last_s=0.98, last_length_s=0.02, packets=50)


def at(stream: StreamFacts, last_s: float, **changes: object) -> StreamFacts:
    facts = {name: getattr(stream, name) for name in StreamFacts.__struct_fields__}
    return StreamFacts(**(facts | {"last_s": last_s} | changes))


@pytest.mark.parametrize(
    ("streams", "enough"),
    [
        pytest.param((PICTURE,), False, id="too-short"),
        pytest.param((PICTURE, SOUND), True, id="a-second-of-both"),
        pytest.param((at(PICTURE, 0, packets=0), at(SOUND, 8)), False, id="the-picture-may-come"),
        pytest.param((at(PICTURE, 0, packets=0), at(SOUND, 12)), True, id="it-does-not-come"),
    ],
)
def test_a_stream_that_was_announced_is_waited_for(
    streams: tuple[StreamFacts, ...], enough: bool
) -> None:
    head = parse_head(Facts(demuxer="matroska,webm", streams=streams), Path("a"), 1)
    assert (head is not None) is enough


@pytest.mark.parametrize(
    ("gap_s", "packets", "regular", "rate"),
    [
        pytest.param(0.2, 20, True, 5, id="a-steady-slow-one-is-believed"),
        pytest.param(0.2, 20, False, 30, id="an-unsteady-one-may-be-faster-later"),
        pytest.param(1.0, 3, True, 30, id="so-may-one-of-few-pictures"),
    ],
)
def test_a_still_beginning_does_not_slow_the_lecture(
    gap_s: float, packets: int, regular: bool, rate: int
) -> None:
    seen = at(PICTURE, 4, packets=packets, short_gap_s=gap_s, gaps_are_regular=regular)
    head = parse_head(Facts(demuxer="matroska,webm", streams=(seen,)), Path("a"), 1)
    assert head is not None
    assert head.video is not None
    assert head.video.frame_rate == rate


def test_what_is_beyond_our_limits_is_refused_in_its_head() -> None:
    streams = tuple(at(SOUND, 0.1, index=number) for number in range(17))
    with pytest.raises(RefusedMedia, match="17 streams"):
        parse_head(Facts(demuxer="matroska,webm", streams=streams), Path("a"), 1)
