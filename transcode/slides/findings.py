"""What the analysis of a recording finds, as values; free of OpenCV, which stays in the child."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the picture is made by."""

    SCREEN = "screen"
    CAMERA = "camera"


class Movement(StrEnum):
    """How much of the picture moves, changes of slides apart."""

    STILL = "still"
    SOME = "some"  # a pointer, typing, a teacher in the corner
    MOTION = "motion"  # scrolling, a video


@dataclass(frozen=True, slots=True)
class KindSpan:
    """A few seconds of a recording."""

    start_s: float
    end_s: float
    kind: Kind
    movement: Movement


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: when it appears, and a moment at which it is complete and still."""

    start_s: float
    settled_s: float


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found. A camera's picture has no slides."""

    slides: tuple[Slide, ...]
    spans: tuple[KindSpan, ...]  # one after the other, 6 s each
    whole: KindSpan | None  # all of it together; None if there was not one frame
