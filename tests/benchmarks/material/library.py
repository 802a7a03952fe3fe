"""The recordings that are measured: drawn once, coded by ffmpeg, kept in a temporary folder.

A change of what is drawn changes `EDITION`, so that nobody measures old material.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import imageio_ffmpeg

from stream.demo.recorded import demo_folder
from tests.benchmarks.material.camera_picture import Frame, camera_frames
from tests.benchmarks.material.live_coding import live_coding
from tests.benchmarks.material.slides_with_camera import slides_with_camera
from tests.generated_media import run_ffmpeg
from transcode.media import Source, TrackRole

EDITION = 1
MINUTE_S = 60.0
LONG_MINUTES = 60
SIZE_PX = (1920, 1080)
RATE = 30


@dataclass(frozen=True, slots=True)
class Recording:
    """One case of the benchmark."""

    name: str
    title: str
    sources: tuple[Source, ...]
    seconds: float  # of it that are measured

    def first(self, seconds: float) -> "Recording":
        """Its beginning, at most that long."""
        return replace(self, seconds=min(seconds, self.seconds))


def demo_lecture() -> Recording:
    """The demo lecture: two tracks, recorded in a browser."""
    slides, camera = demo_folder() / "presentation.webm", demo_folder() / "presenter.webm"
    sources = (Source(slides), Source(camera, TrackRole.PRESENTER, 0.001))
    return Recording("demo", "the demo lecture, slides and camera as two tracks", sources, 90.06)


def reference_minute(seconds: float = MINUTE_S) -> Recording:
    """Slides with a camera picture in one track, 1080p30, H.264 of 1.3 Mbit/s."""
    path = _made("reference", seconds, partial(slides_with_camera, seconds))
    return Recording("reference", "slides with a camera picture", (Source(path),), seconds)


def slides_alone(seconds: float = MINUTE_S) -> Recording:
    """The demo lecture's slides without its camera."""
    source = Source(demo_folder() / "presentation.webm")
    return Recording("slides", "the demo lecture's slides alone", (source,), min(seconds, 90.06))


def camera_lecture(seconds: float = MINUTE_S) -> Recording:
    """A (drawn) teacher before a camera, 1080p30."""
    path = _made("camera", seconds, partial(camera_frames, *SIZE_PX, RATE, seconds), "6000k")
    source = Source(path, TrackRole.PRESENTER)
    return Recording("camera", "a drawn teacher before a camera", (source,), seconds)


def coding_screencast(seconds: float = MINUTE_S) -> Recording:
    """Live coding on the whole screen, 1080p30."""
    path = _made("coding", seconds, partial(live_coding, seconds))
    return Recording("coding", "a screencast of live coding", (Source(path),), seconds)


def hour() -> Recording:
    """60 minutes of five different ones, joined by copying their packets."""
    minutes = [
        _made(f"minute-{seed}", MINUTE_S, partial(slides_with_camera, MINUTE_S, seed))
        for seed in (2, 3, 4)
    ]
    minutes += [
        _made(f"code-{seed}", MINUTE_S, partial(live_coding, MINUTE_S, seed)) for seed in (2, 3)
    ]
    path = _folder() / "hour.mp4"
    if not path.exists():
        names = [minutes[number % len(minutes)].name for number in range(LONG_MINUTES)]
        order = path.with_suffix(".txt")
        order.write_text("".join(f"file '{name}'\n" for name in names))
        run_ffmpeg("-f", "concat", "-i", str(order), "-c", "copy", str(path))
    return Recording("hour", "60 minutes of slides and code", (Source(path),), 60 * LONG_MINUTES)


def _folder() -> Path:
    folder = Path(tempfile.gettempdir(), f"flipcast-bench-{EDITION}")
    folder.mkdir(exist_ok=True)
    return folder


def _made(
    name: str, seconds: float, draw: Callable[[], Iterator[Frame]], bitrate: str = "1300k"
) -> Path:
    """The file of that name and length, drawn if it is not there yet, with the demo's voice."""
    path = _folder() / f"{name}-{seconds:g}.mp4"
    if not path.exists():
        partial = path.with_suffix(".partial.mp4")
        _encode(draw(), partial, seconds, bitrate)
        partial.rename(path)
    return path


def _encode(frames: Iterator[Frame], path: Path, seconds: float, bitrate: str) -> None:
    size = "x".join(map(str, SIZE_PX))
    voice = str(demo_folder() / "presentation.webm")
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y",
        "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", size, "-r", str(RATE), "-i", "pipe:0",
        "-stream_loop", "-1", "-i", voice, "-map", "0:v", "-map", "1:a", "-t", str(seconds),
        "-c:v", "libx264", "-preset", "veryfast", "-b:v", bitrate, "-pix_fmt", "yuv420p",
        "-c:a", "aac", "-b:a", "96k", str(path),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        for frame in frames:
            child.stdin.write(frame.tobytes())
    assert child.returncode == 0, f"ffmpeg ended with {child.returncode}"
