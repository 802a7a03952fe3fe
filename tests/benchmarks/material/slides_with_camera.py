"""The reference minute: slides at 1920x1080 and 30 frames a second with a 480x270 camera picture.

Text is the demo lecture's. A slide stays for some eight seconds; a pointer moves and rests; some
slides carry a drawing or a photograph-like texture, as slides do.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from tests.benchmarks.material.camera_picture import Colour, Frame, camera_frames

DEMO_LECTURE = Path(__file__).resolve().parents[3] / "deploy" / "demo" / "lecture.json"
WIDTH_PX, HEIGHT_PX, RATE = 1920, 1080, 30
CAMERA_PX = (480, 270)
MARGIN_PX = 18
SLIDE_S = 8.3  # beside the segment grid, so that most slides begin within a segment
TEXT_PX = (46, 30)  # of a title, of the text
LINE_PX = 46
LINES = 14
INK: Colour = (32, 26, 24)
BLUE: Colour = (140, 100, 10)
POINTER = np.array([(0, 0), (0, 34), (8, 27), (14, 40), (20, 37), (14, 25), (24, 24)], np.int32)


def slides_with_camera(seconds: float, seed: int = 1) -> Iterator[Frame]:
    """The frames of the reference minute, or of another one like it for another seed."""
    rng = np.random.default_rng(seed)
    cameras = camera_frames(*CAMERA_PX, RATE, seconds, seed)
    slides = [_slide(seed + number, rng) for number in range(int(seconds / SLIDE_S) + 1)]
    places = _pointer_places(rng, seconds)
    for number, camera in enumerate(cameras):
        picture = slides[int(number / RATE / SLIDE_S)].copy()
        cv2.fillPoly(picture, [POINTER + places[number]], (20, 20, 20), cv2.LINE_AA)
        bottom, right = HEIGHT_PX - MARGIN_PX, WIDTH_PX - MARGIN_PX
        picture[bottom - CAMERA_PX[1] : bottom, right - CAMERA_PX[0] : right] = camera
        yield picture


def _slide(number: int, rng: np.random.Generator) -> Frame:
    """Slide `number`: a title, lines of text, and on every second one something drawn."""
    texts = [slide["words"] for slide in json.loads(DEMO_LECTURE.read_text("utf-8"))["slides"]]
    words = texts[number % len(texts)]
    page = np.full((HEIGHT_PX, WIDTH_PX, 3), 255, np.uint8)
    cv2.rectangle(page, (100, 150), (190, 156), BLUE, -1)
    font = cv2.FontFace("sans")
    cv2.putText(page, " ".join(words[:4]), (100, 130), INK, font, TEXT_PX[0], 600)
    right = 1020 if number % 2 else 1750
    _paragraph(page, words[4:], right)
    if number % 2:
        _drawing(page, rng) if number % 4 == 1 else _photograph(page, rng)
    return page


def _paragraph(page: Frame, words: list[str], right_px: int) -> None:
    """Words broken into lines of at most `right_px`, without those that find no room."""
    font = cv2.FontFace("sans")
    y, line = 230, ""
    for word in [*words, ""]:
        longer = f"{line} {word}".strip()
        if word and 100 + len(longer) * 15.5 < right_px:
            line = longer
            continue
        cv2.putText(page, line, (100, y), INK, font, TEXT_PX[1], 400)
        y, line = y + LINE_PX, word
        if y > 230 + LINE_PX * LINES:
            return


def _drawing(page: Frame, rng: np.random.Generator) -> None:
    """Boxes joined by lines."""
    corners = [(1150, 240), (1480, 240), (1150, 500), (1480, 500)]
    for (x, y), (next_x, next_y) in zip(corners, corners[1:] + corners[:1], strict=True):
        cv2.line(page, (x + 120, y + 70), (next_x + 120, next_y + 70), INK, 3, cv2.LINE_AA)
    for x, y in corners:
        colour = tuple(int(part) for part in rng.integers(150, 240, 3))
        cv2.rectangle(page, (x, y), (x + 240, y + 140), colour, -1)
        cv2.rectangle(page, (x, y), (x + 240, y + 140), INK, 2)


def _photograph(page: Frame, rng: np.random.Generator) -> None:
    """A patch with structure at all sizes, like a landscape."""
    patch = np.full((440, 640, 3), (120, 130, 110), np.float32)
    for cell in (4, 10, 28, 80):
        rough = rng.normal(0, cell**0.8, (440 // cell + 2, 640 // cell + 2, 3)).astype(np.float32)
        patch += cv2.resize(rough, (640, 440), interpolation=cv2.INTER_CUBIC)
    page[230:670, 1130:1770] = np.clip(patch, 0, 255).astype(np.uint8)


def _pointer_places(rng: np.random.Generator, seconds: float) -> list[tuple[int, int]]:
    """Where the pointer is in each frame: it rests for a while, then goes somewhere in a second."""
    places: list[tuple[int, int]] = []
    here = np.array([900.0, 600.0])
    while len(places) < seconds * RATE + 1:
        there = rng.uniform((150, 200), (1400, 900))
        places += [(int(here[0]), int(here[1]))] * int(rng.uniform(0.5, 2.5) * RATE)
        share = (1 - np.cos(np.linspace(0, np.pi, RATE))) / 2
        places += [(int(x), int(y)) for x, y in here + share[:, None] * (there - here)]
        here = there
    return places
