"""The lines of a playlist, read strictly: RFC 8216, 4.1 and 4.2. What is wrong is kept, not raised.

A parser that forgives (as those of players do) would hide what the checker is for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

_PAIR = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,|$)')


@dataclass(frozen=True, slots=True)
class Tag:
    """A line that begins with #EXT."""

    name: str  # `EXTINF`, `EXT-X-MAP`
    value: str  # what follows the colon
    line: int  # from 1

    @property
    def attributes(self) -> dict[str, str]:
        """Its attribute list, quotes removed; as far as it can be read."""
        return {name: value.strip('"') for name, value in _PAIR.findall(self.value)}

    @property
    def quoted(self) -> set[str]:
        """The names of the attributes whose values stand in quotes."""
        return {name for name, value in _PAIR.findall(self.value) if value.startswith('"')}

    @property
    def attributes_fault(self) -> str | None:
        """What is wrong with its attribute list."""
        pairs = list(_PAIR.finditer(self.value))
        read = "".join(pair.group() for pair in pairs)
        if read != self.value or self.value.endswith(","):
            return f"its attributes cannot be read: {self.value[:80]}"
        names = [pair.group(1) for pair in pairs]
        twice = {name for name in names if names.count(name) > 1}
        return f"{min(twice)} is there twice" if twice else None


@dataclass(frozen=True)
class PlaylistText:
    """The text of one playlist."""

    uri: str
    raw: bytes

    @cached_property
    def text(self) -> str:
        """The text without a byte order mark; bytes that are no UTF-8 are replaced."""
        return self.raw.decode("utf-8-sig", errors="replace")

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their ends (LF or CRLF)."""
        return [line.removesuffix("\r") for line in self.text.split("\n")]

    @cached_property
    def tags(self) -> list[Tag]:
        """Every tag, in order."""
        found = []
        for number, line in enumerate(self.lines, start=1):
            if line.startswith("#EXT"):
                name, _, value = line[1:].partition(":")
                found.append(Tag(name, value, number))
        return found

    def named(self, name: str) -> list[Tag]:
        """The tags of a name."""
        return [tag for tag in self.tags if tag.name == name]

    def value(self, name: str) -> str | None:
        """The value of the first tag of a name."""
        return next((tag.value for tag in self.tags if tag.name == name), None)

    @property
    def is_multivariant(self) -> bool:
        """Tell whether it lists variants rather than segments."""
        return bool(self.named("EXT-X-STREAM-INF") or self.named("EXT-X-I-FRAME-STREAM-INF"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A media segment as a media playlist lists it."""

    uri: str
    line: int
    duration_s: float | None  # None: no EXTINF, or none that can be read
    byte_range: tuple[int, int] | None  # first byte, and how many
    init_uri: str | None
    is_discontinuous: bool  # EXT-X-DISCONTINUITY stands before it


def entries(playlist: PlaylistText) -> tuple[Entry, ...]:
    """The segments of a media playlist, with the tags that apply to each (RFC 8216, 4.3.2)."""
    found: list[Entry] = []
    pending: dict[str, str] = {}
    init_uri: str | None = None
    ends: dict[str, int] = {}
    for number, line in enumerate(playlist.lines, start=1):
        if line.startswith("#EXT"):
            name, _, value = line[1:].partition(":")
            pending[name] = value
            if name == "EXT-X-MAP":
                init_uri = Tag(name, value, number).attributes.get("URI")
        elif line and not line.startswith("#"):
            part = _byte_range(pending.get("EXT-X-BYTERANGE"), ends.get(line, 0))
            if part is not None:
                ends[line] = sum(part)
            jump = "EXT-X-DISCONTINUITY" in pending
            duration_s = _duration_s(pending.get("EXTINF"))
            found.append(Entry(line, number, duration_s, part, init_uri, jump))
            pending = {}
    return tuple(found)


def variant_uris(playlist: PlaylistText) -> list[tuple[Tag, str | None]]:
    """Each EXT-X-STREAM-INF with the URI of the next line, None where there is none."""
    found = []
    for tag in playlist.named("EXT-X-STREAM-INF"):
        following = playlist.lines[tag.line : tag.line + 1]
        uri = following[0] if following and not following[0].startswith("#") else ""
        found.append((tag, uri or None))
    return found


def whole_number(attributes: Mapping[str, str], name: str) -> int | None:
    """A decimal-integer attribute, None where it is missing or none."""
    value = attributes.get(name, "")
    return int(value) if re.fullmatch(r"[0-9]{1,20}", value) else None


def _duration_s(value: str | None) -> float | None:
    text = (value or "").partition(",")[0]
    return float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,15})?", text) else None


def _byte_range(value: str | None, after: int) -> tuple[int, int] | None:
    match = re.fullmatch(r"([0-9]{1,18})(?:@([0-9]{1,18}))?", value or "")
    if match is None:
        return None
    return int(match.group(2) or after), int(match.group(1))
