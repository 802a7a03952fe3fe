"""Rules about the text of playlists: RFC 8216, sections 4.1 to 4.3.3, 6.2.1 and 7."""

import re
from collections.abc import Iterator

from transcode.hls.check.playlist_text import PlaylistText, entries, variant_uris, whole_number
from transcode.hls.check.presentation import Listed, Presentation, Track
from transcode.hls.check.rules import MUST, SHOULD, Finding, rule

OF_SEGMENTS = {
    "EXTINF", "EXT-X-BYTERANGE", "EXT-X-DISCONTINUITY", "EXT-X-KEY", "EXT-X-MAP",
    "EXT-X-PROGRAM-DATE-TIME", "EXT-X-DATERANGE",
}  # fmt: skip
OF_MEDIA_PLAYLISTS = {
    "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE",
    "EXT-X-ENDLIST", "EXT-X-PLAYLIST-TYPE", "EXT-X-I-FRAMES-ONLY",
}  # fmt: skip
OF_MULTIVARIANT_PLAYLISTS = {
    "EXT-X-MEDIA", "EXT-X-STREAM-INF", "EXT-X-I-FRAME-STREAM-INF", "EXT-X-SESSION-DATA",
    "EXT-X-SESSION-KEY",
}  # fmt: skip
WITH_ATTRIBUTES = OF_MULTIVARIANT_PLAYLISTS | {
    "EXT-X-MAP", "EXT-X-KEY", "EXT-X-DATERANGE", "EXT-X-START",
}  # fmt: skip
ONCE = OF_MEDIA_PLAYLISTS | {"EXTM3U", "EXT-X-VERSION", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-START"}
BEFORE_SEGMENTS = {"EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE"}
IN_QUOTES = {
    "EXT-X-MEDIA": {"URI", "GROUP-ID", "LANGUAGE", "NAME", "CHANNELS", "CHARACTERISTICS"},
    "EXT-X-STREAM-INF": {"CODECS", "AUDIO", "VIDEO", "SUBTITLES"},
    "EXT-X-I-FRAME-STREAM-INF": {"CODECS", "URI"},
    "EXT-X-MAP": {"URI", "BYTERANGE"},
}


@rule("RFC 4.1", MUST, "A playlist is plain UTF-8 of one kind: of variants, or of segments.")
def _one_kind_of_text(presentation: Presentation) -> Iterator[Finding]:
    for text in presentation.texts:
        name = presentation.name(text.uri)
        if text.raw.startswith(b"\xef\xbb\xbf"):
            yield name, "it begins with a byte order mark."
        if "\ufffd" in text.text or re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]", text.text):
            yield name, "it holds bytes that are no UTF-8, or control characters."
        names = {tag.name for tag in text.tags}
        media = names & (OF_SEGMENTS | OF_MEDIA_PLAYLISTS)
        if names & OF_MULTIVARIANT_PLAYLISTS and media:
            yield name, f"{min(media)} stands in a list of variants."


@rule("RFC 4.2", MUST, "Attributes are readable, each is there once, and text stands in quotes.")
def _readable_attributes(presentation: Presentation) -> Iterator[Finding]:
    for text in presentation.texts:
        for tag in text.tags:
            if tag.name not in WITH_ATTRIBUTES:
                continue
            where = f"{presentation.name(text.uri)}, line {tag.line}"
            if tag.attributes_fault:
                yield where, tag.attributes_fault + "."
            bare = (IN_QUOTES.get(tag.name, set()) & set(tag.attributes)) - tag.quoted
            if bare:
                yield where, f"{min(bare)} does not stand in quotes."


@rule("RFC 4.3.1.1", MUST, "The first line is #EXTM3U.")
def _first_line(presentation: Presentation) -> Iterator[Finding]:
    for text in presentation.texts:
        if text.lines[0] != "#EXTM3U":
            yield presentation.name(text.uri), f"the first line is {text.lines[0][:40]!r}."


@rule("RFC 4.3.1.2", MUST, "What is said of a whole playlist is said once.")
def _said_once(presentation: Presentation) -> Iterator[Finding]:
    for text in presentation.texts:
        for name in sorted(ONCE):
            if len(text.named(name)) > 1:
                yield presentation.name(text.uri), f"{name} is there {len(text.named(name))} times."


@rule("RFC 7", MUST, "The version that is declared knows everything that is used.")
def _version(presentation: Presentation) -> Iterator[Finding]:
    for text in presentation.texts:
        value = text.value("EXT-X-VERSION") or "1"
        if not re.fullmatch(r"[0-9]{1,4}", value):
            yield presentation.name(text.uri), f"its version is {value[:20]!r}."
            continue
        declared = int(value)
        needed, because = _needed_version(text)
        if declared < needed:
            yield (
                presentation.name(text.uri),
                f"it declares version {declared}, but {because} needs {needed}.",
            )


def _needed_version(text: PlaylistText) -> tuple[int, str]:
    """RFC 8216, 7."""
    needs = [(1, "nothing")]
    if any("." in tag.value.partition(",")[0] for tag in text.named("EXTINF")):
        needs.append((3, "a length with a fraction"))
    if text.named("EXT-X-BYTERANGE"):
        needs.append((4, "EXT-X-BYTERANGE"))
    if text.named("EXT-X-I-FRAMES-ONLY"):
        needs.append((4, "EXT-X-I-FRAMES-ONLY"))
    if text.named("EXT-X-MAP"):
        needs.append((5 if text.named("EXT-X-I-FRAMES-ONLY") else 6, "EXT-X-MAP"))
    return max(needs)


@rule("RFC 4.3.2.1", MUST, "Every segment has a length that can be read.")
def _length(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        for entry in entries(track.text):
            if entry.duration_s is None:
                yield track.name, f"{entry.uri} (line {entry.line}) has no EXTINF with a length."


@rule("RFC 4.3.2.2", MUST, "A byte range lies within its file.")
def _byte_range(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        for piece in track.pieces:
            if piece.entry.byte_range is None or piece.file is None:
                continue
            start, size = piece.entry.byte_range
            if start + size > piece.file.size_bytes:
                yield (
                    track.name,
                    f"bytes {start} to {start + size} of {presentation.name(piece.uri)} are named,"
                    f" which has {piece.file.size_bytes}.",
                )


@rule("RFC 4.3.2.5", MUST, "EXT-X-MAP names an init segment that is there and can be read.")
def _init(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        for tag in track.text.named("EXT-X-MAP"):
            if "URI" not in tag.attributes:
                yield track.name, f"EXT-X-MAP (line {tag.line}) has no URI."
        uris = {piece.entry.init_uri: piece.init for piece in track.pieces if piece.entry.init_uri}
        for uri, init in uris.items():
            if init is None:
                yield track.name, f"the init segment {uri} is not there."
            elif init.damage:
                yield track.name, f"the init segment {uri} cannot be read: {init.damage}."


@rule("RFC 4.3.3.1", MUST, "The target duration is there, and no segment is rounded to more.")
def _target_duration(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        if track.target_s is None:
            yield track.name, "it has no EXT-X-TARGETDURATION."
            continue
        for piece in track.pieces:
            if int(piece.duration_s + 0.5) > track.target_s:
                yield (
                    track.name,
                    f"{piece.entry.uri} lasts {piece.duration_s:.3f} s, the target duration is"
                    f" {track.target_s} s.",
                )


@rule("RFC 4.3.3.2", MUST, "Sequence numbers are said before the first segment.")
def _before_segments(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        first = min((entry.line for entry in entries(track.text)), default=0)
        for tag in track.text.tags:
            if tag.name in BEFORE_SEGMENTS and first and tag.line > first:
                yield track.name, f"{tag.name} (line {tag.line}) comes after the first segment."


@rule("RFC 4.3.3.5", MUST, "The playlist type is EVENT or VOD.")
def _type(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        value = track.text.value("EXT-X-PLAYLIST-TYPE")
        if value not in (None, "EVENT", "VOD"):
            yield track.name, f"its type is {value[:20]!r}."


@rule("RFC 4.3.3.6", MUST, "In a list of key frames, each entry is one key frame.")
def _one_key_frame(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        if not track.is_iframes:
            continue
        for piece in track.pieces:
            start, size = piece.entry.byte_range or (0, piece.size_bytes)
            shown = [
                sample
                for part in piece.fragments
                for sample in part.samples
                if sample.end <= start + size
            ]
            if len(shown) > 1 or (shown and not shown[0].is_sync):
                yield track.name, f"the range of {piece.entry.uri} holds more than a key frame."
            elif not shown and piece.fragments:
                yield track.name, f"the range of {piece.entry.uri} ends within its key frame."


@rule("RFC 4.3.4.1", MUST, "A rendition has a type, a group and a name that is its own.")
def _rendition(presentation: Presentation) -> Iterator[Finding]:
    for rendition in presentation.renditions:
        attributes = rendition.tag.attributes
        missing = {"TYPE", "GROUP-ID", "NAME"} - set(attributes)
        if missing:
            yield presentation.index_name, f"{rendition.name}: {min(missing)} is missing."
        if attributes.get("DEFAULT") == "YES" and attributes.get("AUTOSELECT", "YES") != "YES":
            yield presentation.index_name, f"{rendition.name} is the default, and not selectable."
    for (kind, group), listed in presentation.groups.items():
        names = [one.tag.attributes.get("NAME") for one in listed]
        if len(set(names)) < len(names):
            yield presentation.index_name, f"two renditions of {kind} {group} have the same name."
        if sum(one.tag.attributes.get("DEFAULT") == "YES" for one in listed) > 1:
            yield presentation.index_name, f"two renditions of {kind} {group} are the default."


@rule("RFC 4.3.4.1.1", MUST, "All groups of a type offer the same renditions.")
def _same_renditions(presentation: Presentation) -> Iterator[Finding]:
    offered: dict[str, dict[str, set[tuple[str | None, str | None]]]] = {}
    for (kind, group), listed in presentation.groups.items():
        names = {
            (one.tag.attributes.get("NAME"), one.tag.attributes.get("LANGUAGE")) for one in listed
        }
        offered.setdefault(kind, {})[group] = names
    for kind, groups in offered.items():
        if len({frozenset(names) for names in groups.values()}) > 1:
            yield (
                presentation.index_name,
                f"the groups {', '.join(groups)} of {kind} differ in names or languages.",
            )


@rule("RFC 4.3.4.2", MUST, "A variant names its bandwidth, its playlist and groups that exist.")
def _variant(presentation: Presentation) -> Iterator[Finding]:
    if presentation.index is None:
        return
    for tag, uri in variant_uris(presentation.index):
        if uri is None:
            yield presentation.index_name, f"no URI follows EXT-X-STREAM-INF in line {tag.line}."
    for variant in presentation.variants:
        attributes = variant.tag.attributes
        if whole_number(attributes, "BANDWIDTH") is None:
            yield presentation.index_name, f"{variant.name} has no BANDWIDTH."
        for kind in ("AUDIO", "VIDEO", "SUBTITLES"):
            group = attributes.get(kind)
            if group is not None and (kind, group) not in presentation.groups:
                yield presentation.index_name, f"{variant.name}: no {kind} group {group} exists."


@rule("RFC 4.3.4.2 CODECS", MUST, "CODECS names every format in a variant and its renditions.")
def _codecs(presentation: Presentation) -> Iterator[Finding]:
    for variant in [*presentation.variants, *presentation.iframe_variants]:
        if variant.track is None or "CODECS" not in variant.tag.attributes:
            continue
        named = {one.strip().lower() for one in variant.tag.attributes["CODECS"].split(",")}
        for track in [variant.track, *presentation.sounds_with(variant)]:
            codec = track.init.codec if track.init else None
            if codec is not None and codec.lower() not in named:
                yield presentation.index_name, f"{variant.name}: {codec} is not among its CODECS."


@rule("RFC 4.3.4.2 RESOLUTION", SHOULD, "RESOLUTION is the size in which the picture is coded.")
def _resolution(presentation: Presentation) -> Iterator[Finding]:
    for listed in [*presentation.variants, *presentation.iframe_variants]:
        size = _coded_size(listed)
        declared = listed.tag.attributes.get("RESOLUTION")
        if size is not None and declared is not None and declared != size:
            yield presentation.index_name, f"{listed.name} declares {declared} and has {size}."


@rule("RFC 4.3.4.3", MUST, "A list of key frames is named with its bandwidth and its URI.")
def _iframe_variant(presentation: Presentation) -> Iterator[Finding]:
    for listed in presentation.iframe_variants:
        attributes = listed.tag.attributes
        if listed.uri is None:
            yield (
                presentation.index_name,
                f"EXT-X-I-FRAME-STREAM-INF (line {listed.tag.line}) has no URI.",
            )
        if whole_number(attributes, "BANDWIDTH") is None:
            yield presentation.index_name, f"the key frames {listed.name} have no BANDWIDTH."
        other = {"FRAME-RATE", "AUDIO", "SUBTITLES", "CLOSED-CAPTIONS"} & set(attributes)
        if other:
            yield presentation.index_name, f"the key frames {listed.name} cannot have {min(other)}."


@rule("RFC 4.3.5.1", MUST, "Where segments are called independent, each can be decoded alone.")
def _independent(presentation: Presentation) -> Iterator[Finding]:
    in_all = presentation.index and presentation.index.named("EXT-X-INDEPENDENT-SEGMENTS")
    for track in presentation.played:
        if not in_all and not track.text.named("EXT-X-INDEPENDENT-SEGMENTS"):
            continue
        for piece in track.pieces:
            samples = [sample for part in piece.fragments for sample in part.samples]
            if samples and not samples[0].is_sync:
                yield track.name, f"{piece.entry.uri} is marked as beginning with no key frame."


@rule("RFC 6.2.1", MUST, "Everything that is named is there; what is finished has an end.")
def _there(presentation: Presentation) -> Iterator[Finding]:
    named = [*presentation.variants, *presentation.renditions, *presentation.iframe_variants]
    missing = dict.fromkeys(listed.uri for listed in named if listed.uri and not listed.track)
    for uri in missing:
        yield presentation.index_name, f"the playlist {uri} is not there."
    for track in presentation.tracks:
        yield from _whole(track)


def _whole(track: Track) -> Iterator[Finding]:
    for uri in dict.fromkeys(piece.entry.uri for piece in track.pieces if piece.file is None):
        yield track.name, f"the segment {uri} is not there."
    if track.text.value("EXT-X-PLAYLIST-TYPE") == "VOD" and not track.is_complete:
        yield track.name, "it is a VOD, and EXT-X-ENDLIST is missing."


def _coded_size(listed: Listed) -> str | None:
    if listed.track is None or listed.track.init is None or not listed.track.is_picture:
        return None
    return "{}x{}".format(*listed.track.init.size_px)
