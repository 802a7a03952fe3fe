"""What was played, from what was pressed: events of a page load in, spans of media time out. Pure.

The events say where playing began and where it stopped; between them the medium ran. A span whose
end was never told (the tab was closed, the last batch lost) ends at the last position known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stream.tables import WatchEvent, WatchKind


@dataclass(frozen=True, slots=True)
class Span:
    """Media time played without a jump, half-open."""

    start_s: float
    end_s: float

    def seconds(self, count: int) -> range:
        """Return the seconds below `count` whose middle lies in the span.

        By the middle, so that spans that touch (a pause, then play) never share a second.
        """
        return range(int(self.start_s + 0.5), min(int(self.end_s + 0.5), count))


def spans_of(events: Sequence[WatchEvent]) -> list[Span]:
    """Return the spans that one session's events, in order of `seq`, tell of."""
    spans: list[Span] = []
    start_s: float | None = None  # none: not playing
    known_s = 0.0  # the last position known to be reached since `start_s`

    for event in events:
        if start_s is None:
            if event.kind is WatchKind.PLAY:
                start_s = known_s = event.position_s
            continue
        known_s = max(known_s, event.position_s)
        if event.kind in (WatchKind.PAUSE, WatchKind.ENDED):
            spans.append(Span(start_s, known_s))
            start_s = None
        elif event.kind is WatchKind.SEEK and event.target_s is not None:
            spans.append(Span(start_s, known_s))
            start_s = known_s = event.target_s
    if start_s is not None:
        spans.append(Span(start_s, known_s))
    return [span for span in spans if span.end_s > span.start_s]
