"""A drawn teacher before a wall, as a camera would see it. Synthetic: no recording of a person.

It has what costs an encoder bits in a talking head: a body that sways by parts of a pixel, a mouth
and a hand that move all the time, soft textures, light that drifts, and sensor noise that is new in
every frame. It lacks what a real face has, so bits and quality of it are an indication only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]  # (height, width, 3), BGR
Colour = tuple[int, int, int]
NOISE_SIGMA = 2.2  # of 255; a webcam indoors, after its own noise reduction
NOISE_ROOM_PX = 97  # the noise is one larger plane, seen at a new place in each frame
SKIN: Colour = (120, 150, 205)
SHIRT: Colour = (125, 95, 45)
HAIR: Colour = (30, 32, 45)
WALL: Colour = (190, 205, 215)
WHITE: Colour = (240, 240, 240)
IRIS: Colour = (50, 40, 30)
LIPS: Colour = (70, 60, 130)


@dataclass(frozen=True, slots=True)
class _Room:
    wall: Frame
    cloth: NDArray[np.int8]  # (height, width, 3)
    noise: NDArray[np.int8]  # NOISE_ROOM_PX larger than the picture
    phases: NDArray[np.float64]


def camera_frames(
    width_px: int, height_px: int, rate: int, seconds: float, seed: int = 1
) -> Iterator[Frame]:
    """The frames of a teacher who speaks into a camera, the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    room = _make_room(rng, width_px, height_px)
    for number in range(round(rate * seconds)):
        t = number / rate
        light = 1 + 0.012 * np.sin(0.7 * t + room.phases[0])
        picture = cv2.convertScaleAbs(_teacher(room, t), alpha=light)
        y, x = rng.integers(NOISE_ROOM_PX, size=2)
        noise = room.noise[y : y + height_px, x : x + width_px]
        yield np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)


def _make_room(rng: np.random.Generator, width_px: int, height_px: int) -> _Room:
    larger = (height_px + NOISE_ROOM_PX, width_px + NOISE_ROOM_PX)
    noise = np.rint(rng.normal(0, NOISE_SIGMA, larger)).astype(np.int8)
    cloth = _texture(rng, width_px, height_px, 9, 14)
    return _Room(
        _wall(rng, width_px, height_px),
        np.repeat(np.rint(cloth).astype(np.int8)[..., None], 3, axis=2),
        np.repeat(noise[..., None], 3, axis=2),
        rng.uniform(0, 2 * np.pi, 12),
    )


def _texture(
    rng: np.random.Generator, width_px: int, height_px: int, blur_px: float, depth: float
) -> NDArray[np.float32]:
    """Smooth random structure around 0, of `depth` levels; `blur_px` is meant at 1080 lines."""
    rough = rng.normal(0, 1, (height_px, width_px)).astype(np.float32)
    smooth = cv2.GaussianBlur(rough, (0, 0), blur_px * height_px / 1080 + 0.5, sigmaY=3)
    return np.asarray(smooth / smooth.std() * depth, np.float32)


def _wall(rng: np.random.Generator, width_px: int, height_px: int) -> Frame:
    """A lit wall with a shelf of books and a window."""
    wall = np.full((height_px, width_px, 3), WALL, np.float32)
    wall += np.linspace(18, -22, width_px, dtype=np.float32)[None, :, None]
    wall += _texture(rng, width_px, height_px, 5, 3)[..., None]
    x, floor = int(0.68 * width_px), int(0.4 * height_px)
    while x < 0.96 * width_px:
        wide = int(rng.integers(12, 34) * width_px / 1920) + 2
        high = int(rng.integers(120, 190) * height_px / 1080)
        colour = tuple(int(part) for part in rng.integers(40, 190, 3))
        cv2.rectangle(wall, (x, floor - high), (x + wide, floor), colour, -1)
        x += wide + 2
    corner, other = (width_px // 24, height_px // 10), (width_px // 4, height_px // 2)
    cv2.rectangle(wall, corner, other, (235, 225, 205), -1)
    return np.asarray(np.clip(wall, 0, 255), np.uint8)


def _teacher(room: _Room, t: float) -> Frame:
    """The wall with shoulders, head and a hand before it at second `t`."""
    phases = room.phases
    high, wide = room.wall.shape[:2]
    unit = high / 1080
    sway = unit * (26 * np.sin(0.9 * t + phases[1]) + 9 * np.sin(2.3 * t + phases[2]))
    nod = unit * (8 * np.sin(1.7 * t + phases[3]) + 5 * np.sin(4.1 * t + phases[4]))
    picture = room.wall.copy()
    body = np.zeros((high, wide), np.uint8)
    _ellipse(body, (wide / 2 + 0.6 * sway, 1080 * unit), (430 * unit, 420 * unit), (255, 0, 0))
    cloth = np.roll(room.cloth, round(0.6 * sway), 1)
    shirt = cv2.add(np.full_like(picture, SHIRT), cloth, dtype=cv2.CV_8U)
    cv2.copyTo(shirt, body, picture)
    _head(picture, wide / 2 + sway, 430 * unit + nod, unit, t, phases)
    raised = max(0.0, np.sin(0.6 * t + phases[7]))
    hand_x = wide / 2 + (300 + 120 * np.sin(2.9 * t + phases[8])) * unit
    hand_y = (1060 - 330 * raised + 40 * np.sin(5.3 * t)) * unit
    _ellipse(picture, (hand_x, hand_y), (72 * unit, 88 * unit), SKIN)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.6 + 1.1 * unit), np.uint8)


def _head(
    picture: Frame, x: float, y: float, unit: float, t: float, phases: NDArray[np.float64]
) -> None:
    _ellipse(picture, (x, y + 190 * unit), (80 * unit, 130 * unit), SKIN)
    _ellipse(picture, (x, y - 40 * unit), (178 * unit, 212 * unit), HAIR)
    _ellipse(picture, (x, y), (150 * unit, 195 * unit), SKIN)
    open_eye = 2 if (t + phases[5]) % 3.7 < 0.15 else 13
    for eye_x in (x - 58 * unit, x + 58 * unit):
        _ellipse(picture, (eye_x, y - 30 * unit), (25 * unit, open_eye * unit), WHITE)
        _ellipse(picture, (eye_x, y - 30 * unit), (10 * unit, min(10, open_eye) * unit), IRIS)
    speaks = max(0.0, np.sin(0.45 * t + phases[6]) + 0.75)
    gap = abs(np.sin(9.7 * t) + 0.6 * np.sin(15.1 * t)) * speaks
    _ellipse(picture, (x, y + 100 * unit), (52 * unit, (4 + 17 * gap) * unit), LIPS)


def _ellipse(
    picture: Frame, centre: tuple[float, float], axes: tuple[float, float], colour: Colour
) -> None:
    """A filled ellipse, placed to a sixteenth of a pixel."""
    point = (round(centre[0] * 16), round(centre[1] * 16))
    size = (max(1, round(axes[0] * 16)), max(1, round(axes[1] * 16)))
    cv2.ellipse(picture, point, size, 0, 0, 360, colour, -1, cv2.LINE_8, 4)
