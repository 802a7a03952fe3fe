"""What ffmpeg is asked to do, where a recording cannot show it."""

from pathlib import Path

import pytest

from capture.arguments import lookahead_frames, recording_arguments
from capture.sources import parse_source


def inputs_of(text: str) -> str:
    arguments = recording_arguments("ffmpeg", parse_source(text), Path("/takes/t/a.mp4"))
    return " ".join(arguments[arguments.index("warning") + 1 : arguments.index("-map")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "v4l2:/dev/video0?size=1280x720&fps=30&format=mjpeg",
            "-thread_queue_size 64 -f v4l2 -timestamps abs -input_format mjpeg "
            "-video_size 1280x720 -framerate 30 -i /dev/video0",
            id="a-camera-is-stamped-by-the-wall-clock",
        ),
        pytest.param(
            "v4l2:/dev/video0",
            "-thread_queue_size 64 -f v4l2 -timestamps abs -i /dev/video0",
            id="a-camera-gives-what-it-likes",
        ),
        pytest.param(
            "x11::0.0+pulse:mic",
            "-thread_queue_size 64 -f x11grab -framerate 15 -i :0.0 "
            "-isync 0 -thread_queue_size 1024 -f pulse -fragment_size 1920 "
            "-sample_rate 48000 -i mic",
            id="a-microphone-keeps-its-distance-to-the-screen",
        ),
        pytest.param(
            "rtsp://cam/live+sound",
            "-rtsp_transport tcp -timeout 10000000 -i rtsp://cam/live",
            id="a-network-camera-is-opened-once",
        ),
    ],
)
def test_inputs(text: str, expected: str) -> None:
    assert inputs_of(text) == expected


def test_a_network_cameras_sound_is_asked_for_only_when_wanted() -> None:
    path = Path("/takes/t/a.mp4")
    silent = recording_arguments("ffmpeg", parse_source("rtsp://cam/live"), path)
    heard = recording_arguments("ffmpeg", parse_source("rtsp://cam/live+sound"), path)
    assert "-an" in silent
    assert "0:a:0" not in silent
    assert "0:a:0" in heard


def test_a_file_that_exists_is_never_written_over() -> None:
    arguments = recording_arguments("ffmpeg", parse_source("x11::0"), Path("/takes/t/a.mp4"))
    assert arguments[-2:] == ["-n", "file:/takes/t/a.mp4"]


@pytest.mark.parametrize(("fps", "frames"), [(None, 10), (60, 20), (15, 5), (5, 1), (1, 1)])
def test_the_encoder_holds_back_a_third_of_a_second(fps: int | None, frames: int) -> None:
    assert lookahead_frames(fps) == frames
