"""Which cells live: a camera in the corner, a video, a spinner. They never are part of a slide.

A cell lives when it moved in most of the last frames. It goes on living while something of the
patch it belongs to moves, so that a teacher may sit still for a moment; when all of the patch
rests (a video that was paused), it is content like any other.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from transcode.slides.cells import Mask

WINDOW_FRAMES = 15  # 6 s
LIVELY_MOVES = 7  # of the window; a fade or a scroll is shorter
REST_FRAMES = 12  # a patch at rest for so long is at rest
FILM_SHARE = 0.12  # of all cells: a larger patch is a film, not a teacher who sits still
FILM_REST_FRAMES = 8


class Liveness:
    """Follows the movement of every cell."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.moved: NDArray[np.uint8] = np.zeros((WINDOW_FRAMES, *shape), np.uint8)
        self.alive: Mask = np.zeros(shape, np.bool_)
        self.still_for: NDArray[np.int32] = np.full(shape, 1000, np.int32)

    def take(self, moving: Mask, number: int) -> Mask:
        """Count the cells that moved up to frame `number`; return those that live now."""
        self.moved[number % WINDOW_FRAMES] = moving
        self.still_for = np.where(moving, 0, self.still_for + 1).astype(np.int32)
        lively = self.moved.sum(axis=0) >= LIVELY_MOVES
        if lively.any():  # what lies between two that live, lives
            kernel = np.ones((3, 3), np.uint8)
            grown = cv2.morphologyEx(lively.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
            self.alive |= np.asarray(grown, np.bool_)
        if self.alive.any():
            self._lay_to_rest()
        return self.alive

    def _lay_to_rest(self) -> None:
        count, labels, facts, _ = cv2.connectedComponentsWithStats(self.alive.astype(np.uint8))
        for label in range(1, count):
            area = int(facts[label, cv2.CC_STAT_AREA])
            film = area > FILM_SHARE * self.alive.size
            patch = labels == label
            moved_lately = self.still_for[patch] < (FILM_REST_FRAMES if film else REST_FRAMES)
            if moved_lately.mean() < 0.03:
                self.alive[patch] = False
                self.moved[:, patch] = 0
