"""What people may write for a SOURCE, and what they are told when it cannot be used."""

import pytest

from capture.errors import SettingRefused
from capture.sources import Input, Kind, TrackSource, parse_audio, parse_source, plan_tracks

RTSP = Input(Kind.RTSP, "rtsp://teacher:pass@cam/live?channel=1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "v4l2:/dev/video0", TrackSource(Input(Kind.V4L2, "/dev/video0")), id="a-camera"
        ),
        pytest.param(
            "v4l2:/dev/v4l/by-id/usb-cam?size=1280x720&fps=30&format=mjpeg",
            TrackSource(Input(Kind.V4L2, "/dev/v4l/by-id/usb-cam", "1280x720", 30, "mjpeg")),
            id="a-camera-with-every-option",
        ),
        pytest.param("x11::0.0", TrackSource(Input(Kind.X11, ":0.0")), id="a-screen"),
        pytest.param(
            "x11::0.0+1920,0?size=1920x1080",
            TrackSource(Input(Kind.X11, ":0.0+1920,0", "1920x1080")),
            id="a-place-on-the-screen-is-not-a-sound",
        ),
        pytest.param(
            "x11::0.0?fps=30+pulse:default",
            TrackSource(Input(Kind.X11, ":0.0", fps=30), Input(Kind.PULSE, "default")),
            id="a-screen-with-sound",
        ),
        pytest.param(RTSP.address, TrackSource(RTSP), id="a-network-camera-keeps-its-query"),
        pytest.param(
            f"{RTSP.address}+sound", TrackSource(RTSP, RTSP), id="a-network-camera-with-its-sound"
        ),
        pytest.param(
            "rtsps://cam/live", TrackSource(Input(Kind.RTSP, "rtsps://cam/live")), id="rtsp-in-tls"
        ),
        pytest.param(
            "lavfi:testsrc2=size=64x64,format=gray+lavfi:sine",
            TrackSource(
                Input(Kind.LAVFI, "testsrc2=size=64x64,format=gray"), Input(Kind.LAVFI, "sine")
            ),
            id="a-stand-in-for-both",
        ),
    ],
)
def test_a_source_is_understood(text: str, expected: TrackSource) -> None:
    assert parse_source(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("/dev/video0", "is not a source", id="a-bare-path"),
        pytest.param("webcam:0", "is not a source", id="an-unknown-scheme"),
        pytest.param("", "is not a source", id="nothing"),
        pytest.param("v4l2:video0", "v4l2:/dev/video0", id="a-camera-without-its-folder"),
        pytest.param("v4l2:", "v4l2:/dev/video0", id="a-camera-without-a-device"),
        pytest.param("x11:", "x11::0.0", id="a-screen-without-a-display"),
        pytest.param("lavfi:", "is not complete", id="a-stand-in-of-nothing"),
        pytest.param("rtsp://", "rtsp://camera/stream", id="a-network-camera-without-a-host"),
        pytest.param("pulse:default", "has no picture", id="a-microphone-is-no-picture"),
        pytest.param("x11::0+v4l2:/dev/video0", "has no sound", id="a-camera-is-no-sound"),
        pytest.param("x11::0+pulse:a+pulse:b", "more than one sound", id="two-sounds"),
        pytest.param("x11::0+sound", "name the microphone", id="a-screen-has-no-sound-itself"),
        pytest.param("x11::0?size=1280", "width x height", id="half-a-size"),
        pytest.param("x11::0?size=9999x9999", "width x height", id="a-size-nobody-has"),
        pytest.param("x11::0?fps=0", "1 to 60", id="no-frames"),
        pytest.param("x11::0?fps=30.5", "1 to 60", id="a-fraction-of-a-frame"),
        pytest.param("x11::0?fps=٣٠", "1 to 60", id="digits-ffmpeg-does-not-know"),
        pytest.param("x11::0?rate=30", "no option 'rate'", id="an-unknown-option"),
        pytest.param("x11::0?format=mjpeg", "no option 'format'", id="an-option-of-another-kind"),
        pytest.param("v4l2:/dev/video0?format=-i x", "a name such as", id="a-format-with-a-space"),
    ],
)
def test_a_source_that_cannot_be_used_is_refused_with_the_reason(text: str, sentence: str) -> None:
    with pytest.raises(SettingRefused) as refusal:
        parse_source(text)
    assert sentence in str(refusal.value)


def test_a_refusal_does_not_repeat_a_cameras_password() -> None:
    with pytest.raises(SettingRefused) as refusal:
        parse_source("http://teacher:pass@cam/live")
    assert "pass" not in str(refusal.value)


def test_audio_alone_takes_a_microphone_and_names_its_default() -> None:
    assert parse_audio("pulse:") == Input(Kind.PULSE, "default")


def test_the_microphone_goes_with_the_presentation() -> None:
    tracks = plan_tracks("x11::0", "v4l2:/dev/video0", "pulse:default")
    assert tracks["presentation"].audio == Input(Kind.PULSE, "default")
    assert tracks["presenter"].audio is None


def test_the_microphone_goes_with_the_presenter_who_is_alone() -> None:
    assert plan_tracks(None, "v4l2:/dev/video0", "pulse:default")["presenter"].audio


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        pytest.param((None, None, None), "Nothing to record", id="nothing"),
        pytest.param((None, None, "pulse:"), "Nothing to record", id="sound-alone"),
        pytest.param(("x11::0+pulse:", None, "pulse:"), "one track", id="sound-twice"),
        pytest.param(("x11::0+pulse:", "rtsp://c/+sound", None), "one track", id="sound-on-both"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(
    sources: tuple[str | None, str | None, str | None], sentence: str
) -> None:
    with pytest.raises(SettingRefused) as refusal:
        plan_tracks(*sources)
    assert sentence in str(refusal.value)
