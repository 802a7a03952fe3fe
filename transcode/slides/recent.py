"""The last seconds of frames, to find out afterwards when a slide appeared."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from transcode.slides.cells import (
    CELL_PX,
    INK_LEVELS,
    Frame,
    Mask,
    change,
    drawn,
    unchanged,
)

KEPT_FRAMES = 16  # 6.4 s: a film is known as one after half of that
CLEARLY_NEARER = 0.8  # of the distance to the old slide
MOST_CELLS = 0.65
LIKE_SHARE = 0.6  # of the cells alike: the same picture, apart from a camera
CUT_SHARE = 0.35  # of the drawn cells unchanged from one frame to the next; less is a cut
NO_FRAME = -1


class RecentFrames:
    """A ring of softened frames and their numbers."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        size = (KEPT_FRAMES, shape[0] * CELL_PX, shape[1] * CELL_PX)
        self.frames: NDArray[np.uint8] = np.zeros(size, np.uint8)
        self.numbers: NDArray[np.int64] = np.full(KEPT_FRAMES, NO_FRAME, np.int64)

    def add(self, frame: Frame, number: int) -> None:
        """Keep frame `number` in the place of the oldest."""
        self.frames[number % KEPT_FRAMES] = frame
        self.numbers[number % KEPT_FRAMES] = number

    @property
    def last(self) -> Frame | None:
        """A copy of the newest frame."""
        newest = int(self.numbers.argmax())
        return None if self.numbers[newest] == NO_FRAME else self.frames[newest].copy()

    def newest_first(self) -> list[tuple[int, Frame]]:
        """Number and picture of the kept frames."""
        order = np.argsort(-self.numbers)
        return [(int(self.numbers[i]), self.frames[i]) for i in order if self.numbers[i] >= 0]

    def first_like(self, picture: Frame) -> int:
        """The first of the unbroken run of frames, up to now, that show `picture`."""
        target = drawn(picture, self.shape)
        return self._run(
            lambda frame: (
                unchanged(drawn(frame, self.shape), target, self.shape).mean() >= LIKE_SHARE
            )
        )

    def first_nearer(self, new: Frame, old: Frame, cells: Mask) -> int:
        """The first of the unbroken run of frames that, within `cells`, resemble `new` more."""

        def nearer(frame: Frame) -> bool:
            to_new = change(frame, new, self.shape)[cells]
            to_old = change(frame, old, self.shape)[cells]
            return bool((to_new < CLEARLY_NEARER * to_old).mean() >= MOST_CELLS)

        return self._run(nearer)

    def cut_at(self, number: int, within: Mask | None = None) -> bool:
        """Whether frame `number` shows something else than the frame before it, in these cells."""
        one, other = (number - 1) % KEPT_FRAMES, number % KEPT_FRAMES
        if self.numbers[one] != number - 1 or self.numbers[other] != number:
            return False
        before = drawn(self.frames[one], self.shape)
        after = drawn(self.frames[other], self.shape)
        cells = (before.deviation >= INK_LEVELS) | (after.deviation >= INK_LEVELS)
        if within is not None:
            cells &= within
        if not cells.any():
            return False
        return bool(unchanged(before, after, self.shape)[cells].mean() < CUT_SHARE)

    def last_cut(self, since: int, within: Mask | None = None) -> int | None:
        """The number of the latest cut, in these cells, not before frame `since`."""
        numbers = [number for number, _ in self.newest_first() if number >= since]
        return next((number for number in numbers if self.cut_at(number, within)), None)

    def _run(self, belongs: Callable[[Frame], bool | np.bool_]) -> int:
        first, expected = NO_FRAME, None
        for number, frame in self.newest_first():
            gap = expected is not None and number != expected
            if gap or not belongs(frame):
                break
            first, expected = number, number - 1
        return first if first != NO_FRAME else int(self.numbers.max())
