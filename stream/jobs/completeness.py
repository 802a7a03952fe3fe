"""Is a package as long as its recording, in every rung and in the sound? Read from its files.

Asked before the package takes a lecture's place: until then nothing may replace or delete the
recording. Blocking: use threads.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from transcode.tree import ALL_CODECS_NAME, INDEX_NAME

# Rungs end "to a frame of the source", and the slowest has one picture a second.
TOLERANCE_S = 1.0
VARIANT = re.compile(r"^#EXT-X-STREAM-INF:.*\n(?:#.*\n)*(?P<uri>[^#\n]+)$", re.MULTILINE)
RENDITION = re.compile(r'^#EXT-X-MEDIA:.*URI="(?P<uri>[^"]+)"', re.MULTILINE)
LENGTH = re.compile(r"^#EXTINF:(?P<s>[0-9.]+)", re.MULTILINE)
FILE = re.compile(r'^(?:#EXT-X-MAP:.*URI="(?P<map>[^"]+)".*|(?P<segment>[^#\s].*))$', re.MULTILINE)


class IncompletePackage(Exception):
    """A rung of a package is not whole; `rung` is its playlist. The message is for the log."""

    def __init__(self, rung: str, what: str) -> None:
        super().__init__(f"{rung} {what}")
        self.rung = rung


def require_complete(package: Path, expected_s: float) -> None:
    """Check that each rung and the sound last `expected_s` and that their files are there.

    Raises IncompletePackage, and OSError when a playlist cannot be read.
    """
    rungs: dict[str, None] = {}
    for name in (INDEX_NAME, ALL_CODECS_NAME):
        named = list(_rungs((package / name).read_text(encoding="utf-8")))
        if not named:
            raise IncompletePackage(name, "names no rung")
        rungs |= dict.fromkeys(named)
    for rung in rungs:
        require_rung(package / rung, rung, expected_s)


def _rungs(index: str) -> Iterator[str]:
    for pattern in (VARIANT, RENDITION):
        yield from (found["uri"] for found in pattern.finditer(index))


def require_rung(playlist: Path, rung: str, expected_s: float) -> None:
    """Check one media playlist, called `rung` in errors; see `require_complete`."""
    text = playlist.read_text(encoding="utf-8")
    if "#EXT-X-ENDLIST" not in text:
        raise IncompletePackage(rung, "does not say that it has ended")
    length_s = sum(float(found["s"]) for found in LENGTH.finditer(text))
    if abs(length_s - expected_s) > TOLERANCE_S:
        raise IncompletePackage(rung, f"lasts {length_s:.2f} s instead of {expected_s:.2f} s")
    for found in FILE.finditer(text):
        file = playlist.parent / (found["map"] or found["segment"])
        if not file.is_file() or file.stat().st_size == 0:
            raise IncompletePackage(rung, f"lacks its file {file.name}")
