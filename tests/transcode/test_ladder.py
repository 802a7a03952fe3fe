"""Which qualities a recording gets."""

from fractions import Fraction

import pytest

from transcode.ladder import Box, fit_box, plan_ladder
from transcode.media import VideoStream
from transcode.picture_content import Motion, PictureContent, PictureKind


def stream(width_px: int, height_px: int, rate: int | Fraction = 30) -> VideoStream:
    return VideoStream(0, "vp9", width_px, height_px, 0, Fraction(rate), 60.0)


def described(screen: VideoStream | None, camera: VideoStream | None) -> list[str]:
    return [
        f"{rung.name} {rung.box.width_px}x{rung.box.height_px} {float(rung.frame_rate):g}"
        for rung in plan_ladder(screen, camera, has_sound=True).renditions
    ]


FULL_HD = stream(1920, 1080)


def rates(content: PictureContent | None, rate: int = 30) -> list[float]:
    """The frames per second of the rungs of a 1080-line recording, the cheapest first."""
    ladder = plan_ladder(stream(1920, 1080, rate), None, has_sound=True, content=content)
    return [float(rung.frame_rate) for rung in ladder.renditions]


@pytest.mark.parametrize(
    ("motion", "source_rate", "expected"),
    [
        pytest.param(Motion.STILL, 30, [2.5, 2.5, 5, 10, 30], id="slides-need-few-but-in-bursts"),
        pytest.param(Motion.SOME, 30, [2.5, 2.5, 5, 10, 30], id="a-camera-in-the-corner-too"),
        pytest.param(Motion.MUCH, 30, [2.5, 2.5, 15, 15, 30], id="a-film-on-the-screen-more"),
        pytest.param(None, 30, [2.5, 2.5, 5, 10, 30], id="nobody-has-looked"),
        pytest.param(Motion.SOME, 25, [2.5, 2.5, 5, 10, 25], id="of-other-rates"),
        pytest.param(Motion.SOME, 15, [2.5, 2.5, 5, 7.5, 15], id="never-more-than-the-source-has"),
        pytest.param(Motion.SOME, 10, [2.5, 2.5, 5, 10, 10], id="of-few-frames-two-rungs-at-most"),
        pytest.param(
            Motion.SOME, 5, [2.5, 2.5, 5, 5], id="the-cheapest-of-equals-and-the-best-stay"
        ),
        pytest.param(Motion.SOME, 2, [2, 2, 2], id="one-frame-in-a-while"),
    ],
)
def test_a_screen_has_as_many_frames_as_move(
    motion: Motion | None, source_rate: int, expected: list[float]
) -> None:
    content = PictureContent(PictureKind.SCREEN, motion) if motion else None
    assert rates(content, source_rate) == expected


@pytest.mark.parametrize(
    ("source_rate", "steady_rate"),
    [
        pytest.param(30, 10, id="every-third"),
        pytest.param(25, 5, id="every-second-or-third-would-miss-a-segment-or-be-too-many"),
        pytest.param(24, 8, id="24"),
        pytest.param(15, 7.5, id="7.5-are-whole-in-2-s"),
        pytest.param(10, 10, id="few-anyway"),
    ],
)
def test_the_best_of_a_screen_has_few_frames_until_something_moves(
    source_rate: int, steady_rate: float
) -> None:
    *others, top = plan_ladder(stream(1920, 1080, source_rate), None, has_sound=True).renditions
    assert float(top.frame_rate / top.steady_every) == steady_rate
    assert {rung.steady_every for rung in others} == {1}


SCREEN_LINES = [900, 1080, 1080, 1080, 1080]
CAMERA_LINES = [240, 480, 720, 1080]


@pytest.mark.parametrize(
    ("as_presenter", "kind", "lines"),
    [
        pytest.param(False, None, SCREEN_LINES, id="a-presentation-is-a-screen"),
        pytest.param(True, None, CAMERA_LINES, id="a-presenter-is-a-camera"),
        pytest.param(True, PictureKind.SCREEN, SCREEN_LINES, id="unless-it-shows-a-screen"),
        pytest.param(False, PictureKind.CAMERA, CAMERA_LINES, id="a-film-is-no-screen"),
    ],
)
def test_what_is_seen_decides_and_not_what_the_track_is_called(
    as_presenter: bool, kind: PictureKind | None, lines: list[int]
) -> None:
    content = PictureContent(kind, Motion.MUCH) if kind else None
    screen, camera = (None, FULL_HD) if as_presenter else (FULL_HD, None)
    ladder = plan_ladder(screen, camera, has_sound=True, content=content)
    assert [rung.box.height_px for rung in ladder.renditions] == lines


def test_a_camera_in_the_corner_moves_however_still_the_slides_are() -> None:
    still = PictureContent(PictureKind.SCREEN, Motion.STILL)
    ladder = plan_ladder(FULL_HD, stream(640, 360), has_sound=True, content=still)
    assert ladder.renditions[-1].frame_rate == 30


@pytest.mark.parametrize("motion", Motion)
@pytest.mark.parametrize("kind", PictureKind)
def test_each_rung_is_dearer_than_the_one_below(kind: PictureKind, motion: Motion) -> None:
    content = PictureContent(kind, motion)
    rungs = plan_ladder(FULL_HD, None, has_sound=True, content=content).renditions
    peaks = [rung.peak_bps for rung in rungs]
    assert peaks == sorted(set(peaks))


@pytest.mark.parametrize(
    ("screen", "expected"),
    [
        pytest.param(
            stream(1920, 1080),
            [
                "still 1600x900 2.5",
                "low 1920x1080 2.5",
                "fair 1920x1080 5",
                "medium 1920x1080 10",
                "high 1920x1080 30",
            ],
            id="a-screen-keeps-its-lines-and-differs-in-frames-and-bits",
        ),
        pytest.param(
            stream(3840, 2160, 5),
            ["still 1600x900 2.5", "low 1920x1080 2.5", "fair 1920x1080 5", "high 1920x1080 5"],
            id="at-most-1080-lines",
        ),
        pytest.param(
            stream(640, 360, 1),
            ["still 640x360 1", "high 640x360 1"],
            id="never-enlarged",
        ),
    ],
)
def test_a_screen(screen: VideoStream, expected: list[str]) -> None:
    assert described(screen, None) == expected


@pytest.mark.parametrize(
    ("camera", "expected"),
    [
        pytest.param(
            stream(1920, 1080),
            ["still 426x240 10", "low 852x480 15", "medium 1280x720 30", "high 1920x1080 30"],
            id="a-camera-keeps-its-frames-and-differs-in-lines",
        ),
        pytest.param(
            stream(1080, 1920),
            ["still 240x426 10", "low 480x852 15", "medium 720x1280 30", "high 1080x1920 30"],
            id="upright-too",
        ),
        pytest.param(
            stream(640, 360),
            ["still 426x240 10", "low 640x360 15", "medium 640x360 30", "high 640x360 30"],
            id="a-small-one-is-not-enlarged",
        ),
    ],
)
def test_a_camera_alone(camera: VideoStream, expected: list[str]) -> None:
    assert described(None, camera) == expected


def test_of_two_tracks_the_cheapest_rung_shows_the_slides_alone() -> None:
    ladder = plan_ladder(stream(1920, 1080, 10), stream(1280, 720, 30), has_sound=True)
    assert [rung.shows_camera for rung in ladder.renditions] == [False, True, True, True, True]
    assert ladder.camera == Box(480, 270)
    assert ladder.renditions[-1].frame_rate == 30  # the camera moves as it was recorded


def test_a_small_camera_is_not_enlarged() -> None:
    ladder = plan_ladder(stream(1920, 1080), stream(160, 120), has_sound=False)
    assert ladder.camera == Box(160, 120)
    assert ladder.audio is None


def test_sound_alone_has_no_rungs() -> None:
    ladder = plan_ladder(None, None, has_sound=True)
    assert ladder.renditions == ()
    assert ladder.audio is not None


@pytest.mark.parametrize("rate", [1, 2, 5, 10, 15, 20, 24, 25, 30])
def test_frames_fall_on_every_boundary_of_the_grid_and_never_get_fewer(rate: int) -> None:
    source = stream(1920, 1080, rate)
    for screen, camera in ((source, None), (None, source)):
        ladder = plan_ladder(screen, camera, has_sound=True)
        rates = [rung.frame_rate for rung in ladder.renditions]
        assert rates == sorted(rates)
        assert all((2 * rate).denominator == 1 for rate in rates)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param((1337, 753), Box(1336, 752), id="even-sizes"),
        pytest.param((2560, 1080), Box(1920, 810), id="a-wide-screen"),
        pytest.param((16, 16), Box(64, 64), id="a-tiny-picture-gets-a-box-to-stand-in"),
        pytest.param((1, 4000), Box(64, 1920), id="a-sliver"),
        pytest.param((1200, 1920), Box(1080, 1728), id="upright"),
    ],
)
def test_boxes(size: tuple[int, int], expected: Box) -> None:
    assert fit_box(*size) == expected
