"""How much of a slide is still there in a later picture, in its place or scrolled."""

from dataclasses import dataclass

import numpy as np

from transcode.slides.cells import CELL_PX, Drawn, Frame, Grid, Mask, drawn, unchanged
from transcode.slides.scrolling import likely_shifts, moved_up

WORTH_SHARE = 0.2  # of the loss in place: a shift that explains less of it is not worth a thought
FOUND_SHARE = 0.55  # of what moved and should be in view; a header hides some, chance finds 0.3
MOVED_PATTERN = 0.85  # correlation; scrolled text reaches 0.94, lines that only align 0.65

PAGE_SHARE = 0.45  # of the frame that a scrolled page takes, at least; else it may be a film
FLAT_DEVIATION, FLAT_SHARE = 2.0, 0.2  # a page has margins; a film that pans has none
SCROLLED_CELLS = 0.6  # of the cells that moved, found where the shift says


@dataclass(frozen=True, slots=True)
class Likeness:
    """What became of the drawn part of a slide."""

    lost: float  # the share of what was drawn that is gone
    shift_px: int  # by which the content moved up; 0 when it stayed in place


def in_place(ink: Grid, same: Mask) -> Likeness:
    """What is lost when the slide has not moved."""
    return Likeness(float((ink * ~same).sum() / ink.sum()), 0)


def scrolled(old: Frame, ink: Grid, new: Drawn, same: Mask, alive: Mask) -> Likeness:
    """What is lost when the content has moved up or down and the rest stayed in place.

    Of all likely shifts the one that keeps most; none, if none keeps much more than none.
    """
    best = in_place(ink, same)
    worth = best.lost * (1 - WORTH_SHARE)
    picture = new.pixels.astype(np.uint8)
    for shift in likely_shifts(old, picture):
        lost = _lost_when_moved(old, shift, ink, new, same, alive)
        if lost < min(best.lost, worth):
            best = Likeness(lost, shift)
    return best


def _lost_when_moved(
    old: Frame, shift: int, ink: Grid, new: Drawn, same: Mask, alive: Mask
) -> float:
    """The loss if all but what stands still was moved; all is lost if most of that is not found."""
    shape = (same.shape[0], same.shape[1])
    moved = drawn(moved_up(old, shift), shape)
    found = unchanged(moved, new, shape, pattern=MOVED_PATTERN)
    expected = moved.ink * ~(_moved_cells(same, shift) | (same & (new.ink > 0)) | alive)
    if (expected * found).sum() < FOUND_SHARE * expected.sum():
        return 1.0
    kept = (ink * same).sum() + (moved.ink * (found & ~same & ~alive)).sum()
    return max(0.0, 1 - float(kept / ink.sum()))


def _moved_cells(cells: Mask, shift_px: int) -> Mask:
    """Where the contents of `cells` may have come to lie; also all of which nothing is known."""
    moved = np.zeros_like(cells)
    rows = cells.shape[0]
    for shift in {shift_px // CELL_PX, -(-shift_px // CELL_PX)}:
        for row in range(rows):
            source = row + shift
            moved[row] |= cells[source] if 0 <= source < rows else True
    return moved


def is_scrolling(before: Frame, after: Frame, moving: Mask) -> bool:
    """Whether most of what moves has moved up or down as one, as a page does and no film."""
    shape = (moving.shape[0], moving.shape[1])
    new = drawn(after, shape)
    cells = moving & (new.ink > 0)
    rows, columns = np.nonzero(cells)
    if (new.deviation < FLAT_DEVIATION).mean() < FLAT_SHARE:
        return False
    if not len(rows) or np.ptp(rows) * np.ptp(columns) < PAGE_SHARE * cells.size:
        return False
    for shift in likely_shifts(before, after, candidates=1):
        moved = drawn(moved_up(before, shift), shape)
        found = unchanged(moved, new, shape, pattern=MOVED_PATTERN)
        if found[cells].mean() >= SCROLLED_CELLS:
            return True
    return False
