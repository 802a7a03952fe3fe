"""Tell a screen from a camera, and how much moves, from small gray pictures, a few each second.

A screen is drawn: large parts of it have one exact brightness (the paper of a slide, the ground of
an editor), and most of it does not change at all for seconds. A camera's picture has noise and
shading: no brightness covers much of it, and around what moves nothing is ever quite at rest. A
film that fills the screen counts as a camera: it wants the same treatment. Drawn figures before a
camera have both, paper and unrest; then the name of the track decides.

It is asked twice, with the same limits: about some places of a complete recording before its encode
is planned, and about every span of 6 s while it runs, in the process that looks for slides. NumPy
alone, because the first is in the server's own process.

The limits lie between what was measured, of spans. Paper: 0.42 and more of slides and code, 0.09 to
0.23 of slides on a ramp of colours, at most 0.16 of a camera, 0.54 of the drawn one. Frozen: 0.90
and more of slides with a camera in a corner, 0 to 0.50 of cameras and films. Beside slides with
paper the drawn camera alone has more than 0.11 of cells that neither rest nor move (0.18) together
with more than 0.04 that move often (0.07). Cells that move: none of slides, up to 0.004 for
pointers, typing and small animations, 0.006 for a small camera in the corner, 0.1 at most of a
camera, 0.3 and more of films and scrolled text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transcode.picture_content import Motion, PictureContent, PictureKind, content_of
from transcode.slides.findings import PictureSpan
from transcode.slides.snapshot import State, pack, unpack

GreyPicture = NDArray[np.uint8]  # (height, width)
Cells = NDArray[np.float32]  # (rows, columns), mean brightness

SPAN_S = 6.0  # as long as a segment
CELL_PX = 8  # of a picture about 480 wide: a word, a part of a face
BLACK_LEVELS = 24  # video's black is 16
LEVELS_ALIKE = 1  # to each side: what coding makes of one brightness
MOVED_LEVELS, FROZEN_LEVELS = 4.0, 0.2  # of a cell's mean: more than noise and coding; nothing
FROZEN_FRAMES, BUSY_FRAMES = 0.75, 0.27  # of a span: a key frame or a fade may touch all cells
PAPER_SHARE = 0.3  # of the picture, in one brightness
FROZEN_SHARE = 0.75  # of the cells of a screen without paper
RESTLESS_SHARE, BUSY_SHARE = 0.13, 0.045  # of the cells of a camera's picture with paper
STILL_SHARE, MUCH_SHARE = 0.005, 0.12  # of all cells, that move from picture to picture


@dataclass(frozen=True, slots=True)
class SpanFacts:
    """What was measured of a few seconds; all shares of the picture or of its cells."""

    paper: float  # in the most frequent brightness, or nearly
    frozen: float  # does not change
    busy: float  # moves often
    moving: float  # moves from one picture to the next

    def content(self, expected: PictureKind) -> PictureContent:
        """What it shows; `expected` where the picture does not tell."""
        motion = _motion(self.moving)
        return PictureContent(self._kind(expected, motion), motion)

    def _kind(self, expected: PictureKind, motion: Motion) -> PictureKind:
        if motion is Motion.STILL:
            return PictureKind.SCREEN  # a photograph that is shown, too
        if self.paper < PAPER_SHARE:
            return PictureKind.SCREEN if self.frozen >= FROZEN_SHARE else PictureKind.CAMERA
        restless = 1 - self.frozen - self.busy
        return (
            expected
            if restless > RESTLESS_SHARE and self.busy > BUSY_SHARE
            else (PictureKind.SCREEN)
        )


class PictureMeter:
    """Tells what a recording shows from its pictures, `rate` a second, in order from 0."""

    def __init__(self, width_px: int, height_px: int, rate: float, expected: PictureKind) -> None:
        shape = max(1, height_px // CELL_PX), max(1, width_px // CELL_PX)
        self.rate = rate
        self.expected = expected
        self.span_frames = max(1, round(SPAN_S * rate))
        self.frames = 0  # taken altogether
        self.before: Cells = np.zeros(0, np.float32)  # nothing before the first
        self.moves: NDArray[np.int32] = np.zeros(shape, np.int32)  # of each cell, in this span
        self.rests: NDArray[np.int32] = np.zeros(shape, np.int32)
        self.is_lit: NDArray[np.bool_] = np.zeros(shape, np.bool_)  # once, in this span
        self.papers: list[float] = []  # of each picture of this span
        self.moving: list[float] = []  # the share of cells, of each picture of this span
        self.closed: list[SpanFacts] = []

    def take(self, picture: GreyPicture, number: int) -> None:
        """Look at picture `number`: uint8, (height, width), gray."""
        cells = _cells(picture, self.moves.shape)
        self.papers.append(_largest_plain_share(_without_bars(picture)))
        self.is_lit |= cells > BLACK_LEVELS
        if self.before.size:
            levels = np.abs(cells - self.before)
            moved = levels > MOVED_LEVELS
            self.moves += moved
            self.rests += levels < FROZEN_LEVELS
            self.moving.append(float(moved.mean()))
        self.before = cells
        self.frames = number + 1
        if self.frames % self.span_frames == 0:
            self._close()

    def spans(self) -> tuple[PictureSpan, ...]:
        """What every span shows, in order; the last may be shorter."""
        facts = [*self.closed, *([self._facts()] if self.papers else [])]
        return tuple(self._span(number, each) for number, each in enumerate(facts))

    def whole(self) -> PictureSpan | None:
        """What all that was taken so far shows together; None before the first picture."""
        facts = self.closed or ([self._facts()] if self.papers else [])
        content = content_of([each.content(self.expected) for each in facts])
        if content is None:
            return None
        return PictureSpan(0.0, self.frames / self.rate, content.kind, content.motion)

    def state(self) -> State:
        """Everything it knows, as arrays."""
        facts = [(each.paper, each.frozen, each.busy, each.moving) for each in self.closed]
        return {
            "frames": np.array(self.frames),
            "before": self.before,
            "moves": self.moves,
            "rests": self.rests,
            "is_lit": self.is_lit,
            "papers": np.array(self.papers, np.float64),
            "moving": np.array(self.moving, np.float64),
            "closed": np.array(facts, np.float64).reshape(-1, 4),
        }

    def go_on_from(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over the state of a meter for pictures of the same size."""
        self.frames = int(state["frames"])
        self.before, self.is_lit = state["before"], state["is_lit"]
        self.moves, self.rests = state["moves"], state["rests"]
        self.papers, self.moving = state["papers"].tolist(), state["moving"].tolist()
        self.closed = [SpanFacts(*facts) for facts in state["closed"].tolist()]

    def snapshot(self) -> bytes:
        """The whole state as bytes, for `restore`."""
        return pack(self.state())

    def restore(self, data: bytes) -> None:
        """Go on where the meter stood that made `data`, for pictures of the same size."""
        self.go_on_from(unpack(data))

    def _close(self) -> None:
        self.closed.append(self._facts())
        for counts in (self.moves, self.rests, self.is_lit):
            counts[:] = 0
        self.papers, self.moving = [], []

    def _facts(self) -> SpanFacts:
        """What was measured of the span that is open."""
        frames = max(1, len(self.moving))
        shown = _within_bars(self.is_lit)
        return SpanFacts(
            paper=median(self.papers),
            frozen=float((self.rests[shown] >= FROZEN_FRAMES * frames).mean()),
            busy=float((self.moves[shown] > BUSY_FRAMES * frames).mean()),
            moving=median(self.moving) if self.moving else 0.0,
        )

    def _span(self, number: int, facts: SpanFacts) -> PictureSpan:
        begin = number * self.span_frames
        end = min(self.frames, begin + self.span_frames)
        content = facts.content(self.expected)
        return PictureSpan(begin / self.rate, end / self.rate, content.kind, content.motion)


def _motion(moving_share: float) -> Motion:
    if moving_share >= MUCH_SHARE:
        return Motion.MUCH
    return Motion.SOME if moving_share >= STILL_SHARE else Motion.STILL


def analyse_pictures(
    pictures: Sequence[GreyPicture], rate: float, expected: PictureKind
) -> PictureContent | None:
    """What pictures of one place show, `rate` a second; None if there is not one."""
    if not pictures:
        return None
    height_px, width_px = pictures[0].shape
    meter = PictureMeter(width_px, height_px, rate, expected)
    for number, picture in enumerate(pictures):
        meter.take(picture, number)
    return content_of([PictureContent(span.kind, span.motion) for span in meter.spans()])


def _largest_plain_share(picture: GreyPicture) -> float:
    """The share of the pixels that have the most frequent brightness, or nearly."""
    counts = np.bincount(picture.ravel(), minlength=256)
    alike = np.convolve(counts, np.ones(2 * LEVELS_ALIKE + 1, np.int64), mode="same")
    return float(alike.max()) / picture.size


def _without_bars(picture: GreyPicture) -> GreyPicture:
    """The picture without rows and columns of black at its edges."""
    return picture[_within_bars(picture > BLACK_LEVELS)]


def _within_bars(is_lit: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns from the first to the last that is lit; all where none is."""
    rows, columns = np.flatnonzero(is_lit.any(axis=1)), np.flatnonzero(is_lit.any(axis=0))
    if not len(rows):
        return slice(None), slice(None)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _cells(picture: GreyPicture, shape: tuple[int, ...]) -> Cells:
    """The mean brightness of each cell; a rest at the picture's edge is not looked at."""
    high, wide = shape
    cell_high, cell_wide = (min(CELL_PX, length) for length in picture.shape)
    cut = picture[: high * cell_high, : wide * cell_wide]
    strips = cut.reshape(high, cell_high, -1).sum(axis=1, dtype=np.uint32)
    sums = strips.reshape(high, wide, cell_wide).sum(axis=2)
    return np.asarray(sums / (cell_high * cell_wide), np.float32)
