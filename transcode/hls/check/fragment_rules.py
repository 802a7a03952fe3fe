"""Rules about fragmented MP4: RFC 8216, 3.3, and the media times of 6.2.4."""

from collections.abc import Iterator

from transcode.hls.check.presentation import Presentation, Track
from transcode.hls.check.rules import MUST, Finding, rule

_BRANDS = {"iso6", "iso7", "iso8", "iso9", "isoa", "isob", "isoc"}


@rule("RFC 3.3 init", MUST, "An init segment has its headers, defaults for samples, and no sample.")
def _init(presentation: Presentation) -> Iterator[Finding]:
    inits = {piece.init for track in presentation.tracks for piece in track.pieces if piece.init}
    for init in sorted(inits, key=lambda one: one.uri):
        if init.damage:
            continue
        missing = {"ftyp", "moov", "mvex", "trex"} - init.boxes
        if missing:
            yield presentation.name(init.uri), f"the box {min(missing)} is missing."
        if not init.brands & _BRANDS:
            yield presentation.name(init.uri), "its file type is older than iso6."
        if init.has_samples:
            yield presentation.name(init.uri), "it holds samples itself."


@rule("RFC 3.3 segment", MUST, "A media segment can be read and holds samples.")
def _readable(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        for piece in track.pieces:
            if piece.file is None:
                continue
            if piece.file.damage:
                yield presentation.name(piece.uri), f"it cannot be read: {piece.file.damage}."
            elif not any(part.samples for part in piece.fragments):
                yield presentation.name(piece.uri), "it holds no samples."
            elif any(
                sample.end > piece.file.size_bytes
                for part in piece.fragments
                for sample in part.samples
            ):
                yield presentation.name(piece.uri), "its samples reach beyond its end."


@rule("RFC 3.3 time", MUST, "Every fragment says when it is decoded (tfdt).")
def _decode_time(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        for piece in track.pieces:
            if any(part.decode_ticks is None for part in piece.fragments):
                yield presentation.name(piece.uri), "a fragment has no tfdt."


@rule("RFC 3.3 address", MUST, "Samples are addressed from their own fragment, not from the file.")
def _relative(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        for piece in track.pieces:
            if piece.file is not None and piece.file.absolute:
                yield presentation.name(piece.uri), "a fragment has an absolute base offset."


@rule("RFC 4.3.2.3", MUST, "Tracks keep their kind and number until a discontinuity is announced.")
def _same_tracks(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        for piece in track.pieces:
            known = piece.init.track_ids if piece.init else ()
            used = {one for part in piece.fragments for one in part.track_ids}
            if known and not used <= set(known):
                yield (
                    presentation.name(piece.uri),
                    f"it belongs to track {max(used)}, and the init segment to {max(known)}.",
                )


@rule("RFC 6.2.4", MUST, "The same moment has the same media time in every rung and sound.")
def _same_times(presentation: Presentation) -> Iterator[Finding]:
    origins = [(track, _origin_s(track)) for track in presentation.played]
    known = [(track, origin_s) for track, origin_s in origins if origin_s is not None]
    for track, origin_s in known[1:]:
        first, expected_s = known[0]
        tolerance_s = 0.002 + (track.frame_s if track.is_sound else 0.0)
        if abs(origin_s - expected_s) > tolerance_s:
            yield (
                track.name,
                f"it begins at {origin_s:.3f} s of media time, {first.name} at {expected_s:.3f} s.",
            )


def _origin_s(track: Track) -> float | None:
    """The media time at which the playlist begins."""
    return next((piece.start_s for piece in track.pieces), None)
