"""Which rungs the AV1 set has, as a table."""

from fractions import Fraction

import pytest

from transcode.av1_ladder import av1_ladder
from transcode.av1_set import runs
from transcode.ladder import SVT_AV1, Ladder, plan_ladder
from transcode.media import VideoStream
from transcode.picture_content import Motion, PictureContent, PictureKind


def ladder_of(width_px: int, height_px: int, rate: int, content: PictureContent) -> Ladder:
    stream = VideoStream(0, "h264", width_px, height_px, 0, Fraction(rate), 60.0)
    return plan_ladder(stream, None, has_sound=True, content=content)


SLIDES = PictureContent(PictureKind.SCREEN, Motion.SOME)
FILM = PictureContent(PictureKind.CAMERA, Motion.MUCH)


@pytest.mark.parametrize(
    ("ladder", "content", "expected"),
    [
        pytest.param(
            ladder_of(1920, 1080, 30, SLIDES),
            SLIDES,
            [
                ("av1-still", 900, 2.5),
                ("av1-low", 1080, 2.5),
                ("av1-fair", 1080, 5),
                ("av1-medium", 1080, 15),
                ("av1-high", 1080, 30),
            ],
            id="slides",
        ),
        pytest.param(
            ladder_of(1280, 720, 5, SLIDES),
            SLIDES,
            [
                ("av1-still", 720, 2.5),
                ("av1-low", 720, 2.5),
                ("av1-fair", 720, 5),
                ("av1-high", 720, 5),
            ],
            id="few-frames-make-fewer-rungs",
        ),
        pytest.param(
            ladder_of(1920, 1080, 30, FILM),
            FILM,
            [
                ("av1-still", 240, 10),
                ("av1-low", 480, 15),
                ("av1-medium", 720, 30),
                ("av1-high", 1080, 30),
            ],
            id="a-camera",
        ),
        pytest.param(Ladder((), None, None), SLIDES, [], id="sound-alone"),
    ],
)
def test_the_set_shows_what_the_ladder_shows(
    ladder: Ladder, content: PictureContent, expected: list[tuple[str, int, float]]
) -> None:
    made = av1_ladder(ladder, content.kind)
    assert [(r.name, r.box.height_px, float(r.frame_rate)) for r in made.renditions] == expected
    assert made.audio is None


@pytest.mark.parametrize("content", [SLIDES, FILM], ids=["slides", "a-camera"])
def test_a_rung_costs_more_and_shows_more_than_the_one_below_it(content: PictureContent) -> None:
    rungs = av1_ladder(ladder_of(1920, 1080, 30, content), content.kind).renditions
    peaks, qualities = [r.peak_bps for r in rungs], [-r.crf for r in rungs]
    assert peaks == sorted(peaks)
    assert qualities == sorted(qualities)


def test_only_rungs_of_few_frames_are_made_together() -> None:
    rungs = av1_ladder(ladder_of(1920, 1080, 30, SLIDES), SLIDES.kind).renditions
    made = [[rung.name for rung in together] for together in runs(rungs)]
    assert made == [["av1-still", "av1-low"], ["av1-fair"], ["av1-medium"], ["av1-high"]]


def test_tools_for_text_are_on_where_there_is_text() -> None:
    """SVT-AV1 switches them off at presets above 8."""
    rungs = av1_ladder(ladder_of(1920, 1080, 30, SLIDES), SLIDES.kind).renditions
    assert all(r.encoder == SVT_AV1 for r in rungs)
    assert all("scm=1" in r.tuning and int(r.preset) <= 8 for r in rungs)
