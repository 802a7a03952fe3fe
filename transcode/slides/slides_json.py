"""`slides.json`: the slides of a lecture for players and pages. The README documents its shape.

`version` rises when a reader of the old shape would be misled; new fields may come without that.
"""

import msgspec

VERSION = 1


class SlideEntry(msgspec.Struct, frozen=True):
    """One slide. Names of files count from the folder in which `slides.json` lies."""

    start_s: float
    end_s: float
    picture: str  # WebP, at most 1920 x 1080
    picture_bytes: int
    small: str  # WebP, at most 320 wide
    small_bytes: int
    title: str  # read from the slide, else "Slide 3"


class ChapterEntry(msgspec.Struct, frozen=True):
    """One chapter; together they cover the lecture."""

    start_s: float
    end_s: float
    title: str


class SlidesJson(msgspec.Struct, frozen=True):
    """The whole file."""

    duration_s: float
    slides: tuple[SlideEntry, ...]
    chapters: tuple[ChapterEntry, ...]
    version: int = VERSION


def slides_json(page: SlidesJson) -> str:
    """The text of the file."""
    return msgspec.json.format(msgspec.json.encode(page), indent=1).decode() + "\n"


def parse_slides_json(data: bytes | str) -> SlidesJson:
    """Read the file back. Raises msgspec.DecodeError, also of another version's shape."""
    return msgspec.json.decode(data, type=SlidesJson)
