"""A whole package as it was read, and the order in which its files are asked for.

`reading` knows no disk and no network: it names one file after the other, and whoever drives it
sends back what lies there. Media segments are reduced to facts at once, so that a lecture of an
hour is never in memory.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from posixpath import dirname, join, normpath
from urllib.parse import urljoin, urlsplit

from transcode.hls.check.media_file import (
    InitFacts,
    SegmentFacts,
    read_init_facts,
    read_segment_facts,
)
from transcode.hls.check.playlist_text import Entry, PlaylistText, Tag, entries, variant_uris
from transcode.hls.samples import Fragment


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies at a URI."""

    body: bytes | None  # None: nothing
    status: int | None = None  # of HTTP; None: it was read from a folder
    content_type: str = ""
    content_encoding: str = ""
    was_redirected: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A media segment: its line in the playlist, and what the file holds."""

    entry: Entry
    uri: str
    file: SegmentFacts | None  # None: it is not there
    init: InitFacts | None

    @property
    def fragments(self) -> tuple[Fragment, ...]:
        """Those that begin within the segment's byte range."""
        if self.file is None:
            return ()
        if self.entry.byte_range is None:
            return self.file.fragments
        start, size = self.entry.byte_range
        return tuple(one for one in self.file.fragments if start <= one.start < start + size)

    @property
    def size_bytes(self) -> int:
        """How much a player loads for it."""
        if self.entry.byte_range is not None:
            return self.entry.byte_range[1]
        return self.file.size_bytes if self.file else 0

    @property
    def duration_s(self) -> float:
        """What the playlist says."""
        return self.entry.duration_s or 0.0

    @property
    def ticks_per_s(self) -> int:
        """Of the times below."""
        return self.init.ticks_per_s if self.init else 1

    @property
    def start_ticks(self) -> int | None:
        """When its first sample is decoded."""
        return self.fragments[0].decode_ticks if self.fragments else None

    @property
    def duration_ticks(self) -> int:
        """How long its samples last."""
        return sum(one.duration_ticks for part in self.fragments for one in part.samples)

    @property
    def start_s(self) -> float | None:
        """When its first sample is decoded."""
        return None if self.start_ticks is None else self.start_ticks / self.ticks_per_s

    @property
    def media_s(self) -> float:
        """How long its samples last."""
        return self.duration_ticks / self.ticks_per_s


@dataclass(frozen=True)
class Track:
    """A media playlist and its media."""

    name: str  # as sentences call it
    text: PlaylistText
    pieces: tuple[Piece, ...]

    @property
    def init(self) -> InitFacts | None:
        """Its first init segment."""
        return next((piece.init for piece in self.pieces), None)

    @cached_property
    def is_picture(self) -> bool:
        """Tell whether it shows something."""
        return self.init is not None and self.init.kind == "vide"

    @cached_property
    def is_sound(self) -> bool:
        """Tell whether it is heard."""
        return self.init is not None and self.init.kind == "soun"

    @cached_property
    def is_iframes(self) -> bool:
        """Tell whether it says that it lists key frames alone."""
        return bool(self.text.named("EXT-X-I-FRAMES-ONLY"))

    @cached_property
    def is_complete(self) -> bool:
        """Tell whether nothing more will come."""
        return bool(self.text.named("EXT-X-ENDLIST"))

    @cached_property
    def target_s(self) -> int | None:
        """EXT-X-TARGETDURATION."""
        value = self.text.value("EXT-X-TARGETDURATION") or ""
        return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None

    @cached_property
    def duration_s(self) -> float:
        """The sum of EXTINF."""
        return sum(piece.duration_s for piece in self.pieces)

    @cached_property
    def frame_s(self) -> float:
        """How exact its times can be: the shortest time for which it shows or sounds a sample.

        The last one of a segment may have been cut, and counts only where there is no other.
        """
        whole_s = min(self._frames_s(slice(None, -1)), default=None)
        return whole_s or max(self._frames_s(slice(None)), default=0.0)

    def _frames_s(self, taken: slice) -> Iterator[float]:
        for piece in self.pieces:
            for part in piece.fragments:
                for sample in part.samples[taken]:
                    if sample.duration_ticks:
                        yield sample.duration_ticks / piece.ticks_per_s

    @cached_property
    def begins_s(self) -> list[float]:
        """When each segment begins according to EXTINF, and when the last one ends."""
        return list(accumulate((piece.duration_s for piece in self.pieces), initial=0.0))


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the multivariant playlist and the media playlist that it leads to."""

    tag: Tag
    uri: str | None
    track: Track | None  # None: there is none

    @property
    def name(self) -> str:
        """As sentences call it."""
        return self.uri or self.tag.attributes.get("NAME") or f"line {self.tag.line}"


@dataclass(frozen=True)
class Presentation:
    """Everything that a player could load."""

    entry: str  # where the reading began
    texts: tuple[PlaylistText, ...] = ()
    index: PlaylistText | None = None  # the multivariant playlist, if the entry is one
    variants: tuple[Listed, ...] = ()
    iframe_variants: tuple[Listed, ...] = ()
    renditions: tuple[Listed, ...] = ()
    tracks: tuple[Track, ...] = ()  # each once, in the order in which they are listed
    answers: dict[str, Fetched] = field(default_factory=dict)  # without the bodies

    def name(self, uri: str) -> str:
        """A URI as sentences call it: relative to the entry's folder."""
        return _name(self.entry, uri)

    @property
    def index_name(self) -> str:
        """The entry as sentences call it."""
        return self.name(self.entry)

    @cached_property
    def pictures(self) -> list[Track]:
        """The rungs."""
        others = {listed.track.name for listed in self.iframe_variants if listed.track}
        return [
            track
            for track in self.tracks
            if track.is_picture and not track.is_iframes and track.name not in others
        ]

    @cached_property
    def sounds(self) -> list[Track]:
        """The sounds."""
        return [track for track in self.tracks if track.is_sound]

    @cached_property
    def played(self) -> list[Track]:
        """Rungs and sounds: all but key frames."""
        return [*self.pictures, *self.sounds]

    @cached_property
    def is_growing(self) -> bool:
        """Tell whether something is still to come."""
        return any(not track.is_complete for track in self.tracks)

    @cached_property
    def groups(self) -> dict[tuple[str, str], list[Listed]]:
        """The renditions of each TYPE and GROUP-ID."""
        found: dict[tuple[str, str], list[Listed]] = {}
        for rendition in self.renditions:
            attributes = rendition.tag.attributes
            key = (attributes.get("TYPE", ""), attributes.get("GROUP-ID", ""))
            found.setdefault(key, []).append(rendition)
        return found

    def sounds_with(self, variant: Listed) -> list[Track]:
        """What may be heard with a variant: each rendition of its group that has media."""
        group = self.groups.get(("AUDIO", variant.tag.attributes.get("AUDIO", "")), [])
        return [rendition.track for rendition in group if rendition.track]


Reading = Generator[str, Fetched, Presentation]


def reading(entry: str) -> Reading:
    """Ask for the files of the package at `entry`, one after the other; then return it."""
    return (yield from _Reader(entry).read())


class _Reader:
    """What has been read of one package."""

    def __init__(self, entry: str) -> None:
        self._entry = entry
        self._answers: dict[str, Fetched] = {}
        self._texts: dict[str, PlaylistText | None] = {}
        self._inits: dict[str, InitFacts | None] = {}
        self._files: dict[str, SegmentFacts | None] = {}
        self._tracks: dict[str, Track | None] = {}

    def read(self) -> Reading:
        index = yield from self._text(self._entry)
        if index is None or not index.is_multivariant:
            yield from self._track(self._entry)
            return self._presentation()
        variants = yield from self._follow(variant_uris(index))
        renditions = yield from self._follow(_attribute_uris(index, "EXT-X-MEDIA"))
        iframes = yield from self._follow(_attribute_uris(index, "EXT-X-I-FRAME-STREAM-INF"))
        found = self._presentation()
        return Presentation(
            entry=self._entry,
            texts=found.texts,
            index=index,
            variants=variants,
            renditions=renditions,
            iframe_variants=iframes,
            tracks=found.tracks,
            answers=found.answers,
        )

    def _presentation(self) -> Presentation:
        return Presentation(
            entry=self._entry,
            texts=tuple(text for text in self._texts.values() if text),
            tracks=tuple(track for track in self._tracks.values() if track),
            answers=self._answers,
        )

    def _follow(
        self, listed: Sequence[tuple[Tag, str | None]]
    ) -> Generator[str, Fetched, tuple[Listed, ...]]:
        found = []
        for tag, uri in listed:
            track = (yield from self._track(_joined(self._entry, uri))) if uri else None
            found.append(Listed(tag, uri, track))
        return tuple(found)

    def _track(self, uri: str) -> Generator[str, Fetched, Track | None]:
        if uri not in self._tracks:
            text = yield from self._text(uri)
            self._tracks[uri] = (yield from self._media(text)) if text else None
        return self._tracks[uri]

    def _media(self, text: PlaylistText) -> Generator[str, Fetched, Track]:
        pieces = []
        for entry in entries(text):
            init = None
            if entry.init_uri is not None:
                init = yield from self._init(_joined(text.uri, entry.init_uri))
            uri = _joined(text.uri, entry.uri)
            file = yield from self._file(uri, init)
            pieces.append(Piece(entry, uri, file, init))
        return Track(_name(self._entry, text.uri), text, tuple(pieces))

    def _text(self, uri: str) -> Generator[str, Fetched, PlaylistText | None]:
        if uri not in self._texts:
            body = yield from self._body(uri)
            self._texts[uri] = PlaylistText(uri, body) if body is not None else None
        return self._texts[uri]

    def _init(self, uri: str) -> Generator[str, Fetched, InitFacts | None]:
        if uri not in self._inits:
            body = yield from self._body(uri)
            self._inits[uri] = read_init_facts(uri, body) if body is not None else None
        return self._inits[uri]

    def _file(
        self, uri: str, init: InitFacts | None
    ) -> Generator[str, Fetched, SegmentFacts | None]:
        if uri not in self._files:
            body = yield from self._body(uri)
            self._files[uri] = read_segment_facts(uri, body, init) if body is not None else None
        return self._files[uri]

    def _body(self, uri: str) -> Generator[str, Fetched, bytes | None]:
        answer = yield uri
        self._answers[uri] = Fetched(
            body=None,
            status=answer.status,
            content_type=answer.content_type,
            content_encoding=answer.content_encoding,
            was_redirected=answer.was_redirected,
        )
        return answer.body


def _attribute_uris(index: PlaylistText, name: str) -> list[tuple[Tag, str | None]]:
    return [(tag, tag.attributes.get("URI")) for tag in index.named(name)]


def _joined(base: str, uri: str) -> str:
    """A reference as seen from `base`. In a folder, `..` above it stays visible."""
    if urlsplit(base).scheme or urlsplit(uri).scheme:
        return urljoin(base, uri)
    return normpath(join(dirname(base), uri))


def _name(entry: str, uri: str) -> str:
    folder = entry.rpartition("/")[0]
    return uri.removeprefix(f"{folder}/") if folder else uri
