"""The curves, against a class small enough to count by hand."""

import pytest

from stream.insight.curves import Watching, curves_of, watching_of, watchings
from stream.insight.moments import moments_of
from stream.insight.seconds import ranges_to_bits
from stream.tables import WatchEvent, WatchKind

COUNT = 10


def event(kind: str, position_s: float, target_s: float | None = None, **facts: str) -> WatchEvent:
    return WatchEvent(
        viewer=facts.get("viewer", "v"),
        session=facts.get("session", "s"),
        kind=WatchKind(kind),
        position_s=position_s,
        target_s=target_s,
        cause=facts.get("cause", "bar" if kind == "seek" else None),
    )


def watching(*events: WatchEvent, played: int = ranges_to_bits([(0, COUNT)], COUNT)) -> Watching:
    return watching_of(events, played, float(COUNT), COUNT)


def test_a_second_played_again_is_a_replay_from_the_second_time_on() -> None:
    seen = watching(event("play", 0), event("seek", 6, 3), event("seek", 6, 3), event("pause", 8.5))
    assert seen.again == {3: 2, 4: 2, 5: 2}


def test_another_days_session_counts_as_again() -> None:
    seen = watching(
        event("play", 0), event("pause", 4), event("play", 2, session="t"),
        event("ended", 10, session="t"),
    )  # fmt: skip
    assert seen.again == {2: 1, 3: 1}


def test_a_pause_is_no_replay() -> None:
    assert (
        watching(
            event("play", 0), event("pause", 4.5), event("play", 4.5), event("ended", 10)
        ).again
        == {}
    )


def test_events_cannot_claim_what_coverage_denies() -> None:
    played = ranges_to_bits([(0, 2)], COUNT)
    seen = watching(event("play", 0), event("seek", 9, 0), event("pause", 9), played=played)
    assert seen.again == {0: 1, 1: 1}


@pytest.mark.parametrize(
    ("seek", "expected"),
    [
        pytest.param(event("seek", 9, 3.7), [3], id="back"),
        pytest.param(event("seek", 5, 3.5), [], id="a-slip-of-the-hand"),
        pytest.param(event("seek", 3, 9), [], id="forward"),
        pytest.param(event("seek", 9, 0, cause="start"), [], id="the-player-started-again"),
        pytest.param(event("seek", 9, 2, cause="resume"), [], id="the-player-resumed"),
        pytest.param(event("seek", 10.9, 10.5 - 2, cause="key"), [8], id="from-behind-the-end"),
    ],
)
def test_rewinds_land_where_people_jumped_back_to(seek: WatchEvent, expected: list[int]) -> None:
    assert watching(seek).rewinds == expected


def test_pauses_count_where_they_happen_but_not_at_the_end() -> None:
    """Stalls are no pauses: the player tells them apart."""
    seen = watching(
        event("play", 0), event("pause", 4.9), event("stall", 6), event("pause", 9.6),
        event("ended", 10),
    )  # fmt: skip
    assert seen.pauses == [4]


def test_curves_add_the_viewers_up() -> None:
    class_ = watchings(
        [
            event("play", 0, viewer="a"),
            event("seek", 4, 1, viewer="a"),
            event("pause", 4, viewer="a"),
            event("play", 0, viewer="b"),
            event("pause", 3, viewer="b"),
            event("play", 0, viewer="nobody"),
        ],
        {"a": 0b1111, "b": 0b111, "c": 0b1000000001, "has-not-played": 0},
        float(COUNT),
        COUNT,
    )
    curves = curves_of(class_, COUNT)
    assert len(class_) == 3
    assert curves.plays == [3, 2, 2, 1, 0, 0, 0, 0, 0, 1]
    assert curves.replays == [0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert curves.pauses == [0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    assert curves.rewinds == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]


def rewatchers(*passages: tuple[int, int, int]) -> list[Watching]:
    """Viewers of 100 s; `passages` are (viewers, start, end)."""
    return [
        watching_of(
            [event("play", 0), event("seek", end, start), event("pause", end)],
            ranges_to_bits([(0, 100)], 100),
            100.0,
            100,
        )
        for viewers, start, end in passages
        for _ in range(viewers)
    ]


@pytest.mark.parametrize(
    ("passages", "expected"),
    [
        pytest.param([], [], id="nobody-went-back"),
        pytest.param([(1, 20, 30)], [], id="one-replay-is-an-accident"),
        pytest.param([(6, 20, 30)], [(20, 30, 6)], id="one-passage"),
        pytest.param([(4, 20, 30), (9, 60, 70)], [(60, 70, 9), (20, 30, 4)], id="hottest-first"),
        pytest.param(
            [(3, 5, 12), (4, 25, 35), (5, 45, 55), (6, 75, 85)],
            [(75, 85, 6), (45, 55, 5), (25, 35, 4)],
            id="three-at-most",
        ),
    ],
)
def test_moments_are_the_passages_people_went_back_to(
    passages: list[tuple[int, int, int]], expected: list[tuple[int, int, int]]
) -> None:
    class_ = rewatchers(*passages)
    moments = moments_of(curves_of(class_, 100), class_)
    assert [(moment.start_s, moment.end_s, moment.viewers) for moment in moments] == expected


def test_a_passages_slopes_are_no_moments_of_their_own() -> None:
    class_ = rewatchers((5, 40, 60), (4, 44, 58), (4, 46, 57), (3, 36, 62))
    assert len(moments_of(curves_of(class_, 100), class_)) == 1
