"""Apple's rules 6.x about playlists of key frames."""

from collections.abc import Iterator

from transcode.hls.check.bit_rates import average_bps, peak_bps
from transcode.hls.check.playlist_text import whole_number
from transcode.hls.check.presentation import Listed, Presentation, Track
from transcode.hls.check.rules import MUST, SHOULD, Finding, rule

_DENSE_FPS = 1.0
_BIT_RATE_DIVISOR = 8


@rule("6.1", MUST, "There is a playlist of key frames, to scrub with.")
def _offered(presentation: Presentation) -> Iterator[Finding]:
    if presentation.index and presentation.pictures and not presentation.iframe_variants:
        yield presentation.index_name, "it lists no key frames (EXT-X-I-FRAME-STREAM-INF)."


@rule("6.2", SHOULD, "There is a key frame for every second.")
def _dense(presentation: Presentation) -> Iterator[Finding]:
    for listed, track in _iframes(presentation):
        if _frames_per_s(track) < 0.9 * _DENSE_FPS:
            yield presentation.index_name, f"{listed.name} has {_frames_per_s(track):.2f} a second."


@rule("6.4", SHOULD, "Of rungs of one size and codec, the key frames of the cheapest are taken.")
def _cheapest(presentation: Presentation) -> Iterator[Finding]:
    for listed, track in _iframes(presentation):
        size = listed.tag.attributes.get("RESOLUTION")
        same = [
            variant.track
            for variant in presentation.variants
            if variant.track
            and variant.tag.attributes.get("RESOLUTION") == size
            and _entry(variant.track) == _entry(track)
        ]
        files = {piece.uri for piece in track.pieces}
        taken = [one for one in same if files & {piece.uri for piece in one.pieces}]
        cheapest = min(same, key=average_bps, default=None)
        if taken and cheapest not in taken and cheapest is not None:
            yield (
                presentation.index_name,
                f"{listed.name} takes those of {taken[0].name}, and {cheapest.name} is cheaper.",
            )


@rule("6.5", SHOULD, "Key frames cost a rung's rate times their frames a second, by eight.")
def _price(presentation: Presentation) -> Iterator[Finding]:
    for listed, track in _iframes(presentation):
        size = listed.tag.attributes.get("RESOLUTION")
        normal = [
            average_bps(variant.track)
            for variant in presentation.variants
            if variant.track and variant.tag.attributes.get("RESOLUTION") == size
        ]
        most_bps = max(normal, default=0) * _frames_per_s(track) / _BIT_RATE_DIVISOR
        if normal and average_bps(track) > most_bps:
            yield (
                presentation.index_name,
                f"{listed.name} has {average_bps(track) / 1000:.1f} kbit/s, that would be"
                f" {most_bps / 1000:.1f}.",
            )


@rule("6.6", SHOULD, "Where rungs differ in size, key frames do too.")
def _several(presentation: Presentation) -> Iterator[Finding]:
    declared = {variant.tag.attributes.get("RESOLUTION") for variant in presentation.variants}
    sizes = declared - {None}
    if presentation.iframe_variants and len(sizes) > 1 and len(presentation.iframe_variants) < 2:
        yield presentation.index_name, f"one list of key frames for {len(sizes)} sizes."


@rule("6.8", MUST, "A playlist of key frames says that it is one.")
def _says_so(presentation: Presentation) -> Iterator[Finding]:
    for listed in presentation.iframe_variants:
        if listed.track is not None and not listed.track.is_iframes:
            yield listed.track.name, "EXT-X-I-FRAMES-ONLY is missing."


@rule("6.9", MUST, "BANDWIDTH of key frames is their peak, right within 10 %.")
def _peak(presentation: Presentation) -> Iterator[Finding]:
    for listed, track in _iframes(presentation):
        declared = whole_number(listed.tag.attributes, "BANDWIDTH")
        measured = peak_bps(track)
        if declared is None or measured is None:
            continue
        too_much = not presentation.is_growing and declared > 1.1 * measured
        if declared < 0.999 * measured or too_much:
            yield (
                presentation.index_name,
                f"{listed.name} declares {declared / 1000:.1f} kbit/s and has"
                f" {measured / 1000:.1f}.",
            )


@rule("6.10", MUST, "The range of a key frame holds its moof.")
def _with_header(presentation: Presentation) -> Iterator[Finding]:
    for _, track in _iframes(presentation):
        for piece in track.pieces:
            if piece.file and piece.file.fragments and not piece.fragments:
                yield track.name, f"the range of {piece.entry.uri} holds no moof."


@rule("6.11", MUST, "While a lecture grows, key frames have the target duration of the rungs.")
def _same_target(presentation: Presentation) -> Iterator[Finding]:
    targets = {track.target_s for track in presentation.pictures}
    for _, track in _iframes(presentation):
        if presentation.is_growing and track.target_s not in targets:
            yield track.name, f"its target duration is {track.target_s} s."


@rule("6.14", SHOULD, "Some key frames are H.264.")
def _h264(presentation: Presentation) -> Iterator[Finding]:
    entries = {
        track.init.entry for _, track in _iframes(presentation) if track.init and track.init.entry
    }
    if entries and not entries & {"avc1", "avc3"}:
        yield presentation.index_name, f"key frames are coded as {min(entries)} only."


def _iframes(presentation: Presentation) -> list[tuple[Listed, Track]]:
    return [
        (listed, listed.track)
        for listed in presentation.iframe_variants
        if listed.track is not None and listed.track.is_iframes
    ]


def _frames_per_s(track: Track) -> float:
    return len(track.pieces) / track.duration_s if track.duration_s else 0.0


def _entry(track: Track) -> str:
    return track.init.entry if track.init else ""
