"""The passages a class went back to most: where a teacher might begin the lesson. Pure."""

from collections.abc import Sequence

import msgspec

from stream.insight.curves import Curves, Watching

MOST_MOMENTS = 3
MIN_HEAT = 2.0  # a single replay is an accident
LONGEST_S = 60  # to each side of the peak
SMOOTH_S = 2  # seconds to each side that a second's heat is averaged with


class Moment(msgspec.Struct, frozen=True):
    """A passage, half-open, in whole seconds."""

    start_s: int
    end_s: int
    replays: int  # the most times one of its seconds was played again
    rewinds: int  # jumps back that landed in it or shortly before
    viewers: int  # who went back to it


def moments_of(curves: Curves, viewers: Sequence[Watching]) -> list[Moment]:
    """Return the MOST_MOMENTS hottest passages, hottest first; they do not overlap.

    A passage reaches from the most replayed second to both sides until half of its heat.
    """
    heat = _smooth(curves.replays)
    found: list[Moment] = []
    while heat and len(found) < MOST_MOMENTS:
        peak = max(range(len(heat)), key=heat.__getitem__)
        if heat[peak] < MIN_HEAT:
            break
        start, end = _passage(heat, peak)
        found.append(_moment(curves, viewers, start, end))
        heat[start:end] = [0.0] * (end - start)
        _cool_slopes(heat, start, end)
    return found


def _smooth(values: Sequence[int]) -> list[float]:
    windows = (
        values[max(0, middle - SMOOTH_S) : middle + SMOOTH_S + 1] for middle in range(len(values))
    )
    return [sum(window) / len(window) for window in windows]


def _passage(heat: Sequence[float], peak: int) -> tuple[int, int]:
    start, end, enough = peak, peak + 1, heat[peak] / 2
    while start > 0 and peak - start < LONGEST_S and heat[start - 1] >= enough:
        start -= 1
    while end < len(heat) and end - peak < LONGEST_S and heat[end] >= enough:
        end += 1
    return start, end


def _cool_slopes(heat: list[float], start: int, end: int) -> None:
    """Put out the slopes on both sides of a found passage: they are no passages of their own."""
    while start > 0 and heat[start - 1] > 0 and heat[max(start - 2, 0)] <= heat[start - 1]:
        start -= 1
        heat[start] = 0.0
    last = len(heat) - 1
    while end <= last and heat[end] > 0 and heat[min(end + 1, last)] <= heat[end]:
        heat[end] = 0.0
        end += 1


def _moment(curves: Curves, viewers: Sequence[Watching], start: int, end: int) -> Moment:
    seconds = range(max(0, start - SMOOTH_S), end)  # people jump to a little before
    return Moment(
        start_s=start,
        end_s=end,
        replays=max(curves.replays[start:end]),
        rewinds=sum(curves.rewinds[second] for second in seconds),
        viewers=sum(not viewer.went_back_to().isdisjoint(seconds) for viewer in viewers),
    )
