"""The small pictures that stand for the lecture: when they are taken, and where each lies in the
sheet."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from transcode.ladder import Box

THUMBNAIL_EVERY_S = 2  # pictures are taken this often, before anybody knows how many there will be
ANALYSED_RATE = Fraction(5, 2)  # frames a second in which slides are looked for
ANALYSED_LONG_SIDE_PX = 480
MOST_PICTURES = 60
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


def thumbnail_box(frame: Box) -> Box:
    """The size of one picture: in the shape of the lecture's frame, at most 240 px long."""
    return _at_most(frame, LONG_SIDE_PX)


def analysed_box(frame: Box) -> Box:
    """The size of the frames in which slides are looked for: at most 480 px long."""
    return _at_most(frame, ANALYSED_LONG_SIDE_PX)


def _at_most(frame: Box, long_side_px: int) -> Box:
    factor = min(1.0, long_side_px / max(frame.width_px, frame.height_px))
    return Box(_even(frame.width_px * factor), _even(frame.height_px * factor))


def plan_storyboard(duration_s: float, frame: Box) -> StoryboardPlan:
    """At most 60 pictures, as many as are possible of those that were taken every 2 s."""
    taken = max(1, ceil(duration_s / THUMBNAIL_EVERY_S - 1e-6))
    every = ceil(taken / MOST_PICTURES)
    count = ceil(taken / every)
    columns = min(COLUMNS, count)
    small = thumbnail_box(frame)
    return StoryboardPlan(
        interval_s=every * THUMBNAIL_EVERY_S,
        count=count,
        columns=columns,
        rows=ceil(count / columns),
        width_px=small.width_px,
        height_px=small.height_px,
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
