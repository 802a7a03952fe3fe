"""What may change in a media playlist that grows: RFC 8216, 6.2.1. Two texts of it are compared.

Rules about one moment stand in the other modules; whoever watches a playlist asks here in between.
"""

from collections.abc import Iterator
from itertools import zip_longest

from transcode.hls.check.playlist_text import Entry, PlaylistText, entries
from transcode.hls.check.report import Level, Violation

RULE = "RFC 6.2.1 growth"
_FIXED = ("EXT-X-TARGETDURATION", "EXT-X-VERSION", "EXT-X-MEDIA-SEQUENCE")


def check_growth(name: str, before: str, after: str) -> tuple[Violation, ...]:
    """What `after` has changed of `before` though it may only have added to it.

    When the end comes, the type may turn from EVENT to VOD: who has read the end reads no more.
    """
    earlier, later = (PlaylistText(name, text.encode()) for text in (before, after))
    return tuple(Violation(RULE, Level.MUST, name, one) for one in _changes(earlier, later))


def _changes(earlier: PlaylistText, later: PlaylistText) -> Iterator[str]:
    if earlier.named("EXT-X-ENDLIST"):
        if earlier.text != later.text:
            yield "it had ended, and was changed."
        return
    for name in _FIXED:
        if earlier.value(name) != later.value(name):
            yield f"{name} was {earlier.value(name)} and is {later.value(name)}."
    yield from _type(earlier, later)
    yield from _segments(earlier, later)


def _type(earlier: PlaylistText, later: PlaylistText) -> Iterator[str]:
    was, now = (text.value("EXT-X-PLAYLIST-TYPE") for text in (earlier, later))
    has_ended = bool(later.named("EXT-X-ENDLIST"))
    if was != now and not (has_ended and (was, now) == ("EVENT", "VOD")):
        yield f"its type was {was} and is {now}."


def _segments(earlier: PlaylistText, later: PlaylistText) -> Iterator[str]:
    for was, now in zip_longest(entries(earlier), entries(later)):
        if was is None:
            return
        if now is None:
            yield f"{was.uri} was there and is gone."
        elif _what(was) != _what(now):
            yield f"{was.uri} was there, and is {now.uri} or has other tags now."


def _what(entry: Entry) -> tuple[object, ...]:
    return (
        entry.uri,
        entry.duration_s,
        entry.byte_range,
        entry.init_uri,
        entry.is_discontinuous,
    )
