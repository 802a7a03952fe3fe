"""Lectures with known slide changes, drawn frame by frame as the encoder's tap shows them.

Each kind is one way in which slides come and go; a seed makes one lecture of it. Frames are gray,
480 x 270, 2.5 a second. The truth is the times at which a new slide appears: the cut itself, the
middle of a fade, the moment a scroll comes to rest.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from tests.transcode.slides.drawn_pictures import (
    HEIGHT_PX,
    WIDTH_PX,
    Camera,
    Editor,
    Film,
    Picture,
    Theme,
    page,
    slide,
    slide_steps,
)

RATE = 2.5
SIZE_PX = (480, 270)


@dataclass
class Lecture:
    """What is shown, step by step, and when a new slide appeared."""

    rng: random.Random
    pictures: list[Callable[[], Picture]] = field(default_factory=list)
    truth_s: list[float] = field(default_factory=list)
    overlays: list[Callable[[Picture, float], Picture]] = field(default_factory=list)
    spoil: Callable[[Picture], Picture] | None = None  # what happens to the small frames

    @property
    def now_s(self) -> float:
        """The time of the next frame."""
        return len(self.pictures) / RATE

    def show(self, picture: Picture, seconds: float) -> None:
        """Let a picture stand for some time."""
        self.pictures += [lambda: picture] * max(1, round(seconds * RATE))

    def new_slide(self) -> None:
        """What is shown next is a new slide."""
        self.truth_s.append(self.now_s)

    def frames(self) -> Iterator[Picture]:
        """The frames of the tap."""
        for number, draw in enumerate(self.pictures):
            picture = draw()
            for overlay in self.overlays:
                picture = overlay(picture.copy(), number / RATE)
            small = np.asarray(cv2.resize(picture, SIZE_PX, interpolation=cv2.INTER_AREA), np.uint8)
            yield self.spoil(small) if self.spoil else small


def hard_cut(lecture: Lecture) -> None:
    """Slides that replace each other from one frame to the next."""
    theme = Theme(lecture.rng)
    for number in range(1, 13):
        lecture.new_slide()
        lecture.show(slide(lecture.rng, theme, number), lecture.rng.uniform(3, 12))


def fade(lecture: Lecture) -> None:
    """Slides that fade into each other, some through black."""
    theme = Theme(lecture.rng)
    before: Picture | None = None
    for number in range(1, 12):
        picture = slide(lecture.rng, theme, number)
        steps = lecture.rng.randint(1, 3)
        if before is None:
            lecture.new_slide()
        else:
            _fade(lecture, before, picture, steps)
        lecture.show(picture, lecture.rng.uniform(4, 12))
        before = picture


def _fade(lecture: Lecture, before: Picture, after: Picture, steps: int) -> None:
    black = lecture.rng.random() < 0.2
    start_s = lecture.now_s
    for step in range(1, steps + 1):
        share = step / (steps + 1)
        if black:
            source, level = (before, 1 - 2 * share) if share < 0.5 else (after, 2 * share - 1)
            mixed = cv2.convertScaleAbs(source, alpha=max(0.0, level))
        else:
            mixed = cv2.addWeighted(before, 1 - share, after, share, 0)
        lecture.show(np.asarray(mixed, np.uint8), 1 / RATE)
    lecture.truth_s.append((start_s + lecture.now_s) / 2)


def build_up(lecture: Lecture) -> None:
    """Slides whose points come one by one; points may fade in or fly in."""
    rng = lecture.rng
    theme = Theme(rng)
    for number in range(1, 9):
        lecture.new_slide()
        steps = slide_steps(rng, theme, number, rng.randint(2, 6))
        steps = steps[rng.randint(0, 1) :]
        for before, after in zip([steps[0], *steps], steps, strict=False):
            if rng.random() < 0.3:
                half = cv2.addWeighted(before, 0.5, after, 0.5, 0)
                lecture.show(np.asarray(half, np.uint8), 1 / RATE)
            lecture.show(after, rng.uniform(1.2, 6))


def scroll(lecture: Lecture) -> None:
    """Pages that are read: a little further each time, now and then a whole screen."""
    rng = lecture.rng
    for _ in range(3):
        sheet = page(rng, 9)
        margin = rng.choice((0, 0, 48))
        bar = slide(rng, Theme(rng), 1)[:margin]

        def view(y: float, sheet: Picture = sheet, bar: Picture = bar) -> Picture:
            picture = sheet[round(y) : round(y) + HEIGHT_PX].copy()
            picture[: bar.shape[0]] = bar
            return picture

        y = slide_y = 0.0
        lecture.new_slide()
        lecture.show(view(y), rng.uniform(4, 9))
        while True:
            near = abs(y - slide_y) < 0.05 * HEIGHT_PX and rng.random() < 0.5
            share = rng.uniform(0.08, 0.28) if near else rng.uniform(0.75, 1.0)
            target = y + share * HEIGHT_PX
            if target > sheet.shape[0] - HEIGHT_PX:
                break
            y = _scroll_to(lecture, view, y, target)
            if abs(y - slide_y) > 0.6 * HEIGHT_PX:
                lecture.new_slide()
                slide_y = y
            lecture.show(view(y), rng.uniform(3, 9))


def _scroll_to(
    lecture: Lecture, view: Callable[[float], Picture], y: float, target: float
) -> float:
    steps = lecture.rng.randint(1, 6)
    for step in range(1, steps):
        lecture.show(view(y + (target - y) * step / steps), 1 / RATE)
    return target


def live_code(lecture: Lecture) -> None:
    """Code that is typed, in files that are switched."""
    rng = lecture.rng
    editor = Editor(rng)
    for number in range(6):
        editor.open_file(number)
        lecture.new_slide()
        lecture.show(editor.draw(cursor=True), rng.uniform(2, 5))
        for _ in range(rng.randint(3, 9)):
            for _ in range(rng.randint(5, 16)):
                editor.type_letters(rng.randint(1, 4))
                lecture.show(editor.draw(cursor=True), 1 / RATE)
            for blink in range(rng.randint(3, 12)):
                lecture.show(editor.draw(cursor=blink % 2 == 0), 1 / RATE)


def picture_in_picture(lecture: Lecture) -> None:
    """Slides with the teacher in a corner."""
    rng = lecture.rng
    width = rng.choice((200, 240, 300))
    height = width * 9 // 16
    camera = Camera(rng.randrange(1 << 20), width, height)
    x, y = rng.choice((0, WIDTH_PX - width)), rng.choice((0, HEIGHT_PX - height))

    def corner(picture: Picture, media_s: float) -> Picture:
        picture[y : y + height, x : x + width] = camera.frame(media_s)
        return picture

    lecture.overlays.append(corner)
    rng.choice((hard_cut, fade, build_up))(lecture)


def pointer(lecture: Lecture) -> None:
    """Slides on which a pointer wanders, and a mark is drawn."""
    rng = lecture.rng
    phase = rng.uniform(0, 6)

    def arrow(picture: Picture, media_s: float) -> Picture:
        t = max(0.0, np.sin(media_s / 5)) * media_s + phase
        x = round(WIDTH_PX * (0.5 + 0.4 * np.sin(0.9 * t)))
        y = round(HEIGHT_PX * (0.5 + 0.4 * np.sin(1.3 * t)))
        shape = np.array([[x, y], [x, y + 22], [x + 15, y + 16]], np.int32)
        cv2.fillPoly(picture, [shape], 0)
        cv2.polylines(picture, [shape], True, 255, 2)
        return picture

    lecture.overlays.append(arrow)
    rng.choice((hard_cut, fade, build_up))(lecture)


def noise(lecture: Lecture) -> None:
    """Slides filmed by a bad converter: noise on all of it, and hard compression."""
    rng = lecture.rng
    sigma, quality = rng.uniform(1, 5), rng.randint(18, 60)
    source = np.random.default_rng(rng.randrange(1 << 30))

    def spoil(picture: Picture) -> Picture:
        rough = picture + source.normal(0, sigma, picture.shape).astype(np.float32)
        spoilt = np.clip(rough, 0, 255).astype(np.uint8)
        _, coded = cv2.imencode(".jpg", spoilt, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)

    rng.choice((hard_cut, fade, build_up))(lecture)
    lecture.spoil = spoil


def video_inside(lecture: Lecture) -> None:
    """Slides some of which hold a video that plays, stops and goes on; and a small spinner."""
    rng = lecture.rng
    theme = Theme(rng)
    for number in range(1, 9):
        lecture.new_slide()
        if number % 3 == 2:
            _play_video(lecture, theme, number)
        else:
            lecture.show(slide(rng, theme, number), rng.uniform(4, 10))


def _play_video(lecture: Lecture, theme: Theme, number: int) -> None:
    rng = lecture.rng
    base = slide_steps(rng, theme, number, 0)[0]
    width = rng.randint(400, 680)
    height = min(340, width * 9 // 16)
    film = Film(rng.randrange(1 << 20), width, height)
    at_s = 0.0

    def still(at_s: float) -> Picture:
        picture = base.copy()
        picture[150 : 150 + height, 120 : 120 + width] = film.frame(at_s)
        return picture

    for part in range(rng.randint(1, 3)):
        lecture.show(still(at_s), rng.uniform(1, 6) if part else rng.uniform(2, 4))
        for _ in range(rng.randint(20, 45)):
            at_s += 1 / RATE
            lecture.pictures.append(lambda at_s=at_s: still(at_s))  # type: ignore[misc]
    lecture.show(still(at_s), rng.uniform(1, 3))


def spinner(lecture: Lecture) -> None:
    """Slides with a small thing that turns all the time, or now and then."""
    rng = lecture.rng
    x, y, radius = rng.randint(500, 850), rng.randint(200, 450), rng.randint(12, 45)
    pause_s = rng.choice((0, 0, 8))

    def turn(picture: Picture, media_s: float) -> Picture:
        if media_s % 20 >= pause_s:
            angle = media_s * 200 % 360
            cv2.ellipse(picture, (x, y), (radius, radius), angle, 0, 250, 128, 9)
        return picture

    lecture.overlays.append(turn)
    rng.choice((hard_cut, fade, build_up))(lecture)


KINDS: dict[str, Callable[[Lecture], None]] = {
    "hard cut": hard_cut,
    "fade": fade,
    "build-up": build_up,
    "scroll": scroll,
    "live code": live_code,
    "picture in picture": picture_in_picture,
    "pointer": pointer,
    "noise": noise,
    "video inside": video_inside,
    "small animation": spinner,
}


def make_lecture(kind: str, seed: int) -> Lecture:
    """A lecture of one kind; the same seed makes the same lecture."""
    lecture = Lecture(random.Random(f"{kind} {seed}"))
    KINDS[kind](lecture)
    return lecture
