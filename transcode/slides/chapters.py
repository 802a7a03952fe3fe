"""Chapters of a lecture, made of its slides: few enough to choose from, long enough to be worth it.

Slides with one title are one chapter; then the shortest chapter joins its shorter neighbour until
none is too short and there are not too many. A chapter has the title that stood longest in it.
"""

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

SHORTEST_S = 30.0
SHORTEST_SHARE = 1 / 12  # of a short lecture
MOST_PER_HOUR = 12
ALWAYS_ALLOWED = 8


@dataclass(frozen=True, slots=True)
class TitledSlide:
    """A slide's time and its title, if it could be read."""

    number: int  # from 1
    start_s: float
    end_s: float
    title: str | None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named span of the lecture."""

    start_s: float
    end_s: float
    title: str


def numbered(number: int) -> str:
    """What a slide is called whose title could not be read."""
    return f"Slide {number}"


def plan_chapters(slides: Sequence[TitledSlide], duration_s: float) -> tuple[Chapter, ...]:
    """Chapters from 0 to the end of the lecture; none if there are no slides."""
    if not slides:
        return ()
    groups = _by_title(slides)
    shortest_s = min(SHORTEST_S, SHORTEST_SHARE * duration_s)
    most = max(ALWAYS_ALLOWED, ceil(MOST_PER_HOUR * duration_s / 3600))
    starts_s = _starts(groups)
    while len(groups) > 1:
        lengths_s = _lengths(starts_s, duration_s)
        shortest = min(range(len(groups)), key=lambda index: lengths_s[index])
        if lengths_s[shortest] >= shortest_s and len(groups) <= most:
            break
        first = _first_to_join(shortest, lengths_s)
        groups[first : first + 2] = [groups[first] + groups[first + 1]]
        starts_s = _starts(groups)
    ends_s = [*starts_s[1:], duration_s]
    return tuple(
        Chapter(start_s, end_s, _title(group))
        for group, start_s, end_s in zip(groups, starts_s, ends_s, strict=True)
    )


def chapters_vtt(chapters: Sequence[Chapter]) -> str:
    """The chapters as WebVTT (W3C, "Introduction to chapters"): one cue each, its text escaped."""
    cues = [
        f"{number}\n{cue_time(chapter.start_s)} --> {cue_time(chapter.end_s)}\n"
        f"{html.escape(chapter.title, quote=False)}\n"
        for number, chapter in enumerate(chapters, 1)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def cue_time(media_s: float) -> str:
    """A WebVTT timestamp: 01:02:03.004."""
    minutes, milliseconds = divmod(round(media_s * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _by_title(slides: Sequence[TitledSlide]) -> list[list[TitledSlide]]:
    groups: list[list[TitledSlide]] = []
    for slide in slides:
        before = groups[-1][-1].title if groups else None
        if slide.title and before and slide.title.casefold() == before.casefold():
            groups[-1].append(slide)
        else:
            groups.append([slide])
    return groups


def _starts(groups: Sequence[Sequence[TitledSlide]]) -> list[float]:
    """Where the chapters begin; the first at 0, whatever was before its slide."""
    return [0.0, *(group[0].start_s for group in groups[1:])]


def _lengths(starts_s: Sequence[float], duration_s: float) -> list[float]:
    return [end - start for start, end in zip(starts_s, [*starts_s[1:], duration_s], strict=True)]


def _first_to_join(shortest: int, lengths_s: Sequence[float]) -> int:
    """The first of the two neighbours to join, of which the shortest is one."""
    if shortest == 0:
        return 0
    if shortest == len(lengths_s) - 1:
        return shortest - 1
    return shortest - 1 if lengths_s[shortest - 1] <= lengths_s[shortest + 1] else shortest


def _title(group: Sequence[TitledSlide]) -> str:
    spelt: dict[str, str] = {}  # as it was read first
    milliseconds: Counter[str] = Counter()
    for slide in group:
        if slide.title:
            key = slide.title.casefold()
            spelt.setdefault(key, slide.title)
            milliseconds[key] += round(1000 * (slide.end_s - slide.start_s))
    return spelt[milliseconds.most_common(1)[0][0]] if spelt else numbered(group[0].number)
