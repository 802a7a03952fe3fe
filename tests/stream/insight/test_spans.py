"""Which media time was played, by what was pressed."""

import pytest

from stream.insight.spans import Span, spans_of
from stream.tables import WatchEvent, WatchKind

Step = tuple[str, float] | tuple[str, float, float]


def session(*steps: Step) -> list[WatchEvent]:
    return [
        WatchEvent(
            viewer="v",
            session="s",
            seq=seq,
            kind=WatchKind(step[0]),
            position_s=step[1],
            target_s=step[2] if len(step) == 3 else None,
            cause=None,
        )
        for seq, step in enumerate(steps)
    ]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([("play", 0), ("pause", 5)], [(0, 5)], id="play-pause"),
        pytest.param([("play", 0), ("ended", 90)], [(0, 90)], id="to-the-end"),
        pytest.param(
            [("play", 0), ("seek", 10, 4), ("pause", 12)], [(0, 10), (4, 12)], id="goes-back"
        ),
        pytest.param(
            [("play", 0), ("pause", 5), ("seek", 5, 60), ("play", 60), ("pause", 61)],
            [(0, 5), (60, 61)],
            id="seeks-while-paused",
        ),
        pytest.param(
            [("play", 0), ("stall", 3), ("speed", 4), ("quality", 5), ("pause", 6)],
            [(0, 6)],
            id="neither-stall-nor-speed-nor-quality-end-a-span",
        ),
        pytest.param([("play", 2), ("visibility", 8)], [(2, 8)], id="tab-closed"),
        pytest.param([("play", 2)], [], id="nothing-known-after-play"),
        pytest.param(
            [("play", 0), ("play", 7), ("pause", 9)], [(0, 9)], id="a-lost-pause-changes-little"
        ),
        pytest.param([("pause", 5), ("seek", 5, 2)], [], id="a-lost-play-plays-nothing"),
        pytest.param(
            [("play", 50), ("pause", 3)], [], id="a-position-before-the-start-plays-nothing"
        ),
        pytest.param(
            [("play", 0), ("ended", 9), ("seek", 9, 0), ("play", 0), ("pause", 3)],
            [(0, 9), (0, 3)],
            id="once-more-from-the-start",
        ),
    ],
)
def test_spans(steps: list[Step], expected: list[tuple[float, float]]) -> None:
    assert spans_of(session(*steps)) == [Span(*pair) for pair in expected]


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        pytest.param(Span(0.0, 3.0), [0, 1, 2], id="whole-seconds"),
        pytest.param(Span(0.4, 1.6), [0, 1], id="the-middle-decides"),
        pytest.param(Span(0.6, 1.4), [], id="no-middle"),
        pytest.param(Span(8.0, 30.0), [8, 9], id="cut-at-the-end"),
    ],
)
def test_a_span_has_the_seconds_whose_middle_it_has(span: Span, seconds: list[int]) -> None:
    assert list(span.seconds(10)) == seconds
