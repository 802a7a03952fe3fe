"""What small pictures say about a recording: a screen or a camera, and how much of it moves."""

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import cv2
import numpy as np
import pytest

from tests.benchmarks.material.camera_picture import Frame, camera_frames
from tests.benchmarks.material.live_coding import live_coding
from tests.benchmarks.material.slides_with_camera import slides_with_camera
from tests.tapped_pictures import DEMO, tapped
from tests.transcode.slides.drawn_pictures import (
    HEIGHT_PX,
    WIDTH_PX,
    Camera,
    Film,
    Picture,
    Theme,
    page,
    slide,
)
from tests.transcode.slides.generated_lectures import RATE, SIZE_PX, make_lecture
from transcode.picture_analysis import PictureMeter, analyse_pictures
from transcode.picture_content import Motion, PictureContent, PictureKind

SCREEN, CAMERA = PictureKind.SCREEN, PictureKind.CAMERA
STILL, SOME, MUCH = Motion.STILL, Motion.SOME, Motion.MUCH
FRAMES = 60
STEP = 12  # of 30 frames a second: 2.5 are looked at


def small(picture: Picture) -> Picture:
    return np.asarray(cv2.resize(picture, SIZE_PX, interpolation=cv2.INTER_AREA), np.uint8)


def gray(frame: Frame) -> Picture:
    return small(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8))


def looked_at(frames: Iterator[Frame], seconds: float) -> list[Picture]:
    return [gray(frame) for frame in islice(frames, 0, round(30 * seconds), STEP)]


def lecture(kind: str, seed: int) -> Callable[[], Iterator[Picture]]:
    return lambda: islice(make_lecture(kind, seed).frames(), FRAMES)


def one_slide() -> list[Picture]:
    rng = random.Random(3)
    return [small(slide(rng, Theme(rng), 1))] * FRAMES


def slides_beside_a_camera() -> list[Picture]:
    return looked_at(slides_with_camera(6), 6)


def slides_alone() -> list[Picture]:
    return [picture[:, :300] for picture in slides_beside_a_camera()]  # left of the camera


def code() -> list[Picture]:
    return looked_at(live_coding(18), 18)  # it begins with scrolling, which is not what it is


def slow_scrolling() -> list[Picture]:
    sheet = page(random.Random(4), 8)
    return [small(sheet[40 * number : 40 * number + HEIGHT_PX]) for number in range(FRAMES)]


def black() -> list[Picture]:
    return [np.full((270, 480), 16, np.uint8)] * 3


def teacher() -> list[Picture]:
    seen = Camera(7, WIDTH_PX, HEIGHT_PX)
    return [small(seen.frame(number / RATE)) for number in range(FRAMES)]


def coded_teacher() -> Iterator[Picture]:
    for frame in teacher():
        _, coded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 40])
        yield np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def camera() -> list[Picture]:
    return [gray(frame) for frame in camera_frames(960, 540, 3, 4)]


def camera_in_bars() -> list[Picture]:
    return [np.pad(picture, ((90, 90), (0, 0)), constant_values=16) for picture in camera()]


def photograph_with_a_pointer() -> list[Picture]:
    photograph = camera()[0]
    pictures = [photograph.copy() for _ in range(10)]
    for place, picture in enumerate(pictures):
        picture[100:106, 20 * place : 20 * place + 4] = 0
    return pictures


def films() -> list[Picture]:
    scenes = Film(5, WIDTH_PX, HEIGHT_PX)
    return [small(scenes.frame(number / RATE)) for number in range(FRAMES)]


def soft_film() -> list[Picture]:
    rough = np.random.default_rng(1).uniform(20, 230, (270, 2000)).astype(np.float32)
    scene = cv2.GaussianBlur(rough, (0, 0), 9)
    scene = cv2.normalize(scene, None, 20, 230, cv2.NORM_MINMAX).astype(np.uint8)  # type: ignore[call-overload]
    return [scene[:, 40 * number : 40 * number + 480] for number in range(10)]


def demo_slides() -> list[Picture]:
    return tapped(DEMO / "presentation.webm")


def metered(pictures: Iterable[Picture], expected: PictureKind) -> PictureMeter:
    taken = list(pictures)
    height_px, width_px = taken[0].shape
    meter = PictureMeter(width_px, height_px, RATE, expected)
    for number, picture in enumerate(taken):
        meter.take(picture, number)
    return meter


@pytest.mark.parametrize(
    ("pictures", "kind", "motion"),
    [
        pytest.param(one_slide, SCREEN, STILL, id="a-slide-that-stands"),
        pytest.param(lecture("hard cut", 5), SCREEN, STILL, id="slides"),
        pytest.param(lecture("hard cut", 501), SCREEN, STILL, id="slides-on-a-ramp-of-colours"),
        pytest.param(lecture("noise", 5), SCREEN, STILL, id="noisy-slides"),
        pytest.param(lecture("noise", 501), SCREEN, STILL, id="very-noisy-slides"),
        pytest.param(lecture("live code", 5), SCREEN, STILL, id="typing"),
        pytest.param(lecture("pointer", 500), SCREEN, STILL, id="a-pointer"),
        pytest.param(lecture("small animation", 500), SCREEN, STILL, id="a-small-animation"),
        pytest.param(slides_alone, SCREEN, STILL, id="slides-beside-a-camera-that-is-cut-off"),
        pytest.param(slides_beside_a_camera, SCREEN, SOME, id="slides-beside-a-camera"),
        pytest.param(lecture("picture in picture", 5), SCREEN, SOME, id="camera-in-a-corner"),
        pytest.param(
            lecture("picture in picture", 500), SCREEN, SOME, id="camera-in-a-corner-of-a-ramp"
        ),
        pytest.param(lecture("video inside", 500), SCREEN, MUCH, id="a-video-in-a-slide"),
        pytest.param(slow_scrolling, SCREEN, MUCH, id="a-scrolled-page"),
        pytest.param(code, SCREEN, STILL, id="live-coding", marks=pytest.mark.slow),
        pytest.param(demo_slides, SCREEN, STILL, id="the-demo's-slides", marks=pytest.mark.slow),
        pytest.param(photograph_with_a_pointer, SCREEN, STILL, id="a-photograph-shown"),
        pytest.param(black, SCREEN, STILL, id="nothing-yet"),
        pytest.param(camera, CAMERA, SOME, id="a-camera"),
        pytest.param(camera_in_bars, CAMERA, SOME, id="a-camera-in-bars"),
        pytest.param(teacher, CAMERA, SOME, id="a-noisy-camera"),
        pytest.param(coded_teacher, CAMERA, SOME, id="a-compressed-camera"),
        pytest.param(films, CAMERA, MUCH, id="films"),
        pytest.param(soft_film, CAMERA, MUCH, id="a-film"),
    ],
)
def test_what_it_shows_whatever_its_track_is_called(
    pictures: Callable[[], Iterable[Picture]], kind: PictureKind, motion: Motion
) -> None:
    taken = list(pictures())
    for expected in PictureKind:
        meter = metered(taken, expected)
        whole, spans = meter.whole(), meter.spans()
        assert whole is not None
        assert whole.kind is kind, meter.closed
        assert sum(span.kind is kind for span in spans) >= 0.75 * len(spans), meter.closed
        assert sum(span.motion is motion for span in spans) >= 0.5 * len(spans), meter.closed


@pytest.mark.slow
@pytest.mark.parametrize("expected", PictureKind)
def test_a_drawn_teacher_with_noise_is_what_the_track_is_called(expected: PictureKind) -> None:
    whole = metered(tapped(DEMO / "presenter.webm"), expected).whole()
    assert whole is not None
    assert (whole.kind, whole.motion) == (expected, SOME)


def test_spans_follow_each_other_to_the_last_frame() -> None:
    meter = PictureMeter(*SIZE_PX, RATE, SCREEN)
    assert meter.whole() is None
    assert meter.spans() == ()
    for number, frame in enumerate(one_slide()[:32]):
        meter.take(frame, number)
    assert [(span.start_s, span.end_s) for span in meter.spans()] == [
        (0.0, 6.0),
        (6.0, 12.0),
        (12.0, 12.8),
    ]


def test_a_meter_that_goes_on_from_a_snapshot_says_the_same() -> None:
    whole = PictureMeter(*SIZE_PX, RATE, SCREEN)
    parts = PictureMeter(*SIZE_PX, RATE, SCREEN)
    for number, frame in enumerate(lecture("live code", 6)()):
        whole.take(frame, number)
        if number % 7 == 0:
            saved = parts.snapshot()
            parts = PictureMeter(*SIZE_PX, RATE, SCREEN)
            parts.restore(saved)
        parts.take(frame, number)
    assert parts.spans() == whole.spans()
    assert parts.whole() == whole.whole()


@pytest.mark.parametrize("size", [(480, 6), (6, 480), (16, 16)], ids=str)
def test_pictures_of_any_shape_are_taken(size: tuple[int, int]) -> None:
    pictures = [np.full(size, 200, np.uint8)] * 4
    assert analyse_pictures(pictures, RATE, CAMERA) == PictureContent(SCREEN, STILL)


def test_without_a_picture_nothing_is_said() -> None:
    assert analyse_pictures([], RATE, SCREEN) is None
