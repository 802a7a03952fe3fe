"""What a few small pictures say about a recording."""

from collections.abc import Callable, Iterator
from itertools import islice

import cv2
import numpy as np
import pytest

from tests.benchmarks.material.camera_picture import Frame, camera_frames
from tests.benchmarks.material.live_coding import live_coding
from tests.benchmarks.material.slides_with_camera import slides_with_camera
from transcode.picture_analysis import GreyPicture, analyse_pictures
from transcode.picture_content import Motion, PictureContent, PictureKind

STEP = 12  # of 30 frames a second: 2.5 are looked at


def small(frame: Frame) -> GreyPicture:
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    return cv2.resize(grey, (480, 270), interpolation=cv2.INTER_AREA).astype(np.uint8)


def tapped(frames: Iterator[Frame], seconds: float = 4) -> list[GreyPicture]:
    return [small(frame) for frame in islice(frames, 0, round(30 * seconds), STEP)]


def slides() -> list[GreyPicture]:
    return [picture[:, :300] for picture in slides_and_camera()]  # what is left of the camera


def slides_and_camera() -> list[GreyPicture]:
    return tapped(slides_with_camera(4))


def code() -> list[GreyPicture]:
    return tapped(live_coding(10), 10)  # it begins with scrolling, which is not what it is


def camera() -> list[GreyPicture]:
    return [small(frame) for frame in camera_frames(960, 540, 3, 4)]


def camera_in_bars() -> list[GreyPicture]:
    return [np.pad(picture, ((90, 90), (0, 0)), constant_values=16) for picture in camera()]


def photograph_with_a_pointer() -> list[GreyPicture]:
    photograph = camera()[0]
    pictures = [photograph.copy() for _ in range(10)]
    for place, picture in enumerate(pictures):
        picture[100:106, 20 * place : 20 * place + 4] = 0
    return pictures


def film() -> list[GreyPicture]:
    rough = np.random.default_rng(1).uniform(20, 230, (270, 2000)).astype(np.float32)
    scene = cv2.GaussianBlur(rough, (0, 0), 9)
    scene = cv2.normalize(scene, None, 20, 230, cv2.NORM_MINMAX).astype(np.uint8)  # type: ignore[call-overload]
    return [scene[:, 40 * number : 40 * number + 480] for number in range(10)]


def black() -> list[GreyPicture]:
    return [np.full((270, 480), 16, np.uint8)] * 3


@pytest.mark.parametrize(
    ("pictures", "kind", "motion"),
    [
        pytest.param(slides, PictureKind.SCREEN, Motion.STILL, id="slides"),
        pytest.param(slides_and_camera, PictureKind.SCREEN, Motion.SOME, id="slides-and-camera"),
        pytest.param(
            code, PictureKind.SCREEN, Motion.STILL, id="live-coding", marks=pytest.mark.slow
        ),
        pytest.param(camera, PictureKind.CAMERA, Motion.SOME, id="camera"),
        pytest.param(camera_in_bars, PictureKind.CAMERA, Motion.SOME, id="camera-in-bars"),
        pytest.param(film, PictureKind.CAMERA, Motion.MUCH, id="a-film"),
        pytest.param(
            photograph_with_a_pointer, PictureKind.SCREEN, Motion.STILL, id="a-photograph-shown"
        ),
        pytest.param(black, PictureKind.SCREEN, Motion.STILL, id="nothing-yet"),
    ],
)
def test_what_it_shows(
    pictures: Callable[[], list[GreyPicture]], kind: PictureKind, motion: Motion
) -> None:
    assert analyse_pictures(pictures()) == PictureContent(kind, motion)
