"""Bit rates as RFC 8216, 4.1, defines them, counted anew from the files.

It is not the writer's own arithmetic: a mistake there would otherwise go unseen here.
"""

from itertools import product

from transcode.hls.check.presentation import Listed, Presentation, Track


def average_bps(track: Track) -> float:
    """All bits over the whole time that the playlist says."""
    bits = 8 * sum(piece.size_bytes for piece in track.pieces)
    return bits / track.duration_s if track.duration_s else 0.0


def peak_bps(track: Track) -> float | None:
    """The largest rate of neighbouring segments that last 0.5 to 1.5 target durations together.

    None where no neighbours do: of a lecture of three seconds no peak is defined.
    """
    target_s = track.target_s or 0
    rates = []
    for first in range(len(track.pieces)):
        length_s, bits = 0.0, 0
        for piece in track.pieces[first:]:
            length_s += piece.duration_s
            bits += 8 * piece.size_bytes
            if length_s > 1.5 * target_s:
                break
            if length_s >= 0.5 * target_s and length_s > 0:
                rates.append(bits / length_s)
    return max(rates, default=None)


def variant_peak_bps(presentation: Presentation, variant: Listed) -> float | None:
    """The largest sum of peaks that a player can put together (RFC 8216, 4.3.4.2)."""
    sums = []
    for together in _combinations(presentation, variant):
        peaks = [peak_bps(track) for track in together]
        if None not in peaks:
            sums.append(sum(peak for peak in peaks if peak is not None))
    return max(sums, default=None)


def variant_average_bps(presentation: Presentation, variant: Listed) -> float | None:
    """The largest sum of averages that a player can put together."""
    sums = [
        sum(average_bps(track) for track in together)
        for together in _combinations(presentation, variant)
    ]
    return max(sums, default=None)


def _combinations(presentation: Presentation, variant: Listed) -> list[tuple[Track, ...]]:
    if variant.track is None:
        return []
    sounds = presentation.sounds_with(variant)
    return list(product([variant.track], sounds)) if sounds else [(variant.track,)]
