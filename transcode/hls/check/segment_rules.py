"""Apple's rules 7.x about how media is cut."""

from collections.abc import Iterator
from itertools import pairwise

from transcode.hls.check.presentation import Piece, Presentation, Track
from transcode.hls.check.rules import MUST, SHOULD, Finding, rule
from transcode.hls.samples import Fragment

TARGET_S = 6
_NOMINAL_S = 0.5  # what still counts as 6 s
_OVER_TARGET_S = 0.5


@rule("7.1", MUST, "What is shown and heard goes on from segment to segment without a gap.")
def _continuous(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        for before, after in _joints(track):
            gap_s = _shown_from_s(after) - _shown_to_s(before)
            if abs(gap_s) > 0.5 * track.frame_s:
                yield (
                    presentation.name(after.uri),
                    f"it begins {abs(gap_s):.3f} s {'after' if gap_s > 0 else 'before'} the end of"
                    f" {before.entry.uri}.",
                )


@rule("7.3", MUST, "Each fragment is decoded where the one before ends.")
def _decode_times(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        expected: int | None = None
        for piece in track.pieces:
            if piece.entry.is_discontinuous or not piece.fragments:
                expected = None
            for part in piece.fragments:
                if expected is not None and part.decode_ticks not in (None, expected):
                    yield (
                        presentation.name(piece.uri),
                        f"its decode time is {part.decode_ticks}, {expected} would follow.",
                    )
                expected = _end_ticks(part)


@rule("7.4", MUST, "Every segment of pictures begins with an IDR picture.")
def _idr(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.pictures:
        for piece in track.pieces:
            if piece.file and piece.file.fragments and not piece.file.starts_with_idr[0]:
                yield presentation.name(piece.uri), "its first picture needs others to be decoded."


@rule("7.5", SHOULD, "The target duration is 6 s.")
def _target(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        if track.target_s not in (None, TARGET_S):
            yield track.name, f"its target duration is {track.target_s} s."


@rule("7.6", SHOULD, "Segments last about 6 s, but for the last one.")
def _nominal(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        others = [
            piece for piece in track.pieces[:-1] if abs(piece.duration_s - TARGET_S) > _NOMINAL_S
        ]
        if others:
            yield track.name, f"{len(others)} do not, {others[0].entry.uri} is the first."


@rule("7.7", MUST, "No segment lasts more than half a second longer than the target duration.")
def _not_longer(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.played:
        for piece in track.pieces:
            if piece.media_s > (track.target_s or 0) + _OVER_TARGET_S + 1e-6:
                yield (
                    presentation.name(piece.uri),
                    f"it lasts {piece.media_s:.3f} s, the target duration is {track.target_s} s.",
                )


def _end_ticks(part: Fragment) -> int | None:
    """When what follows is decoded; None where nobody can tell."""
    if part.decode_ticks is None or not part.samples:
        return None
    return part.samples[-1].decode_ticks + part.samples[-1].duration_ticks


def _joints(track: Track) -> Iterator[tuple[Piece, Piece]]:
    for before, after in pairwise(piece for piece in track.pieces if _is_timed(piece)):
        if not after.entry.is_discontinuous:
            yield before, after


def _is_timed(piece: Piece) -> bool:
    parts = [part for part in piece.fragments if part.samples]
    return bool(parts) and all(part.decode_ticks is not None for part in parts)


def _shown_from_s(piece: Piece) -> float:
    shown = [one.shown_ticks for part in piece.fragments for one in part.samples]
    return min(shown) / piece.ticks_per_s


def _shown_to_s(piece: Piece) -> float:
    ends = [
        one.shown_ticks + one.duration_ticks for part in piece.fragments for one in part.samples
    ]
    return max(ends) / piece.ticks_per_s
