"""Pictures that lectures are made of: slides, an editor, a page, a camera. Gray, 960 x 540."""

import random

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

WIDTH_PX, HEIGHT_PX = 960, 540
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)
LETTERS = "abcdefghijklmnoprstuvwz"


def words(rng: random.Random, count: int) -> str:
    """So many made-up words."""
    return " ".join("".join(rng.choices(LETTERS, k=rng.randint(2, 9))) for _ in range(count))


def write(picture: Picture, text: str, x: int, y: int, scale: float, ink: int, font: int) -> None:
    """Draw a line of text whose base line begins at (x, y)."""
    weight = 2 if scale > 0.9 else 1
    cv2.putText(picture, text, (x, y), font, scale, ink, weight, cv2.LINE_AA)


class Theme:
    """What all slides of one lecture have in common: colours, header, number, type."""

    def __init__(self, rng: random.Random) -> None:
        dark = rng.random() < 0.35
        self.paper = rng.randint(10, 60) if dark else rng.randint(225, 255)
        self.ink = rng.randint(190, 245) if dark else rng.randint(0, 90)
        self.font = rng.choice(FONTS)
        self.bar = rng.choice((0, 0, 40, 64))
        self.bar_gray = rng.randint(60, 200)
        self.logo = rng.random() < 0.5
        self.textured = rng.random() < 0.2
        self.title = words(rng, 3)
        self.same_title = rng.random() < 0.3
        noise = np.random.default_rng(rng.randrange(1 << 30)).normal(0, 60, (9, 16))
        self.texture = cv2.resize(noise.astype(np.float32), (WIDTH_PX, HEIGHT_PX))

    def empty_slide(self, number: int) -> Picture:
        """The slide before anything is on it."""
        picture = np.full((HEIGHT_PX, WIDTH_PX), self.paper, np.uint8)
        if self.textured:
            picture = np.clip(picture + 0.25 * self.texture, 0, 255).astype(np.uint8)
        if self.bar:
            picture[: self.bar] = self.bar_gray
        if self.logo:
            cv2.circle(picture, (905, 495), 26, 128, -1)
            cv2.rectangle(picture, (820, 480), (870, 510), self.ink, 3)
        write(picture, str(number), 24, 524, 0.5, self.ink, self.font)
        return picture


def slide_steps(rng: random.Random, theme: Theme, number: int, bullets: int) -> list[Picture]:
    """One slide as it is built up: its title, then a bullet more each time, perhaps a chart."""
    picture = theme.empty_slide(number)
    title = theme.title if theme.same_title else words(rng, rng.randint(1, 4))
    write(picture, title, 50, 110, rng.uniform(1.2, 1.7), theme.ink, theme.font)
    steps = [picture]
    with_chart = rng.random() < 0.35
    for row in range(bullets):
        picture = picture.copy()
        count = rng.randint(2, 4) if with_chart else rng.randint(3, 7)
        line = "- " + words(rng, count)
        write(picture, line, 60, 180 + 54 * row, 0.8, theme.ink, theme.font)
        steps.append(picture)
    if with_chart:
        picture = picture.copy()
        draw_chart(rng, picture, theme)
        steps.append(picture)
    return steps


def draw_chart(rng: random.Random, picture: Picture, theme: Theme) -> None:
    """Bars on the right-hand side."""
    for bar in range(6):
        x, height = 620 + 48 * bar, rng.randint(30, 260)
        gray = rng.randint(70, 190)
        cv2.rectangle(picture, (x, 450 - height), (x + 34, 450), gray, -1)
    cv2.line(picture, (610, 450), (910, 450), theme.ink, 2)


def slide(rng: random.Random, theme: Theme, number: int) -> Picture:
    """A complete slide."""
    return slide_steps(rng, theme, number, rng.randint(3, 6))[-1]


def page(rng: random.Random, screens: int) -> Picture:
    """A long page as a browser shows it: headings, paragraphs, a figure here and there."""
    picture = np.full((HEIGHT_PX * screens, WIDTH_PX), 250, np.uint8)
    y = 40
    while y < picture.shape[0] - 160:
        if rng.random() < 0.12:
            y += 30
            write(picture, words(rng, 3), 90, y, 1.1, 20, FONTS[0])
        elif rng.random() < 0.06:
            gray = rng.randint(90, 210)
            cv2.rectangle(picture, (120, y), (600, y + 110), gray, -1)
            cv2.circle(picture, (rng.randint(180, 500), y + 55), 36, 30, -1)
            y += 120
        else:
            write(picture, words(rng, rng.randint(4, 9)), 90, y, 0.6, 40, FONTS[0])
        y += 27
    return picture


class Editor:
    """A program that shows code: files on the left, numbered lines, a cursor."""

    ROWS = 21

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.dark = rng.random() < 0.7
        self.files = [words(rng, 1) for _ in range(9)]
        self.open_file(0)

    def open_file(self, number: int) -> None:
        """Show another file, partly written."""
        self.number = number
        indents = [0, 0, 1, 1, 2, 2, 1]
        rows = self.rng.randint(9, 34)
        self.lines = [
            "    " * self.rng.choice(indents) + words(self.rng, self.rng.randint(1, 6))
            for _ in range(rows)
        ]

    def type_letters(self, count: int) -> None:
        """A few letters more at the end; sometimes a new line, sometimes one corrected."""
        for _ in range(count):
            if len(self.lines[-1]) > self.rng.randint(25, 60):
                self.lines.append("    " * self.rng.randint(0, 2))
            self.lines[-1] += self.rng.choice(LETTERS + "     ")
        if self.rng.random() < 0.05:
            row = max(0, len(self.lines) - self.rng.randint(2, 9))
            self.lines[row] = self.lines[row][:8] + words(self.rng, 2)

    def draw(self, cursor: bool) -> Picture:
        """The window as it is now; the end of the file is in view."""
        paper, ink = (30, 205) if self.dark else (252, 30)
        side = paper + (14 if self.dark else -14)
        picture = np.full((HEIGHT_PX, WIDTH_PX), paper, np.uint8)
        picture[:, :150] = side
        picture[:28] = side
        for row, name in enumerate(self.files):
            write(picture, name, 16, 60 + 24 * row, 0.45, ink, FONTS[0])
        write(picture, self.files[self.number], 170, 20, 0.45, ink, FONTS[0])
        first = max(0, len(self.lines) - self.ROWS)
        for row, line in enumerate(self.lines[first:]):
            y = 52 + 23 * row
            write(picture, str(first + row + 1), 156, y, 0.4, 120, FONTS[0])
            write(picture, line, 200, y, 0.55, ink, FONTS[0])
        if cursor:
            x = 200 + cv2.getTextSize(self.lines[-1], FONTS[0], 0.55, 1)[0][0]
            y = 52 + 23 * (len(self.lines) - first - 1)
            cv2.line(picture, (x, y - 14), (x, y + 3), ink, 2)
        return picture


class Camera:
    """A person before a wall, seen by a camera: shaded, noisy, never quite still."""

    def __init__(self, seed: int, width_px: int, height_px: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._size = (width_px, height_px)
        wall = self._rng.normal(120, 35, (5, 8)).astype(np.float32)
        self._wall = np.asarray(cv2.resize(wall, self._size, interpolation=cv2.INTER_CUBIC))
        self._phase = self._rng.uniform(0, 6, 4)

    def frame(self, media_s: float) -> Picture:
        """What it sees at a time."""
        width, height = self._size
        picture = self._wall.copy()
        sway = np.sin(media_s * np.array([1.1, 0.7, 2.3, 3.1]) + self._phase)
        x = round(width * (0.5 + 0.06 * sway[0] + 0.02 * sway[2]))
        y = round(height * (0.42 + 0.02 * sway[1]))
        cv2.ellipse(picture, (x, height), (width // 4, height // 2), 0, 0, 360, 60, -1)
        cv2.ellipse(picture, (x, y), (width // 9, height // 5), 8 * sway[0], 0, 360, 175, -1)
        cv2.ellipse(
            picture,
            (x, y + height // 10),
            (width // 30, 2 + round(3 + 3 * sway[3])),
            0,
            0,
            360,
            90,
            -1,
        )
        hand = (round(x + width * 0.22 * sway[2]), round(height * (0.7 + 0.1 * sway[3])))
        cv2.circle(picture, hand, width // 18, 165, -1)
        soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(0.8, width / 300)), np.float32)
        return np.clip(soft + self._rng.normal(0, 4, soft.shape), 0, 255).astype(np.uint8)


class Film:
    """A film of scenes: textures that move, cut every few seconds."""

    def __init__(self, seed: int, width_px: int, height_px: int, scene_s: float = 4.0) -> None:
        self._seed = seed
        self._size = (width_px, height_px)
        self._scene_s = scene_s

    def frame(self, media_s: float) -> Picture:
        """The picture at a time."""
        width, height = self._size
        rng = np.random.default_rng((self._seed, int(media_s / self._scene_s)))
        rough = rng.normal(125, 55, (14, 24)).astype(np.float32)
        big = cv2.resize(rough, (width * 2, height * 2), interpolation=cv2.INTER_CUBIC)
        speed = rng.uniform(-0.12, 0.12, 2)
        within_s = media_s % self._scene_s
        x = round(width / 2 + speed[0] * within_s * width)
        y = round(height / 2 + speed[1] * within_s * height)
        picture = big[y : y + height, x : x + width].copy()
        swing = round(width * (0.5 + 0.3 * np.sin(2.0 * media_s)))
        cv2.circle(picture, (swing, height // 2), height // 5, 220, -1)
        noise = np.random.default_rng(round(media_s * 1000)).normal(0, 3, picture.shape)
        return np.clip(picture + noise, 0, 255).astype(np.uint8)
