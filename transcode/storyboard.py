"""The small pictures that stand for the lecture: when they are taken, and where each lies in the
sheet."""

from dataclasses import dataclass
from math import ceil

MOST_PICTURES = 60
SHORTEST_INTERVAL_S = 2
COLUMNS = 10
LONG_SIDE_PX = 240


@dataclass(frozen=True, slots=True)
class StoryboardPlan:
    """A sheet of `count` pictures in rows; picture k shows the lecture at k x `interval_s`."""

    interval_s: int
    count: int
    columns: int
    rows: int
    width_px: int  # of one picture
    height_px: int


def plan_storyboard(duration_s: float, width_px: int, height_px: int) -> StoryboardPlan:
    """At most 60 pictures, at least 2 s apart, in the shape of the lecture's frame."""
    interval_s = max(SHORTEST_INTERVAL_S, ceil(duration_s / MOST_PICTURES))
    count = max(1, ceil(duration_s / interval_s - 1e-6))
    columns = min(COLUMNS, count)
    factor = min(1.0, LONG_SIDE_PX / max(width_px, height_px))
    return StoryboardPlan(
        interval_s=interval_s,
        count=count,
        columns=columns,
        rows=ceil(count / columns),
        width_px=_even(width_px * factor),
        height_px=_even(height_px * factor),
    )


def storyboard_vtt(plan: StoryboardPlan, duration_s: float, sheet: str) -> str:
    """A WebVTT file whose cues point into the sheet with `#xywh=` media fragments."""
    cues = ["WEBVTT\n"]
    for number in range(plan.count):
        row, column = divmod(number, plan.columns)
        begin_s = number * plan.interval_s
        end_s = min(duration_s, begin_s + plan.interval_s)
        x, y = column * plan.width_px, row * plan.height_px
        cues.append(
            f"{_clock(begin_s)} --> {_clock(end_s)}\n"
            f"{sheet}#xywh={x},{y},{plan.width_px},{plan.height_px}\n"
        )
    return "\n".join(cues)


def _clock(media_s: float) -> str:
    minutes, milliseconds = divmod(round(media_s * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _even(length_px: float) -> int:
    return max(2, round(length_px / 2) * 2)
