"""Recordings of every shape that teachers send, and the packages that are made of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from tests.generated_media import (
    AAC,
    H264,
    OPUS,
    VP8,
    browser_recording,
    picture,
    recording,
    resized_recording,
    run_ffmpeg,
    sound,
    turned_recording,
)
from tests.made_once import made_once
from transcode.media import Source, TrackRole
from transcode.package import Package, make_package

DEMO = Path(__file__).resolve().parents[1] / "deploy" / "demo"


def one_frame(path: Path) -> list[Source]:
    run_ffmpeg(*picture(), "-frames:v", "1", *H264, str(path / "a.mp4"))
    return [Source(path / "a.mp4")]


def no_sound(path: Path) -> list[Source]:
    run_ffmpeg(*picture(), "-t", "3", *H264, str(path / "a.mp4"))
    return [Source(path / "a.mp4")]


def odd_sizes(path: Path) -> list[Source]:
    shape: dict[str, str | int] = {"width_px": 1337, "height_px": 753, "rate": "15"}
    return [Source(recording(path / "a.webm", *VP8, *OPUS, seconds=3, **shape))]


def sound_alone(path: Path) -> list[Source]:
    run_ffmpeg(*sound(), "-t", "5", *AAC, str(path / "a.m4a"))
    return [Source(path / "a.m4a")]


def ten_still_minutes(path: Path) -> list[Source]:
    run_ffmpeg(
        "-f", "lavfi", "-i", "color=c=white:s=320x180:r=1", "-f", "lavfi",
        "-i", "anullsrc=r=16000:cl=mono", "-t", "600", *H264, "-c:a", "aac", "-b:a", "8k",
        str(path / "a.mp4"),
    )  # fmt: skip
    return [Source(path / "a.mp4")]


def three_still_hours(path: Path) -> list[Source]:
    """Small and without sound, which takes minutes to make even for ears that hear nothing."""
    still = ("-f", "lavfi", "-i", "color=c=white:s=160x90:r=1", "-t", "10800")
    run_ffmpeg(*still, *H264, "-g", "600", str(path / "a.mp4"))
    return [Source(path / "a.mp4")]


def two_tracks(path: Path) -> list[Source]:
    """A screen without sound, and a flashing camera with it that began a second later."""
    run_ffmpeg("-f", "lavfi", "-i", "color=s=640x360:r=30", "-t", "5", *VP8, str(path / "a.webm"))
    camera = browser_recording(path / "b.webm", seconds=4)
    return [Source(path / "a.webm"), Source(camera, TrackRole.PRESENTER, start_offset_s=1.0)]


def demo_tracks(path: Path) -> list[Source]:
    return [
        Source(DEMO / "presentation.webm"),
        Source(DEMO / "presenter.webm", TrackRole.PRESENTER),
    ]


@dataclass(frozen=True)
class Shape:
    """A kind of recording, and what is known of it."""

    make: Callable[[Path], list[Source]]
    duration_s: float
    frame_s: float = 1 / 30  # how long a frame of the source is shown: the duration's tolerance
    has_picture: bool = True
    has_sound: bool = True
    box: tuple[int, int] = (320, 180)  # of the highest rung
    flashes: bool = True


def file(name: str, *encoding: str, **shape: str | int) -> Callable[[Path], list[Source]]:
    return lambda path: [Source(recording(path / name, *encoding, seconds=5, **shape))]


SHAPES = {
    "H.264 and AAC in MP4": Shape(file("a.mp4"), 5),
    "MOV": Shape(file("a.mov"), 5),
    "MKV": Shape(file("a.mkv", *H264, *OPUS), 5),
    # a stream cannot say that its first frame of AAC is to be thrown away: it is a part of it
    "MPEG-TS": Shape(file("a.ts"), 5 + 1024 / 48_000),
    "25 frames a second": Shape(file("a.mp4", rate="25"), 5, frame_s=1 / 25),
    "a browser's WebM": Shape(lambda path: [Source(browser_recording(path / "a.webm", 6))], 6),
    "odd sizes": Shape(odd_sizes, 3, box=(1336, 752)),
    "a phone held upright": Shape(
        lambda path: [Source(turned_recording(path / "a.mp4"))], 3, box=(180, 320)
    ),
    "a size that changes": Shape(
        lambda path: [Source(resized_recording(path / "a.webm"))],
        6,
        has_sound=False,
        box=(480, 360),
        flashes=False,
    ),
    "sound alone": Shape(sound_alone, 5, has_picture=False, flashes=False),
    "no sound": Shape(no_sound, 3, has_sound=False),
    "one frame": Shape(one_frame, 1 / 30, has_sound=False, flashes=False),
    "ten minutes of a still picture": Shape(ten_still_minutes, 600, frame_s=1.0, flashes=False),
    "three hours of a still picture": Shape(
        three_still_hours, 10_800, frame_s=1.0, has_sound=False, box=(160, 90), flashes=False
    ),
    "two tracks": Shape(two_tracks, 5, box=(640, 360), flashes=False),
    "the demo lecture": Shape(demo_tracks, 90.056, box=(1920, 1080), flashes=False),
}


@dataclass(frozen=True)
class Published:
    """A shape's package: its folder, which nobody may change, and what `make_package` returned."""

    out: Path
    package: Package


def published_shape(tmp_path_factory: pytest.TempPathFactory, name: str) -> Published:
    """The package of the shape of this name, made once in a run of the tests."""

    def make(folder: Path) -> None:
        package = asyncio.run(make_package(SHAPES[name].make(folder), folder / "out"))
        (folder / "returned.json").write_bytes(msgspec.json.encode(package))

    folder = made_once(tmp_path_factory, f"package of {name}", make)
    returned = msgspec.json.decode((folder / "returned.json").read_bytes(), type=Package)
    return Published(folder / "out", returned)
