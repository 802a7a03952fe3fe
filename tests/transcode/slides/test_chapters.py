"""Chapters: made of slides, few enough and long enough; and their text can do no harm."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcode.slides.chapters import (
    Chapter,
    TitledSlide,
    chapters_vtt,
    cue_time,
    plan_chapters,
)


def slides(*facts: tuple[float, str | None], end_s: float) -> list[TitledSlide]:
    ends_s = [*(start_s for start_s, _ in facts[1:]), end_s]
    return [
        TitledSlide(number, start_s, until_s, title)
        for number, ((start_s, title), until_s) in enumerate(zip(facts, ends_s, strict=True), 1)
    ]


@pytest.mark.parametrize(
    ("given_slides", "duration_s", "expected"),
    [
        pytest.param([], 600.0, [], id="no slides, no chapters"),
        pytest.param(
            slides((0, "One"), (60, "Two"), end_s=600),
            600.0,
            [(0, "One"), (60, "Two")],
            id="long slides are chapters",
        ),
        pytest.param(
            slides((0, "One"), (60, "Plan"), (90, "PLAN"), (200, "Two"), end_s=600),
            600.0,
            [(0, "One"), (60, "Plan"), (200, "Two")],
            id="slides with one title are one",
        ),
        pytest.param(
            slides((0, "One"), (100, "Glimpse"), (110, "Two"), end_s=600),
            600.0,
            [(0, "One"), (110, "Two")],
            id="a short one joins its shorter neighbour",
        ),
        pytest.param(
            slides((0, None), (60, None), (120, "Three"), end_s=600),
            600.0,
            [(0, "Slide 1"), (60, "Slide 2"), (120, "Three")],
            id="what has no title has a number",
        ),
        pytest.param(
            slides((0, "Hello"), (5, "Topic"), (300, "End"), end_s=600),
            600.0,
            [(0, "Topic"), (300, "End")],
            id="the title that stood longest names it",
        ),
        pytest.param(
            slides((4, "One"), (60, "Two"), end_s=600),
            600.0,
            [(0, "One"), (60, "Two")],
            id="the first begins with the lecture",
        ),
        pytest.param(
            slides((0, "One"), (12, "Two"), (24, "Three"), end_s=90),
            90.0,
            [(0, "One"), (12, "Two"), (24, "Three")],
            id="in a short lecture chapters may be short",
        ),
    ],
)
def test_plan_chapters(
    given_slides: Sequence[TitledSlide], duration_s: float, expected: list[tuple[float, str]]
) -> None:
    chapters = plan_chapters(given_slides, duration_s)
    assert [(chapter.start_s, chapter.title) for chapter in chapters] == expected


@given(
    st.lists(st.floats(0.5, 400), min_size=1, max_size=200),
    st.lists(st.sampled_from(["One", "Two", None]), min_size=200, max_size=200),
)
def test_chapters_cover_the_lecture_and_are_few(
    lengths_s: list[float], titles: list[str | None]
) -> None:
    starts_s = [sum(lengths_s[:number]) for number in range(len(lengths_s))]
    duration_s = sum(lengths_s)
    facts = list(zip(starts_s, titles, strict=False))
    chapters = plan_chapters(slides(*facts, end_s=duration_s), duration_s)
    assert chapters[0].start_s == 0
    assert chapters[-1].end_s == duration_s
    assert all(a.end_s == b.start_s for a, b in pairwise(chapters))
    assert len(chapters) <= max(8, 12 * duration_s / 3600 + 1)
    if len(chapters) > 1:
        shortest_s = min(chapter.end_s - chapter.start_s for chapter in chapters)
        assert shortest_s >= min(30, duration_s / 12) - 1e-6


def test_the_text_of_a_slide_cannot_make_a_cue_of_its_own() -> None:
    title = "a --> b & <script>"
    text = chapters_vtt([Chapter(0, 61.5, title), Chapter(61.5, 3723.25, "End")])
    assert text == (
        "WEBVTT\n\n"
        "1\n00:00:00.000 --> 00:01:01.500\na --&gt; b &amp; &lt;script&gt;\n\n"
        "2\n00:01:01.500 --> 01:02:03.250\nEnd\n"
    )


def test_cue_times_round_without_a_sixtieth_second() -> None:
    assert cue_time(59.9996) == "00:01:00.000"
