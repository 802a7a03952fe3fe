"""What a class did with each second of a lecture: events and coverage in, curves out. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import msgspec

from stream.insight.seconds import seconds_in
from stream.insight.spans import spans_of
from stream.tables import WatchEvent, WatchKind

REWIND_S = 2.0  # jumps back by less are a slip of the hand
END_S = 1.0  # a pause this close to the end is the end: browsers pause before they have ended
NOT_BY_HAND = frozenset({"resume", "start"})  # jumps the player makes by itself


@dataclass(frozen=True, slots=True)
class Watching:
    """What one viewer did with the lecture, over all their page loads."""

    played: int  # bit i: second i was played
    again: Counter[int]  # second: how often it was played after the first time
    pauses: Sequence[int]  # seconds
    rewinds: Sequence[int]  # seconds that jumps back landed on

    def went_back_to(self) -> set[int]:
        """Return the seconds played again or jumped back to."""
        return {*self.again, *self.rewinds}


class Curves(msgspec.Struct, frozen=True):
    """One number per second of the lecture."""

    plays: list[int]  # viewers who played it
    replays: list[int]  # times it was played after a viewer's first time
    pauses: list[int]  # times somebody paused there
    rewinds: list[int]  # jumps back of REWIND_S or more that landed there


def watching_of(
    events: Iterable[WatchEvent], played: int, duration_s: float, count: int
) -> Watching:
    """Return what one viewer did; `events` ordered by session and seq, `count` seconds long.

    Coverage decides what was played at all: events alone could claim anything.
    """
    pauses: list[int] = []
    rewinds: list[int] = []
    times: Counter[int] = Counter()
    for _, session in groupby(events, key=lambda event: event.session):
        ordered = list(session)
        for span in spans_of(ordered):
            times.update(span.seconds(count))
        pauses += [second for event in ordered if (second := _pause(event, duration_s)) is not None]
        rewinds += [second for event in ordered if (second := _rewind(event, count)) is not None]
    again = {second: times[second] - 1 for second in seconds_in(played) if times[second] > 1}
    return Watching(played, Counter(again), pauses, rewinds)


def _pause(event: WatchEvent, duration_s: float) -> int | None:
    if event.kind is not WatchKind.PAUSE or event.position_s >= duration_s - END_S:
        return None
    return int(event.position_s)


def _rewind(event: WatchEvent, count: int) -> int | None:
    if event.kind is not WatchKind.SEEK or event.target_s is None or event.cause in NOT_BY_HAND:
        return None
    if event.target_s > event.position_s - REWIND_S:
        return None
    return min(int(event.target_s), count - 1)


def watchings(
    events: Iterable[WatchEvent], played: Mapping[str, int], duration_s: float, count: int
) -> list[Watching]:
    """Return what each viewer did who played at least a second.

    `events` ordered by viewer, session and seq; `played` holds each viewer's seconds as bits.
    """
    theirs = {viewer: list(group) for viewer, group in groupby(events, lambda e: e.viewer)}
    return [
        watching_of(theirs.get(viewer, []), bits, duration_s, count)
        for viewer, bits in played.items()
        if bits
    ]


def curves_of(viewers: Iterable[Watching], count: int) -> Curves:
    """Return the class's curves, `count` seconds long; O(viewers x seconds)."""
    curves = Curves(*([0] * count for _ in range(4)))
    for viewer in viewers:
        for second in seconds_in(viewer.played):
            if second < count:
                curves.plays[second] += 1
        for second, times in viewer.again.items():
            curves.replays[second] += times
        for second in viewer.pauses:
            curves.pauses[min(second, count - 1)] += 1
        for second in viewer.rewinds:
            curves.rewinds[second] += 1
    return curves
