"""Apple's rules 8.x about media playlists."""

from collections.abc import Callable, Iterator

from transcode.hls.check.presentation import Piece, Presentation, Track
from transcode.hls.check.rules import MUST, SHOULD, Finding, rule

_END_TOLERANCE_S = 2 * 1024 / 24_000  # sound is coded in frames of this length
_ENOUGH_FRAMES = 4
_JITTER = 0.06
_SOUND_CODECS = ("mp4a", "opus", "ac-3", "ec-3", "flac", "alac")


@rule("8.1", MUST, "EXTINF adds up to the length of the media, to a frame.")
def _lengths(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        error_s, errors = 0.0, [0.0]
        for piece in track.pieces:
            error_s += piece.duration_s - (piece.media_s or piece.duration_s)
            errors.append(error_s)
        off_s = max(errors) - min(errors)
        if off_s > max(track.frame_s, 0.001):
            yield track.name, f"its EXTINF differ from the media by up to {off_s:.3f} s."


@rule("8.2", MUST, "All rungs and sounds have the same target duration.")
def _same_target(presentation: Presentation) -> Iterator[Finding]:
    known = {track.target_s: track.name for track in presentation.played}
    if len(known) > 1:
        said = ", ".join(f"{name} {target_s} s" for target_s, name in known.items())
        yield presentation.index_name, f"target durations differ: {said}."


@rule("8.3", MUST, "All rungs and sounds last equally long, to a frame of what is slowest.")
def _same_length(presentation: Presentation) -> Iterator[Finding]:
    if presentation.is_growing:
        return
    yield from _apart(presentation, "lasts", lambda track: track.duration_s)


@rule("8.6", MUST, "What is complete is a VOD.")
def _vod(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        if track.is_complete and track.text.value("EXT-X-PLAYLIST-TYPE") is None:
            yield track.name, "it has an end, and no EXT-X-PLAYLIST-TYPE."


@rule("8.7", MUST, "All that is complete ends at the same media time.")
def _same_range(presentation: Presentation) -> Iterator[Finding]:
    if not presentation.is_growing:
        yield from _apart(presentation, "ends at", _end_s)


@rule("8.8", MUST, "What grows is an EVENT.")
def _event(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        value = track.text.value("EXT-X-PLAYLIST-TYPE")
        if not track.is_complete and value not in ("EVENT", "VOD"):
            yield track.name, f"it has no end, and its type is {value}."


@rule("8.9", MUST, "Sound of its own is announced by EXT-X-MEDIA.")
def _announced(presentation: Presentation) -> Iterator[Finding]:
    for variant in presentation.variants:
        named = variant.tag.attributes.get("CODECS", "").lower()
        is_heard = any(codec in named for codec in _SOUND_CODECS)
        shows = variant.track is not None and variant.track.is_picture
        if is_heard and shows and not presentation.sounds_with(variant):
            yield presentation.index_name, f"{variant.name} is heard, and names no sound."


@rule("8.10", MUST, "Every rendition but pictures says its language.")
def _language(presentation: Presentation) -> Iterator[Finding]:
    for rendition in presentation.renditions:
        attributes = rendition.tag.attributes
        if attributes.get("TYPE") != "VIDEO" and "LANGUAGE" not in attributes:
            yield presentation.index_name, f"{rendition.name} has no LANGUAGE."


@rule("8.13", MUST, "A new init segment is announced as a discontinuity.")
def _discontinuity(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        known = None
        for piece in track.pieces:
            if known not in (None, piece.entry.init_uri) and not piece.entry.is_discontinuous:
                yield (
                    track.name,
                    f"{piece.entry.uri} changes EXT-X-MAP without EXT-X-DISCONTINUITY.",
                )
            known = piece.entry.init_uri


@rule("8.14", MUST, "The frame rate changes at a discontinuity only; frames may be held longer.")
def _frame_rate(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.pictures:
        known_s: float | None = None
        for piece in track.pieces:
            if piece.entry.is_discontinuous:
                known_s = None
            frame_s = _even_frame_s(piece)
            if frame_s is None:
                continue
            if known_s is not None and not _is_multiple(known_s, frame_s):
                yield (
                    track.name,
                    f"{piece.entry.uri} has {1 / frame_s:.3f} frames a second, before were"
                    f" {1 / known_s:.3f}.",
                )
            known_s = frame_s


@rule("8.15", MUST, "Discontinuities are at the same times everywhere.")
def _same_discontinuities(presentation: Presentation) -> Iterator[Finding]:
    known = [(track, _discontinuities_s(track)) for track in presentation.played]
    for track, times in known[1:]:
        first, expected = known[0]
        if len(times) != len(expected):
            yield track.name, f"it has {len(times)} discontinuities, {first.name} {len(expected)}."


@rule("8.16", SHOULD, "The codec stays the same from the beginning to the end.")
def _same_codec(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        entries = dict.fromkeys(piece.init.entry for piece in track.pieces if piece.init)
        if len(entries) > 1:
            yield track.name, f"it changes between {', '.join(entries)}."


@rule("8.20", MUST, "Fragmented MP4 has an EXT-X-MAP.")
def _map(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.tracks:
        if any(piece.fragments and piece.entry.init_uri is None for piece in track.pieces):
            yield track.name, "EXT-X-MAP is missing."


@rule("8.21", SHOULD, "Notes to the player stand in playlists, not in the media.")
def _no_events(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        for piece in track.pieces:
            if piece.file and "emsg" in piece.file.boxes:
                yield presentation.name(piece.uri), "it holds an event message (emsg)."


@rule("8.22", SHOULD, "Segments begin at the same times in all rungs and sounds.")
def _same_boundaries(presentation: Presentation) -> Iterator[Finding]:
    played = [track for track in presentation.played if track.pieces]
    for track in played[1:]:
        ours, theirs = played[0].begins_s[:-1], track.begins_s[:-1]
        frames_s = [each.frame_s for each in (played[0], track) if each.is_sound]
        tolerance_s = 0.002 + max(frames_s, default=0.0)  # of sound alone the first is sound, too
        apart_s = max(abs(one - other) for one, other in zip(ours, theirs, strict=False))
        if apart_s > tolerance_s:
            yield track.name, f"its segments begin up to {apart_s:.3f} s from {played[0].name}'s."
        elif len(ours) != len(theirs) and not presentation.is_growing:
            yield track.name, f"it has {len(theirs)} segments, {played[0].name} {len(ours)}."


def _apart(
    presentation: Presentation, verb: str, measure: Callable[[Track], float | None]
) -> Iterator[Finding]:
    known = [(track, value) for track in presentation.played if (value := measure(track))]
    for track, value in known[1:]:
        first, expected = known[0]
        tolerance_s = 0.001 + max(_END_TOLERANCE_S, track.frame_s if track.is_sound else 0.0)
        if abs(value - expected) > tolerance_s:
            yield track.name, f"it {verb} {value:.3f} s, {first.name} {expected:.3f} s."


def _end_s(track: Track) -> float | None:
    """The media time at which the last segment ends."""
    last = track.pieces[-1] if track.pieces else None
    return None if last is None or last.start_s is None else last.start_s + last.media_s


def _even_frame_s(piece: Piece) -> float | None:
    """How long a frame is shown, where all of a segment are shown as long or a multiple of it."""
    samples = [one for part in piece.fragments for one in part.samples][:-1]  # the last may be cut
    shown_s = [one.duration_ticks / piece.ticks_per_s for one in samples if one.duration_ticks]
    if len(shown_s) < _ENOUGH_FRAMES:
        return None
    frame_s = min(shown_s)
    return frame_s if all(_is_multiple(frame_s, one) for one in shown_s) else None


def _is_multiple(one_s: float, other_s: float) -> bool:
    ratio = max(one_s, other_s) / min(one_s, other_s)
    return abs(ratio - round(ratio)) < _JITTER


def _discontinuities_s(track: Track) -> list[float]:
    return [
        begin_s
        for piece, begin_s in zip(track.pieces, track.begins_s, strict=False)
        if piece.entry.is_discontinuous
    ]
