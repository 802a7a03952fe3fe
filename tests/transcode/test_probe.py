"""What the probe says of a recording."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from tests.generated_media import (
    AAC,
    H264,
    OPUS,
    VP8,
    browser_recording,
    picture,
    recording,
    run_ffmpeg,
    sound,
    turned_recording,
)
from transcode.errors import RefusedMedia
from transcode.media import MediaInfo
from transcode.probe import parse_facts, probe, snap_frame_rate
from transcode.probe_facts import Facts, StreamFacts


@dataclass(frozen=True)
class Expected:
    """The facts of a recording of 2 s."""

    demuxer: str
    codecs: tuple[str | None, str | None]
    size: tuple[int, int] = (320, 180)
    rate: Fraction = Fraction(30)


def wide_pixels(path: Path) -> Path:
    run_ffmpeg(*picture(160, 180), "-t", "2", "-vf", "setsar=2", *H264, str(path))
    return path


def song_with_cover(path: Path) -> Path:
    cover = path.with_name("cover.png")
    run_ffmpeg(*picture(), "-frames:v", "1", str(cover))
    run_ffmpeg(
        *sound(), "-i", str(cover), "-map", "0", "-map", "1", "-t", "2", "-c:v", "copy", *AAC,
        "-disposition:v", "attached_pic", str(path),
    )  # fmt: skip
    return path


def short(path: Path, *encoding: str, rate: str = "30") -> Path:
    return recording(path, *encoding, seconds=2, rate=rate)


RECORDINGS: dict[str, tuple[Callable[[Path], Path], str, Expected]] = {
    "MP4": (short, "a.mp4", Expected("mov", ("h264", "aac"))),
    "WebM without duration, irregular": (
        lambda path: browser_recording(path, 2),
        "a.webm",
        Expected("matroska", ("vp8", "opus")),
    ),
    "MPEG-TS, which begins at 1.4 s": (short, "a.ts", Expected("mpegts", ("h264", "aac"))),
    "MKV with a wrong name": (
        lambda path: short(path, *H264, *OPUS, "-f", "matroska"),
        "a.mp4",
        Expected("matroska", ("h264", "opus")),
    ),
    "film's 23.976": (
        lambda path: short(path, rate="24000/1001"),
        "a.mov",
        Expected("mov", ("h264", "aac"), rate=Fraction(24)),
    ),
    "50 frames a second": (
        lambda path: short(path, rate="50"),
        "a.mp4",
        Expected("mov", ("h264", "aac"), rate=Fraction(25)),
    ),
    "a phone held upright": (
        lambda path: turned_recording(path, 2),
        "a.mp4",
        Expected("mov", ("h264", "aac"), size=(180, 320)),
    ),
    "pixels that are not square": (wide_pixels, "a.mp4", Expected("mov", ("h264", None))),
    "a song with a cover is sound": (
        song_with_cover,
        "a.m4a",
        Expected("mov", (None, "aac")),
    ),
}


def codecs_of(info: MediaInfo) -> tuple[str | None, str | None]:
    found = [stream.codec if stream else None for stream in (info.video, info.audio)]
    return found[0], found[1]


@pytest.mark.parametrize("kind", RECORDINGS)
async def test_its_facts(kind: str, tmp_path: Path) -> None:
    make, name, expected = RECORDINGS[kind]
    path = make(tmp_path / name)
    info = await probe(path)
    assert info.demuxer == expected.demuxer
    assert codecs_of(info) == expected.codecs
    assert info.duration_s == pytest.approx(2, abs=0.045)
    assert info.size_bytes == path.stat().st_size
    if info.video:
        assert (info.video.width_px, info.video.height_px) == expected.size
        assert info.video.frame_rate == expected.rate


async def test_a_pause_in_the_picture_does_not_lower_its_rate(tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    pause = ("-vf", "select='not(between(t,0.5,2.4))'", "-fps_mode", "vfr")
    run_ffmpeg(*picture(rate="15"), "-t", "3", *pause, *VP8, str(path))
    video = (await probe(path)).video
    assert video is not None
    assert video.frame_rate == 15


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        pytest.param(29.97, 30, id="television"),
        pytest.param(23.976, 24, id="film"),
        pytest.param(50, 25, id="half-of-50"),
        pytest.param(60, 30, id="half-of-60"),
        pytest.param(12, 15, id="the-next-one-up"),
        pytest.param(0.1, 1, id="hardly-moving"),
        pytest.param(100_000, 25, id="U09-never-more-than-30"),
        pytest.param(None, 30, id="one-picture"),
        pytest.param(float("nan"), 30, id="nonsense"),
        pytest.param(-5, 30, id="backwards"),
    ],
)
def test_frame_rates_come_from_a_list(measured: float | None, expected: int) -> None:
    assert snap_frame_rate(measured) == expected


@pytest.mark.parametrize(
    ("size", "refused"),
    [
        pytest.param((8192, 4320), False, id="8K-is-taken"),
        pytest.param((8193, 100), True, id="a-side-too-long"),
        pytest.param((100, 100_000), True, id="U08-too-high"),
        pytest.param((8000, 8000), True, id="too-many-pixels"),
    ],
)
def test_the_limits_of_size(size: tuple[int, int], refused: bool) -> None:
    stream = StreamFacts(0, "video", "h264", *size, packets=50, last_s=2)
    facts = Facts(demuxer="mov,mp4", streams=(stream,))
    if refused:
        with pytest.raises(RefusedMedia, match=f"{size[0]} x {size[1]} pixels"):
            parse_facts(facts, Path("a.mp4"), 1)
    else:
        assert parse_facts(facts, Path("a.mp4"), 1).video is not None
