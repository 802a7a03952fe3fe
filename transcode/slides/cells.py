"""A gray frame as a grid of cells, each 8 x 8 pixels: what changed, what is written, what stayed.

At 480 pixels on the long side a cell holds a letter or two of a slide, and a pointer covers two to
four of them. Pure functions on arrays; the decisions are made in `detector.py`.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]  # (height, width), gray
Grid = NDArray[np.float32]  # (rows, columns), one number for each cell
Mask = NDArray[np.bool_]  # (rows, columns)

CELL_PX = 8
INK_LEVELS = 5.0  # standard deviation within a cell from which on something is drawn there
STRONGEST_INK = 24.0  # a picture's edge must not count for more than a letter
SAME_PATTERN = 0.8  # correlation; two different lines of text at the same height reach 0.7
SAME_LEVELS = 0.35  # of the cell's deviation: so little difference is noise
FLAT_LEVELS = 12.0  # difference of two empty cells that is another colour


def grid_shape(width_px: int, height_px: int) -> tuple[int, int]:
    """Rows and columns of cells of such a frame; a rest at its edge is not looked at."""
    return max(1, height_px // CELL_PX), max(1, width_px // CELL_PX)


def soften(frame: Frame, shape: tuple[int, int]) -> Frame:
    """The frame cut to whole cells, with noise and half-pixel shifts blurred."""
    high, wide = shape[0] * CELL_PX, shape[1] * CELL_PX
    if frame.shape[0] < high or frame.shape[1] < wide:  # thinner than one cell
        frame = np.asarray(cv2.resize(frame, (wide, high)), np.uint8)
    return np.asarray(cv2.blur(frame[:high, :wide], (3, 3)), np.uint8)


def change(before: Frame, after: Frame, shape: tuple[int, int]) -> Grid:
    """Mean absolute difference of each cell, in levels."""
    return cell_means(cv2.absdiff(before, after), shape)


def cell_means(picture: NDArray[Any], shape: tuple[int, int]) -> Grid:
    """The mean of each cell; `picture` is 8-bit or float, of whole cells."""
    rows, columns = shape
    return np.asarray(
        cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.float32
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """A softened frame with the statistics of its cells."""

    pixels: NDArray[np.float32]
    mean: Grid
    deviation: Grid

    @property
    def ink(self) -> Grid:
        """How much is drawn in each cell: 0 where it is empty."""
        strength = np.minimum(self.deviation, STRONGEST_INK)
        return np.where(self.deviation >= INK_LEVELS, strength, np.float32(0))


def drawn(frame: Frame, shape: tuple[int, int]) -> Drawn:
    """Statistics of a softened frame."""
    pixels = frame.astype(np.float32)
    mean = cell_means(pixels, shape)
    variance = cell_means(pixels * pixels, shape) - mean * mean
    return Drawn(pixels, mean, np.sqrt(np.maximum(variance, 0)))


def unchanged(
    one: Drawn, other: Drawn, shape: tuple[int, int], *, pattern: float = SAME_PATTERN
) -> Mask:
    """Where two pictures show the same; dimmed text is the same text.

    A cell is the same when its pattern correlates by `pattern`, or when the difference is small
    beside what is drawn; an empty one when its colour stayed.
    """
    covariance = cell_means(one.pixels * other.pixels, shape) - one.mean * other.mean
    scale = one.deviation * other.deviation
    same_pattern = covariance > pattern * scale
    both_drawn = (one.deviation >= INK_LEVELS) & (other.deviation >= INK_LEVELS / 2)
    difference = cell_means(np.abs(one.pixels - other.pixels), shape)
    strongest = np.maximum(one.deviation, other.deviation)
    near = difference < np.maximum(SAME_LEVELS * strongest, 3.0)
    both_empty = (one.deviation < INK_LEVELS) & (other.deviation < INK_LEVELS)
    same_colour = both_empty & (np.abs(one.mean - other.mean) < FLAT_LEVELS)
    result: Mask = (both_drawn & same_pattern) | near | same_colour
    return result
