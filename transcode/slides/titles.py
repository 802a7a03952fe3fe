"""Titles of slides, read by tesseract where it is installed: the largest line near the top.

What it reads is a stranger's text: it is cleaned and cut before anybody sees it. A slide whose
title cannot be read is no error; it goes by its number.
"""

import asyncio
import logging
import os
import shutil
import statistics
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from transcode.limits import STRANGERS_FILE, Limits, reading
from transcode.process import started

logger = logging.getLogger(__name__)

DEFAULT_LANGUAGES = "eng"
WALL_LIMIT_S = 20.0  # a dense slide takes two
NICENESS = 15
LONGEST_TITLE = 80  # characters
FEWEST_LETTERS = 3
SUREST, UNSURE = 50.0, 30.0  # of 100: a line's words on average, and a word that is no word
NEARLY_LARGEST = 0.8  # of the height of the largest line: as large, with no letter that hangs
SAME_TITLE_GAP = 1.2  # heights between two lines of one title, at most
LIMITS = replace(
    STRANGERS_FILE,
    memory_bytes=1 << 30,
    stack_bytes=8 << 20,
    cpu_s=30,
    file_bytes=0,
    open_files=64,
    writes=(),
)


@dataclass(frozen=True, slots=True)
class Word:
    """One row of tesseract's table that holds a word."""

    line: tuple[int, int, int]  # block, paragraph, line
    left_px: int
    top_px: int
    height_px: int
    confidence: float
    text: str


@dataclass(frozen=True, slots=True)
class TextLine:
    """Words that stand beside each other."""

    top_px: int
    height_px: float
    text: str


def find_tesseract() -> str | None:
    """The path of tesseract; None if it is not installed."""
    return shutil.which("tesseract")


async def read_title(
    picture: Path, tesseract: str, languages: str = DEFAULT_LANGUAGES
) -> str | None:
    """The title on a picture, cleaned; None when there is none, or tesseract fails or is slow.

    `languages` as tesseract writes them: `eng`, `deu+eng`.
    """
    table: list[str] = []
    command = [
        "/usr/bin/env",
        "OMP_THREAD_LIMIT=1",
        tesseract,
        str(picture),
        "stdout",
        "-l",
        languages,
    ]
    try:
        async with (
            asyncio.timeout(WALL_LIMIT_S),
            started(
                [*command, "--psm", "3", "tsv"],
                on_line=table.append,
                niceness=NICENESS,
                grace_s=0.2,
                limits=limits_for(picture, tesseract),
            ) as child,
        ):
            finished = await child.wait()
    except TimeoutError:
        logger.info("reading a title took longer than %s s", WALL_LIMIT_S)
        return None
    if finished.status != 0:
        logger.warning(
            "tesseract failed status=%s log=%s", finished.status, finished.log_tail[-200:]
        )
        return None
    return choose_title(parse_table(table))


def limits_for(picture: Path, tesseract: str) -> Limits:
    """What tesseract may use: it reads a picture, itself and its languages, and writes nothing."""
    prefix = Path(tesseract).resolve().parents[1]
    own = [Path(tesseract).resolve(), prefix / "lib", prefix / "share"]
    languages = os.environ.get("TESSDATA_PREFIX")
    return replace(
        LIMITS, reads=reading([picture, *own, *([Path(languages)] if languages else [])])
    )


def parse_table(rows: Sequence[str]) -> list[Word]:
    """The words of tesseract's TSV output; rows that are no words are passed over."""
    words: list[Word] = []
    for row in rows:
        fields = row.split("\t")
        if len(fields) != 12 or fields[0] != "5":
            continue
        try:
            _, _, block, paragraph, line, _, left, top, _, height = (int(f) for f in fields[:10])
            confidence = float(fields[10])
        except ValueError:
            continue
        if fields[11].strip():
            place = (block, paragraph, line)
            words.append(Word(place, left, top, height, confidence, fields[11]))
    return words


def choose_title(words: Sequence[Word]) -> str | None:
    """The topmost of the largest lines, with the line below it if the title goes on there."""
    lines = _lines(words)
    if not lines:
        return None
    large = NEARLY_LARGEST * max(line.height_px for line in lines)
    candidates = [line for line in lines if line.height_px >= large]
    title = candidates[0]
    for line in candidates[1:]:
        gap = line.top_px - title.top_px - title.height_px
        if 0 <= gap <= SAME_TITLE_GAP * title.height_px:
            return clean(f"{title.text} {line.text}")
    return clean(title.text)


def clean(text: str) -> str | None:
    """One line of at most 80 characters that can be shown; None if too little is left."""
    shown = "".join(_shown(character) for character in unicodedata.normalize("NFC", text))
    line = " ".join(shown.split())
    if len(line) > LONGEST_TITLE:
        line = line[: LONGEST_TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:-–") + "…"
    letters = sum(character.isalnum() for character in line)
    return line if letters >= FEWEST_LETTERS else None


def _shown(character: str) -> str:
    """The character; a space for what controls, turns the direction of text, or is not assigned."""
    return " " if unicodedata.category(character).startswith("C") else character


def _lines(words: Sequence[Word]) -> list[TextLine]:
    """Lines that are surely text, from the top."""
    lines: list[TextLine] = []
    for place in dict.fromkeys(word.line for word in words):
        row = [word for word in words if word.line == place and word.confidence >= UNSURE]
        if not row or statistics.fmean(word.confidence for word in row) < SUREST:
            continue
        text = " ".join(word.text for word in sorted(row, key=lambda word: word.left_px))
        if clean(text) is not None:
            height = statistics.median(word.height_px for word in row)
            lines.append(TextLine(min(word.top_px for word in row), height, text))
    return sorted(lines, key=lambda line: line.top_px)
