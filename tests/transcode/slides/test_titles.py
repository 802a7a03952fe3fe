"""Titles: which line is one, what may be shown of it, and that its absence is no error."""

import random
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.transcode.slides.drawn_pictures import Theme, write
from transcode.confinement import Layer, try_confinement
from transcode.process import started
from transcode.slides.titles import (
    Word,
    choose_title,
    clean,
    find_tesseract,
    limits_for,
    parse_table,
    read_title,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Photosynthesis", "Photosynthesis", id="as it is"),
        pytest.param("  two \t words\r\n", "two words", id="one line"),
        pytest.param("a\x00b\x1b[31mc d", "a b [31mc d", id="no control characters"),
        pytest.param("abc\u202edcba", "abc dcba", id="nothing that turns the direction"),
        pytest.param("\u00dcbungen \u2013 Teil 2", "\u00dcbungen \u2013 Teil 2", id="any letters"),
        pytest.param("word " * 40, "word " * 14 + "word\u2026", id="cut between words"),
        pytest.param("x" * 300, "x" * 79 + "\u2026", id="cut within a word"),
        pytest.param("- | .", None, id="no letters are no title"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_clean(text: str, shown: str | None) -> None:
    assert clean(text) == shown


def line(number: int, text: str, top_px: int, height_px: int, confidence: float = 90) -> list[Word]:
    return [
        Word((1, 1, number), 10 * place, top_px, height_px, confidence, word)
        for place, word in enumerate(text.split())
    ]


@pytest.mark.parametrize(
    ("words", "title"),
    [
        pytest.param([], None, id="nothing read"),
        pytest.param(
            line(1, "Chapter one", 20, 14)
            + line(2, "The Title", 60, 50)
            + line(3, "A point", 150, 25),
            "The Title",
            id="the largest line, not the topmost",
        ),
        pytest.param(
            line(1, "First line", 60, 50)
            + line(2, "goes on", 120, 46)
            + line(3, "A point", 250, 25),
            "First line goes on",
            id="a title of two lines",
        ),
        pytest.param(
            line(1, "The Title", 60, 40) + line(2, "A conclusion", 500, 42),
            "The Title",
            id="of two as large, the upper",
        ),
        pytest.param(
            line(1, "~=|| ;;x7", 10, 90, confidence=12) + line(2, "The Title", 60, 40),
            "The Title",
            id="what was hardly read does not count",
        ),
    ],
)
def test_choose_title(words: list[Word], title: str | None) -> None:
    assert choose_title(words) == title


def test_rows_that_are_no_words_are_passed_over() -> None:
    good = "5\t1\t2\t1\t3\t1\t40\t50\t90\t30\t91.5\tTitle"
    rows = ["level\tpage_num", "4\t1\t2\t1\t3\t0\t40\t50\t90\t30\t-1\t", "garbage", good]
    rows += [good.replace("40", "x"), good.replace("Title", "  "), ""]
    assert parse_table(rows) == [Word((2, 1, 3), 40, 50, 30, 91.5, "Title")]


@pytest.mark.skipif(find_tesseract() is None, reason="tesseract is not installed here")
async def test_tesseract_reads_the_title_of_a_slide(tmp_path: Path) -> None:
    theme = Theme(random.Random(2))
    picture = theme.empty_slide(1)
    write(picture, "Cells and energy", 50, 110, 1.6, theme.ink, theme.font)
    write(picture, "- where it comes from", 60, 200, 0.8, theme.ink, theme.font)
    path = tmp_path / "title.pgm"
    cv2.imwrite(str(path), picture)
    tesseract = find_tesseract()
    assert tesseract is not None
    assert await read_title(path, tesseract) == "Cells and energy"


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/tesseract"])
async def test_a_reader_that_fails_is_no_title(tmp_path: Path, program: str) -> None:
    assert await read_title(tmp_path / "none.pgm", program) is None


@pytest.mark.skipif(find_tesseract() is None, reason="tesseract is not installed here")
async def test_an_unknown_language_or_an_empty_picture_is_no_title(tmp_path: Path) -> None:
    path = tmp_path / "title.pgm"
    cv2.imwrite(str(path), np.full((200, 600), 255, np.uint8))
    tesseract = find_tesseract()
    assert tesseract is not None
    assert await read_title(path, tesseract) is None
    assert await read_title(path, tesseract, "xyz") is None


async def test_a_reader_gets_to_see_the_picture_and_nothing_else_of_ours(tmp_path: Path) -> None:
    """A stranger's picture may confuse it; what it could be made to read is its own."""
    picture, secret = tmp_path / "title.pgm", tmp_path / "secret"
    for path in (picture, secret):
        path.write_text("content")
    seen: list[str] = []
    for path in (picture, secret):
        limits = limits_for(picture, "/usr/bin/tesseract")
        async with started(["/bin/cat", str(path)], on_line=seen.append, limits=limits) as child:
            await child.wait()
    if not landlock_holds(await try_confinement()):
        pytest.skip("this kernel has no Landlock for us")
    assert seen == ["content"]


def landlock_holds(layers: tuple[Layer, ...]) -> bool:
    return any(layer.is_active for layer in layers if layer.name == "own-files")
