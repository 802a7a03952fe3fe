"""A screencast of live coding: typing, scrolling, switching files, an output window below.

The code is the demo's own. Dark background, a fixed pitch, a blinking caret, no camera.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from tests.benchmarks.material.camera_picture import Colour, Frame

DEMO = Path(__file__).resolve().parents[3] / "deploy" / "demo"
FILES = ("make_lecture.py", "voice.py", "stage.js", "slides.html")
WIDTH_PX, HEIGHT_PX, RATE = 1920, 1080, 30
CELL_PX = (14, 28)  # of one character
TOP_PX, LEFT_PX, SIDE_PX = 64, 90, 330
ROWS, COLUMNS = 28, 110
OUTPUT_TOP_PX = TOP_PX + ROWS * CELL_PX[1] + 24
KEYS_PER_S = 7
DARK: Colour = (40, 34, 30)
BAR: Colour = (58, 50, 44)
PLAIN: Colour = (220, 220, 215)
COLOURS: dict[str, Colour] = {
    "word": (200, 160, 90),
    "text": (120, 200, 140),
    "note": (130, 130, 120),
    "number": (110, 160, 230),
}
WORDS = {"def", "return", "import", "from", "for", "in", "if", "else", "with", "async", "await",
         "class", "const", "let", "function", "new", "yield", "not", "and", "or"}  # fmt: skip


@dataclass(slots=True)
class _Editor:
    """What the screen shows."""

    name: str
    lines: list[str]
    first_row: int = 0
    caret: tuple[int, int] = (0, 0)  # line, column
    output: list[str] = field(default_factory=list)


def live_coding(seconds: float, seed: int = 1) -> Iterator[Frame]:
    """The frames of a session: the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    glyphs: dict[tuple[str, Colour], Frame] = {}
    left = round(seconds * RATE)
    while left > 0:
        for editor, frames in _session(rng):
            picture = _draw(editor, glyphs)
            for number in range(min(frames, left)):
                yield _with_caret(picture, editor, (left - number) // 15 % 2 == 0)
            left -= min(frames, left)
            if left == 0:
                return


def _session(rng: np.random.Generator) -> Iterator[tuple[_Editor, int]]:
    """States of the editor, each with the number of frames it stays."""
    for name in rng.permutation(FILES):
        lines = (DEMO / name).read_text("utf-8").splitlines()
        editor = _Editor(str(name), lines[:])
        yield editor, int(rng.uniform(1.5, 3) * RATE)
        for top in _scroll(rng, len(lines)):
            editor.first_row = top
            yield editor, 1
        yield editor, RATE
        yield from _type(rng, editor)
        editor.output = [f"$ run {name}", *lines[:5], f"finished in {rng.uniform(0.1, 2):.2f} s"]
        yield editor, int(rng.uniform(2, 4) * RATE)


def _scroll(rng: np.random.Generator, lines: int) -> list[int]:
    """The first row of each frame while a wheel turns: three lines a notch, several a second."""
    end = int(rng.integers(10, max(11, min(70, lines - ROWS))))
    frames_a_notch = int(rng.integers(2, 6))
    return [top for top in range(0, end, 3) for _ in range(frames_a_notch)]


def _type(rng: np.random.Generator, editor: _Editor) -> Iterator[tuple[_Editor, int]]:
    """A few lines, letter by letter, below the middle of the window."""
    at = editor.first_row + 12
    for line in editor.lines[5:8]:
        editor.lines.insert(at, "")
        for column, letter in enumerate(line[:70]):
            editor.lines[at] += letter
            editor.caret = (at, column + 1)
            yield editor, max(1, round(rng.exponential(RATE / KEYS_PER_S)))
        at += 1


def _draw(editor: _Editor, glyphs: dict[tuple[str, Colour], Frame]) -> Frame:
    picture = np.full((HEIGHT_PX, WIDTH_PX, 3), DARK, np.uint8)
    picture[: TOP_PX - 12] = BAR
    picture[OUTPUT_TOP_PX - 16 : OUTPUT_TOP_PX - 12] = BAR
    x = SIDE_PX + LEFT_PX
    _line(picture, glyphs, (SIDE_PX, 10), editor.name)
    for row, name in enumerate(FILES):
        _line(picture, glyphs, (20, TOP_PX + row * CELL_PX[1]), name)
    shown = editor.lines[editor.first_row : editor.first_row + ROWS]
    for row, text in enumerate(shown):
        y = TOP_PX + row * CELL_PX[1]
        _line(picture, glyphs, (SIDE_PX, y), f"{editor.first_row + row + 1:4}", COLOURS["note"])
        _line(picture, glyphs, (x, y), text)
    for row, text in enumerate(editor.output[-7:]):
        _line(picture, glyphs, (SIDE_PX, OUTPUT_TOP_PX + row * CELL_PX[1]), text)
    return picture


def _line(
    picture: Frame,
    glyphs: dict[tuple[str, Colour], Frame],
    place: tuple[int, int],
    text: str,
    colour: Colour | None = None,
) -> None:
    """One line of text; without a colour, words get the ones an editor gives them."""
    column = 0
    for word in text.replace("(", " ( ").split(" ") if colour is None else [text]:
        tint = colour or _tint(word)
        for letter in word[: COLUMNS - column]:
            x, y = place[0] + column * CELL_PX[0], place[1]
            if (cell := (letter, tint)) not in glyphs:
                glyphs[cell] = _glyph(letter, tint)
            if x + CELL_PX[0] <= WIDTH_PX and y + CELL_PX[1] <= HEIGHT_PX:
                target = picture[y : y + CELL_PX[1], x : x + CELL_PX[0]]
                np.maximum(target, glyphs[cell], out=target)
            column += 1
        column += 1


def _tint(word: str) -> Colour:
    if word in WORDS:
        return COLOURS["word"]
    if word[:1] in ('"', "'", "<"):
        return COLOURS["text"]
    return COLOURS["number"] if word[:1].isdigit() else PLAIN


def _glyph(letter: str, colour: Colour) -> Frame:
    """A character in its cell, on the dark of the editor."""
    wide, high = CELL_PX
    room = np.full((high, 3 * wide, 3), DARK, np.uint8)
    if not letter.strip():
        return room[:, :wide]
    cv2.putText(room, letter, (1, 21), colour, cv2.FontFace("sans"), 22, 400)
    end = 1 + int(np.flatnonzero((room != DARK).any(axis=(0, 2))).max(initial=0))
    if end > wide:  # the font is not of fixed pitch: wide letters are made narrower
        narrow = cv2.resize(room[:, : end + 1], CELL_PX, interpolation=cv2.INTER_AREA)
        return narrow.astype(np.uint8)
    return room[:, :wide]


def _with_caret(picture: Frame, editor: _Editor, is_on: bool) -> Frame:
    if not is_on:
        return picture
    picture = picture.copy()
    x = SIDE_PX + LEFT_PX + editor.caret[1] * CELL_PX[0]
    y = TOP_PX + (editor.caret[0] - editor.first_row) * CELL_PX[1]
    if TOP_PX <= y < OUTPUT_TOP_PX:
        cv2.rectangle(picture, (x, y), (x + 2, y + CELL_PX[1]), PLAIN, -1)
    return picture
