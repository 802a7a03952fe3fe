"""What the analysis of a recording finds, as values; free of OpenCV, which stays in the child."""

from dataclasses import dataclass

from transcode.picture_content import Motion, PictureKind


@dataclass(frozen=True, slots=True)
class PictureSpan:
    """What a few seconds of a recording show."""

    start_s: float
    end_s: float
    kind: PictureKind
    motion: Motion


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: when it appears, and a moment at which it is complete and still."""

    start_s: float
    settled_s: float


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found. A camera's picture has no slides."""

    slides: tuple[Slide, ...]
    spans: tuple[PictureSpan, ...]  # one after the other, 6 s each
    whole: PictureSpan | None  # all of it together; None if there was not one frame
