"""Where slides change, found frame by frame in a small gray picture of the lecture.

The detector keeps the picture of the slide that is shown (the anchor), and looks at each frame that
rests. What is drawn on a slide may grow (a build-up, typing), move a little (scrolling) and be
covered in part (a pointer, a camera, a video): it stays the same slide while more than half of what
was drawn is still there. The whole state is a few arrays, so that it can be saved and gone on with.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transcode.slides.cells import (
    CELL_PX,
    Drawn,
    Frame,
    Grid,
    Mask,
    change,
    drawn,
    grid_shape,
    soften,
    unchanged,
)
from transcode.slides.comparison import in_place, is_scrolling, scrolled
from transcode.slides.findings import Slide
from transcode.slides.liveness import Liveness
from transcode.slides.recent import KEPT_FRAMES, RecentFrames
from transcode.slides.snapshot import State, pack, unpack

STILL_LEVELS, NOISIEST_LEVELS = 4.5, 7.0  # mean change of a cell that moved, without and with noise
NOISE_RISE, NOISE_FALL = 0.3, 0.03  # of the way to the last change: nearly the largest lately
NOISE_STEP = 1.5  # levels towards which it rises at most at once, so that a cut is not noise
NOISE_FACTOR = 1.3  # times the largest lately is more than noise
RESTLESS_SHARE = 0.03  # of all cells; a pointer moves in one of a hundred
RESTLESS_INK = 0.25  # of the cells that are drawn on
REST_FRAMES = 2  # frames like the one before, until a picture counts as settled
SCROLL_SHARE = 0.06  # of all cells must move before it may be a scroll
LOST_SHARE = 0.28  # of what was drawn, gone: another slide
TEMPLATE_WEIGHT = 0.25  # of what the slide has in common with the one before it
TYPED_SHARE = 0.15  # of what was drawn, changed: look whether it was scrolled
SCROLLED_AWAY = 0.5  # of what was drawn, gone by scrolling
RECOLOURED_SHARE = 0.5  # of all cells: another slide even if nothing was drawn
TYPED_SHIFT = 0.06  # of the height: the editor scrolled by a line, the file is the same
FEWEST_INK_CELLS = 10  # with less on it, a picture is blank
KNOWN_INK_SHARE = 0.1  # of what was drawn: enough of it to know the slide by
FILM_SHARE = 0.4  # of all cells alive: a film, not a slide
WHOLE_FILM_SHARE = 0.7  # nothing beside it tells anything
LARGE_FILM_SHARE = 0.12  # of all cells alive: a film on a slide, more than a camera in its corner
FEW_CELLS = 6  # a pointer
COMPLETE = 0.9  # of the most that was drawn on a slide


class Fate(Enum):
    """What became of the slide that was shown."""

    GROWN = auto()  # it is there, with more on it or a little changed
    SCROLLED = auto()  # most of it is there, at another height
    GONE = auto()


@dataclass(slots=True)
class Shown:
    """A slide as it is followed; counted in frames."""

    start: int
    settled: int
    most_ink: float = 0.0
    most_cells: int = 0
    is_full: bool = True  # what is shown now is the fullest picture of it so far


class SlideDetector:
    """Finds the slides of a lecture from its frames, `rate` a second, in order from 0."""

    def __init__(self, width_px: int, height_px: int, rate: float) -> None:
        self.shape = grid_shape(width_px, height_px)
        self.rate = rate
        self.slides: list[Shown] = []
        self.liveness = Liveness(self.shape)
        self.recent = RecentFrames(self.shape)
        self.noise: Grid = np.zeros(
            self.shape, np.float32
        )  # nearly the largest change of each cell lately
        self.left = False  # the picture has moved since the last look
        self.cut_away: int | None = None  # the frame at which it did, if that was a cut
        self.resting = 0  # frames for which the picture has been at rest
        self.anchor: Frame | None = None  # the slide, with all that came onto it
        self.seen: Frame | None = None  # what was looked at last
        self.anchor_alive: Mask = np.zeros(self.shape, np.bool_)  # what of it is no slide
        self.template: Mask = np.zeros(self.shape, np.bool_)  # what all slides have: header, logo

    def take(self, frame: Frame, number: int) -> None:
        """Look at frame `number`: uint8, (height, width), gray."""
        current = soften(frame, self.shape)
        before = self.recent.last
        self.recent.add(current, number)
        if before is None:
            return
        levels = change(before, current, self.shape)
        moving = levels > self._noise_levels()
        self.noise += _towards(self.noise, levels)
        alive = self._follow_life(before, current, moving, number)
        restless = self._is_restless(moving & ~alive)
        self.resting = 0 if restless else self.resting + 1
        if restless and not self.left:
            self.left = True
            self.cut_away = number if self.recent.cut_at(number) else None
        if self.resting >= REST_FRAMES:
            self._look(current, number, alive)
            self.left, self.cut_away = False, None

    def finish(self, end_s: float) -> tuple[Slide, ...]:
        """All slides of a lecture that ends at `end_s`, in order; blank ones are left out."""
        return self._found(self.slides, end_s)

    def gone(self) -> tuple[Slide, ...]:
        """Those of them that another has followed: they stay as they are."""
        return self._found(self.slides[:-1], math.inf)

    def _found(self, slides: Sequence[Shown], end_s: float) -> tuple[Slide, ...]:
        return tuple(
            Slide(min(shown.start / self.rate, end_s), min(shown.settled / self.rate, end_s))
            for shown in slides
            if shown.most_cells >= FEWEST_INK_CELLS
        )

    def state(self) -> State:
        """Everything it knows, as arrays."""
        slides = [(s.start, s.settled, s.most_ink, s.most_cells, s.is_full) for s in self.slides]
        none = np.zeros(0, np.uint8)
        return {
            "slides": np.array(slides, np.float64).reshape(-1, 5),
            "counters": np.array(
                [self.resting, self.left, -1 if self.cut_away is None else self.cut_away]
            ),
            "anchor": none if self.anchor is None else self.anchor,
            "seen": none if self.seen is None else self.seen,
            "anchor_alive": self.anchor_alive,
            "template": self.template,
            "noise": self.noise,
            "moved": self.liveness.moved,
            "alive": self.liveness.alive,
            "still_for": self.liveness.still_for,
            "frames": self.recent.frames,
            "numbers": self.recent.numbers,
        }

    def go_on_from(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over the state of a detector for frames of the same size."""
        self.slides = [
            Shown(int(start), int(settled), float(ink), int(cells), bool(full))
            for start, settled, ink, cells, full in state["slides"]
        ]
        resting, left, cut_away = (int(number) for number in state["counters"])
        self.resting, self.left = resting, bool(left)
        self.cut_away = None if cut_away < 0 else cut_away
        self.anchor = state["anchor"] if state["anchor"].size else None
        self.seen = state["seen"] if state["seen"].size else None
        self.anchor_alive = state["anchor_alive"]
        self.template = state["template"]
        self.noise = state["noise"]
        self.liveness.moved = state["moved"]
        self.liveness.alive = state["alive"]
        self.liveness.still_for = state["still_for"]
        self.recent.frames = state["frames"]
        self.recent.numbers = state["numbers"]

    def snapshot(self) -> bytes:
        """The whole state as bytes, for `restore`."""
        return pack(self.state())

    def restore(self, data: bytes) -> None:
        """Go on where the detector stood that made `data`, for frames of the same size."""
        self.go_on_from(unpack(data))

    def _noise_levels(self) -> Grid:
        """Up to which change a cell counts as still: noise is strongest where letters are."""
        levels: Grid = np.clip(NOISE_FACTOR * self.noise, STILL_LEVELS, NOISIEST_LEVELS)
        return levels

    def _follow_life(self, before: Frame, current: Frame, moving: Mask, number: int) -> Mask:
        alive = self.liveness.alive
        new = moving & ~alive
        if new.mean() > SCROLL_SHARE and is_scrolling(before, current, new):
            moving = moving & alive  # a page that is scrolled is no film
        return self.liveness.take(moving, number)

    def _is_restless(self, moving: Mask) -> bool:
        cells = int(moving.sum())
        if cells > RESTLESS_SHARE * moving.size:
            return True
        most = self.slides[-1].most_cells if self.slides else 0
        return cells > max(FEWEST_INK_CELLS / 2, RESTLESS_INK * most) if most else False

    def _look(self, current: Frame, number: int, alive: Mask) -> None:
        """Compare a picture that rests with the slide that is shown."""
        if self.anchor is None:
            self._begin(current, self.recent.first_like(current), number, alive)
            return
        if self._is_as_before(current, alive):
            if self.slides[-1].is_full:
                self.slides[-1].settled = number - 1
            return
        self.seen = current.copy()
        new = drawn(current, self.shape)
        start = self._start_of_new(current, new, number, alive)
        if start is not None:
            self._begin(current, start, number, alive)
        else:
            self._note_ink(new, number, alive)

    def _is_as_before(self, current: Frame, alive: Mask) -> bool:
        """Whether nothing at all has happened: the usual case, and a cheap one."""
        if self.seen is None:
            return False
        differing = change(self.seen, current, self.shape) > self._noise_levels()
        awake = self.anchor_alive & ~alive
        nothing = int((differing & ~alive).sum()) <= FEW_CELLS and int(awake.sum()) <= FEW_CELLS
        if nothing:
            self.anchor_alive = alive.copy()
        return nothing

    def _start_of_new(self, current: Frame, new: Drawn, number: int, alive: Mask) -> int | None:
        """The frame at which another slide appeared; None if it is the same, which is noted."""
        assert self.anchor is not None  # noqa: S101 - set by the first look
        old = drawn(self.anchor, self.shape)
        same = unchanged(old, new, self.shape)
        weight = np.where(self.template, np.float32(TEMPLATE_WEIGHT), np.float32(1))
        ink = np.where(self.anchor_alive, np.float32(0), old.ink * weight)
        known = np.where(alive, np.float32(0), ink)
        film = float(self.anchor_alive.mean())
        if film > FILM_SHARE and (film > WHOLE_FILM_SHARE or _cells(ink) < FEWEST_INK_CELLS):
            return self._after_film(current, number, alive)
        if _cells(ink) < FEWEST_INK_CELLS:
            fate = Fate.GONE if (~same & ~alive).mean() > RECOLOURED_SHARE else Fate.GROWN
        elif _cells(known) < FEWEST_INK_CELLS or known.sum() < KNOWN_INK_SHARE * ink.sum():
            if known.any() and in_place(known, same).lost < LOST_SHARE:  # a title beside it
                self.anchor_alive = alive.copy()
                return None
            return self._behind_film(alive)
        else:
            fate = self._fate(known, new, same, alive)
            if fate is Fate.GROWN and self._film_was_cut(known, same, number, alive):
                fate = Fate.GONE
        if fate is Fate.GONE:
            self.template = same & ~alive
            cells = ~same & ~alive
            return self.recent.first_nearer(current, self.anchor, cells if cells.any() else ~same)
        if fate is Fate.GROWN:
            self._take_over(current, alive)
        return None

    def _fate(self, ink: Grid, new: Drawn, same: Mask, alive: Mask) -> Fate:
        """What became of the slide, judged by the `ink` on it that can be seen."""
        assert self.anchor is not None  # noqa: S101 - set by the first look
        likeness = in_place(ink, same)
        if likeness.lost > TYPED_SHARE:
            likeness = scrolled(self.anchor, ink, new, same, alive)
        if not likeness.shift_px:
            return Fate.GONE if likeness.lost > LOST_SHARE else Fate.GROWN
        if likeness.lost > SCROLLED_AWAY:
            return Fate.GONE
        by_a_line = abs(likeness.shift_px) <= TYPED_SHIFT * self.anchor.shape[0]
        return Fate.GROWN if by_a_line else Fate.SCROLLED

    def _film_was_cut(self, ink: Grid, same: Mask, number: int, alive: Mask) -> bool:
        """Whether a film and what is drawn beside it changed together: all of it is replaced."""
        if alive.mean() < LARGE_FILM_SHARE:
            return False
        beside = ink.copy()  # a film is a rectangle, and comes to life in parts
        rows, columns = np.nonzero(alive)
        beside[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = 0
        if not beside.any() or in_place(beside, same).lost < TYPED_SHARE:
            return False
        return self.recent.last_cut(number - REST_FRAMES - 1, alive) is not None

    def _behind_film(self, alive: Mask) -> int | None:
        """All that was drawn moves now: another picture, a film, if that began with a cut."""
        if self.cut_away is not None:
            return self.cut_away
        self.anchor_alive = alive.copy()
        return None

    def _after_film(self, current: Frame, number: int, alive: Mask) -> int | None:
        """A film goes on, or is paused (the same slide), or was replaced by another picture."""
        if alive.mean() > FILM_SHARE:
            return None
        cut = self.recent.last_cut(number - KEPT_FRAMES // 2)
        if cut is None:
            self._take_over(current, alive)
        return cut

    def _take_over(self, current: Frame, alive: Mask) -> None:
        """The slide is as it is now; behind what lives, it is as it was."""
        assert self.anchor is not None  # noqa: S101 - set by the first look
        living = np.kron(alive, np.ones((CELL_PX, CELL_PX), np.bool_))
        self.anchor = np.where(living, self.anchor, current)
        self.anchor_alive = alive.copy()

    def _begin(self, current: Frame, start: int, number: int, alive: Mask) -> None:
        self.slides.append(Shown(start, number - 1))
        self.anchor = current.copy()
        self.anchor_alive = alive.copy()
        self._note_ink(drawn(current, self.shape), number, alive)

    def _note_ink(self, new: Drawn, number: int, alive: Mask) -> None:
        """Remember the fullest picture of the slide: it is the one to show."""
        shown = self.slides[-1]
        ink = np.where(alive, np.float32(0), new.ink)
        shown.most_cells = max(shown.most_cells, _cells(new.ink))
        shown.is_full = bool(ink.sum() >= COMPLETE * shown.most_ink)
        if shown.is_full:
            shown.settled = number - 1
            shown.most_ink = max(shown.most_ink, float(ink.sum()))


def _cells(ink: Grid) -> int:
    return int((ink > 0).sum())


def _towards(noise: Grid, levels: Grid) -> Grid:
    """How the noise of each cell changes with the last change of it."""
    rise = NOISE_RISE * np.minimum(levels - noise, NOISE_STEP)
    return np.where(levels > noise, rise, NOISE_FALL * (levels - noise))
