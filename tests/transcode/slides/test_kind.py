"""Screen or camera, and how much of it moves."""

import random
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

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
from transcode.slides.findings import Kind, Movement
from transcode.slides.kind import KindMeter

FRAMES = 60


def small(picture: Picture) -> Picture:
    return np.asarray(cv2.resize(picture, SIZE_PX, interpolation=cv2.INTER_AREA), np.uint8)


def lecture(kind: str, seed: int) -> Callable[[], Iterator[Picture]]:
    def frames() -> Iterator[Picture]:
        for number, frame in enumerate(make_lecture(kind, seed).frames()):
            if number < FRAMES:
                yield frame

    return frames


def one_slide() -> Iterator[Picture]:
    rng = random.Random(3)
    yield from [small(slide(rng, Theme(rng), 1))] * FRAMES


def camera() -> Iterator[Picture]:
    teacher = Camera(7, WIDTH_PX, HEIGHT_PX)
    for number in range(FRAMES):
        yield small(teacher.frame(number / RATE))


def coded_camera() -> Iterator[Picture]:
    for frame in camera():
        _, coded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 40])
        yield np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def film() -> Iterator[Picture]:
    scenes = Film(5, WIDTH_PX, HEIGHT_PX)
    for number in range(FRAMES):
        yield small(scenes.frame(number / RATE))


def slow_scrolling() -> Iterator[Picture]:
    sheet = page(random.Random(4), 8)
    for number in range(FRAMES):
        yield small(sheet[40 * number : 40 * number + HEIGHT_PX])


@pytest.mark.parametrize(
    ("frames", "kind", "movement"),
    [
        pytest.param(one_slide, Kind.SCREEN, Movement.STILL, id="a slide that stands"),
        pytest.param(lecture("hard cut", 5), Kind.SCREEN, Movement.STILL, id="slides"),
        pytest.param(lecture("noise", 5), Kind.SCREEN, Movement.STILL, id="noisy slides"),
        pytest.param(lecture("live code", 5), Kind.SCREEN, Movement.SOME, id="typing"),
        pytest.param(
            lecture("picture in picture", 5), Kind.SCREEN, Movement.SOME, id="camera in a corner"
        ),
        pytest.param(slow_scrolling, Kind.SCREEN, Movement.MOTION, id="a scrolled page"),
        pytest.param(camera, Kind.CAMERA, None, id="a noisy camera"),
        pytest.param(coded_camera, Kind.CAMERA, None, id="a compressed camera"),
        pytest.param(film, Kind.CAMERA, Movement.MOTION, id="a film"),
    ],
)
def test_kind_and_movement(
    frames: Callable[[], Iterator[Picture]], kind: Kind, movement: Movement | None
) -> None:
    meter = KindMeter(*SIZE_PX, RATE)
    for number, frame in enumerate(frames()):
        meter.take(frame, number)
    head, spans = meter.head(), meter.spans()
    assert head is not None
    assert head.kind is kind
    assert sum(span.kind is kind for span in spans) >= 0.75 * len(spans), spans
    moves = [span.movement for span in spans]
    assert movement is None or max(set(moves), key=moves.count) is movement, moves


def test_spans_follow_each_other_to_the_last_frame() -> None:
    meter = KindMeter(*SIZE_PX, RATE)
    assert meter.head() is None
    assert meter.spans() == ()
    for number, frame in enumerate(one_slide()):
        if number < 32:
            meter.take(frame, number)
    assert [(span.start_s, span.end_s) for span in meter.spans()] == [
        (0.0, 6.0),
        (6.0, 12.0),
        (12.0, 12.8),
    ]


def test_a_meter_that_goes_on_from_a_snapshot_says_the_same() -> None:
    whole = KindMeter(*SIZE_PX, RATE)
    parts = KindMeter(*SIZE_PX, RATE)
    for number, frame in enumerate(lecture("live code", 6)()):
        whole.take(frame, number)
        if number % 7 == 0:
            saved = parts.snapshot()
            parts = KindMeter(*SIZE_PX, RATE)
            parts.restore(saved)
        parts.take(frame, number)
    assert parts.spans() == whole.spans()
    assert parts.head() == whole.head()
