"""How well found slides agree with a lecture's known changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.transcode.slides.drawn_pictures import Picture
from tests.transcode.slides.generated_lectures import RATE, SIZE_PX
from transcode.slides.detector import SlideDetector
from transcode.slides.findings import Slide

TOLERANCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """Changes that were found, found without being there, and missed."""

    found: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.found + other.found, self.false + other.false, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """The share of what was found that is true."""
        return self.found / max(1, self.found + self.false)

    @property
    def recall(self) -> float:
        """The share of what is true that was found."""
        return self.found / max(1, self.found + self.missed)


def detect(frames: Iterable[Picture]) -> tuple[Slide, ...]:
    """The slides of a whole lecture."""
    detector = SlideDetector(*SIZE_PX, RATE)
    number = -1
    for number, frame in enumerate(frames):
        detector.take(frame, number)
    return detector.finish((number + 1) / RATE)


def compare(slides: Sequence[Slide], truth_s: Sequence[float]) -> Score:
    """Pair each known change with the nearest found one within a second."""
    unpaired = [slide.start_s for slide in slides]
    found = 0
    for change_s in truth_s:
        near = [start_s for start_s in unpaired if abs(start_s - change_s) <= TOLERANCE_S]
        if near:
            unpaired.remove(min(near, key=lambda start_s: abs(start_s - change_s)))
            found += 1
    return Score(found, len(unpaired), len(truth_s) - found)
