"""What a recording shows, span by span: a screen or a camera's picture, and how much of it moves.

A screen has one colour that most of it has (its paper), and most of it does not change by a single
level for seconds; a camera has neither, and the person before it is never quite still. A film that
fills the screen counts as a camera: it wants the same treatment. No part of it decides anything
about rungs; that is the ladder's.
"""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from transcode.slides.cells import Frame, change, grid_shape, soften
from transcode.slides.findings import Kind, KindSpan, Movement
from transcode.slides.snapshot import State, pack, unpack

SPAN_S = 6.0  # as long as a segment
FROZEN_LEVELS = 0.2  # mean change of a cell, from frame to frame: not one pixel has changed
MOVED_LEVELS = 4.0
FROZEN_FRAMES = 0.75  # of a span's frames; a key frame or a fade may touch all cells
BUSY_FRAMES = 0.27  # of a span's frames; a cell that moves in more of them is busy
PAPER_LEVELS = 5  # neighbouring levels that are one colour
FROZEN_WEIGHT, BUSY_WEIGHT = 0.7, 1.0  # beside the paper's share
SCREEN_SCORE = 0.29  # cameras reach 0.25, slides with noise over all of them 0.31
MOTION_SHARE, MOTION_FRAMES = 0.12, 0.3  # so many cells move in so many of the frames
CALM_FRAMES = 0.8  # of the frames; the others may hold a change of slides
SOME_SHARE = 0.0008  # of the cells move, on average: a pointer, a teacher in the corner


class KindMeter:
    """Tells the kind of a recording from its frames, `rate` a second, in order from 0."""

    def __init__(self, width_px: int, height_px: int, rate: float) -> None:
        self.shape = grid_shape(width_px, height_px)
        self.rate = rate
        self.span_frames = max(1, round(SPAN_S * rate))
        self.before: Frame | None = None
        self.frames = 0  # taken altogether
        self.moves: NDArray[np.int32] = np.zeros(self.shape, np.int32)  # of each cell, this span
        self.frozen: NDArray[np.int32] = np.zeros(self.shape, np.int32)
        self.papers: list[float] = []  # of each frame of this span
        self.shares: list[float] = []  # of cells that moved, of each frame of this span
        self.closed: list[tuple[float, float]] = []  # of each span: its score, its movement

    def take(self, frame: Frame, number: int) -> None:
        """Look at frame `number`: uint8, (height, width), gray."""
        current = soften(frame, self.shape)
        self.papers.append(_paper_share(current))
        if self.before is not None:
            levels = change(self.before, current, self.shape)
            moved = levels > MOVED_LEVELS
            self.moves += moved
            self.frozen += levels < FROZEN_LEVELS
            self.shares.append(float(moved.mean()))
        self.before = current
        self.frames = number + 1
        if self.frames % self.span_frames == 0:
            self._close()

    def spans(self) -> tuple[KindSpan, ...]:
        """What every span shows, in order; the last may be shorter."""
        facts = [*self.closed]
        if self.papers:
            facts.append(self._facts())
        return tuple(self._span(number, *fact) for number, fact in enumerate(facts))

    def head(self) -> KindSpan | None:
        """What all that was taken so far shows together; None before the first frame."""
        spans = self.spans()
        if not spans:
            return None
        score = float(np.median([score for score, _ in self.closed] or [self._facts()[0]]))
        kind = Kind.SCREEN if score >= SCREEN_SCORE else Kind.CAMERA
        liveliest = max((span.movement for span in spans), key=list(Movement).index)
        return KindSpan(0.0, self.frames / self.rate, kind, liveliest)

    def state(self) -> State:
        """Everything it knows, as arrays."""
        none = np.zeros(0, np.uint8)
        return {
            "before": none if self.before is None else self.before,
            "frames": np.array(self.frames),
            "moves": self.moves,
            "frozen": self.frozen,
            "papers": np.array(self.papers, np.float64),
            "shares": np.array(self.shares, np.float64),
            "closed": np.array(self.closed, np.float64).reshape(-1, 2),
        }

    def go_on_from(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over the state of a meter for frames of the same size."""
        self.before = state["before"] if state["before"].size else None
        self.frames = int(state["frames"])
        self.moves, self.frozen = state["moves"], state["frozen"]
        self.papers, self.shares = state["papers"].tolist(), state["shares"].tolist()
        self.closed = [(float(score), float(moved)) for score, moved in state["closed"]]

    def snapshot(self) -> bytes:
        """The whole state as bytes, for `restore`."""
        return pack(self.state())

    def restore(self, data: bytes) -> None:
        """Go on where the meter stood that made `data`, for frames of the same size."""
        self.go_on_from(unpack(data))

    def _close(self) -> None:
        self.closed.append(self._facts())
        self.moves, self.frozen = np.zeros_like(self.moves), np.zeros_like(self.frozen)
        self.papers, self.shares = [], []

    def _facts(self) -> tuple[float, float]:
        """Score and movement (as an index) of the span that is open."""
        frames = max(1, len(self.shares))
        frozen = float((self.frozen >= FROZEN_FRAMES * frames).mean())
        busy = float((self.moves > BUSY_FRAMES * frames).mean())
        score = float(np.median(self.papers)) + FROZEN_WEIGHT * frozen - BUSY_WEIGHT * busy
        return score, float(list(Movement).index(_movement(self.shares)))

    def _span(self, number: int, score: float, movement: float) -> KindSpan:
        begin = number * self.span_frames
        return KindSpan(
            begin / self.rate,
            min(self.frames, begin + self.span_frames) / self.rate,
            Kind.SCREEN if score >= SCREEN_SCORE else Kind.CAMERA,
            list(Movement)[int(movement)],
        )


def _movement(shares: list[float]) -> Movement:
    """How much moves, from the share of moving cells in each frame of a span."""
    if not shares:
        return Movement.STILL
    moving = np.array(shares)
    if (moving > MOTION_SHARE).mean() >= MOTION_FRAMES:
        return Movement.MOTION
    calm = np.sort(moving)[: max(1, round(CALM_FRAMES * len(moving)))]  # slides may change once
    return Movement.SOME if calm.mean() > SOME_SHARE else Movement.STILL


def _paper_share(frame: Frame) -> float:
    """The share of pixels that have the commonest colour of the frame."""
    counts = np.asarray(cv2.calcHist([frame], [0], None, [256], [0, 256]), np.float32).ravel()
    near = np.convolve(counts, np.ones(PAPER_LEVELS))
    return float(near.max() / frame.size)
