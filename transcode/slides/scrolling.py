"""How far a page was scrolled between two frames: vertical shifts that explain what is drawn.

Each row of a frame is boiled down to a few numbers; good shifts are those at which the rows of one
frame that have something on them agree with those of the other. Sideways scrolling is rare in
lectures and counts as a change.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from transcode.slides.cells import Frame

COLUMNS = 30  # numbers for each row
LONGEST_SHIFT = 0.65  # of the height: beyond, most of the page is new in any case
ENOUGH_ROWS = 6  # rows (of half the frame's) with something on them that must be in common
DRAWN_LEVELS = 4.0  # both rows together, on average over their columns
STANDING_LEVELS = 2
CANDIDATES = 3
UNLIKELY = 1.3  # of what is drawn, unexplained: two unrelated pictures reach 1.2

Rows = NDArray[np.float32]


def likely_shifts(before: Frame, after: Frame, candidates: int = CANDIDATES) -> list[int]:
    """Pixels by which the content may have moved up, the best guess first; each to be checked.

    The true shift of a scrolled page is among them, but which is true, or whether any is, these few
    numbers cannot tell. Three milliseconds for a frame of 480 x 270.
    """
    costs = _costs(*_signatures(before, after))
    longest = len(costs) // 2
    found: list[int] = []
    while len(found) < 3 * candidates and costs.min() < UNLIKELY:
        place = int(costs.argmin())
        costs[max(0, place - 2) : place + 3] = UNLIKELY
        found += [2 * (place - longest) + part for part in (0, 1, -1)]
    return [shift for shift in found if shift]


def moved_up(frame: Frame, shift_px: int) -> Frame:
    """The frame with its content moved up; where nothing is known it is one flat gray."""
    moved = np.full_like(frame, 128)
    height = frame.shape[0]
    source = frame[max(0, shift_px) : height + min(0, shift_px)]
    moved[max(0, -shift_px) : height - max(0, shift_px)] = source
    return moved


def _signatures(before: Frame, after: Frame) -> tuple[Rows, Rows]:
    """(height / 2, COLUMNS) each: what rows have on them, beside the page's colour.

    What stands still at the edges (a header, a list of files) is left out; not what stands still
    within, which may be the inside of a figure that has moved. The colour is that of the whole
    page: figures may fill most of a column.
    """
    size = (COLUMNS, max(1, before.shape[0] // 2))
    old, new = (cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in (before, after))
    still = cv2.absdiff(old, new) <= STANDING_LEVELS
    standing = _edges(still, axis=1)[:, None] | _edges(still, axis=0)[None, :]
    moving = np.concatenate([old[~standing], new[~standing]])
    paper = float(np.bincount(moving).argmax()) if moving.size else 0.0
    rows = [np.where(standing, 0, f - paper).astype(np.float32) for f in (old, new)]
    return rows[0], rows[1]


def _edges(still: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """The rows (axis 1) or columns that are still up to the first that is not, from either side."""
    whole = np.logical_and.reduce(still, axis=axis)
    forwards = np.logical_and.accumulate(whole)
    backwards = np.logical_and.accumulate(whole[::-1])[::-1]
    return np.asarray(forwards | backwards, np.bool_)


def _costs(before: Rows, after: Rows) -> NDArray[np.float64]:
    """For each shift, from the longest down to the longest up: the share left unexplained."""
    height = before.shape[0]
    longest = int(height * LONGEST_SHIFT)
    old_ink, new_ink = np.abs(before).mean(axis=1), np.abs(after).mean(axis=1)
    costs = np.full(2 * longest + 1, UNLIKELY)
    for shift in range(-longest, longest + 1):
        old = slice(max(0, shift), height + min(0, shift))
        new = slice(max(0, -shift), height - max(0, shift))
        ink = old_ink[old] + new_ink[new]
        rows = ink > DRAWN_LEVELS
        if int(np.count_nonzero(rows)) < ENOUGH_ROWS:
            continue
        difference = cv2.absdiff(before[old], after[new])
        left = float(cv2.reduce(difference, 1, cv2.REDUCE_AVG)[rows, 0].sum())
        costs[shift + longest] = 2 * left / float(ink[rows].sum())
    return costs
