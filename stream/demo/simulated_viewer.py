"""A model of one student at home in front of a lecture, for the demo and for tests. Pure.

What a viewer does is drawn from a `Habit` and a seeded generator: the same seed watches the same
way. Batches are cut as the player cuts them: every 15 s of playing, and when the page is hidden.
The model claims nothing about real students. It has what the curves must show: people who leave
early, skip, pause to write, go back at a hard passage once or more, watch faster, wait for a poor
link, and come back another day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from stream.insight.seconds import Range, bits_to_ranges

BATCH_EVERY_S = 15.0  # of playing, in wall time
LOOK_BACK_S = (2.0, 5.0)  # how far before a passage's start people go back
Batch = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Habit:
    """A way of watching; probabilities are 0 to 1."""

    rate: float = 1.0  # playback speed
    goes_back: float = 0.4  # at a hard passage
    goes_back_again: float = 0.15  # after having gone back
    pauses: float = 0.2  # at a hard passage, to write
    stalls: float = 0.1  # per hard passage, on a poor link
    leaves_at: float = 1.0  # part of the lecture after which the page is closed
    returns: bool = False  # after leaving, to watch the rest
    skips_opening: bool = False


HABITS = (
    *[Habit()] * 5,
    *[Habit(goes_back=0.8, goes_back_again=0.4, pauses=0.5)] * 5,  # takes notes
    *[Habit(rate=1.5, goes_back=0.5)] * 3,
    *[Habit(rate=2.0, goes_back=0.35)] * 2,
    *[Habit(rate=1.25, goes_back=0.6, pauses=0.4)] * 2,
    *[Habit(stalls=0.8)] * 2,  # far from the mast
    *[Habit(leaves_at=0.6, goes_back=0.6, returns=True)] * 2,
    Habit(leaves_at=0.55),
    Habit(leaves_at=0.35),
    Habit(skips_opening=True, goes_back=0.5),
)  # 24: the last of a class of 25 has not opened the lecture yet


def plan_watching(
    rng: Random, duration_s: float, hard_passages_s: Sequence[Range], habit: Habit
) -> list[Batch]:
    """Return the batches one viewer's player sends, in order, ready for the event API.

    `hard_passages_s` are half-open, ordered and inside the lecture.
    """
    first = _Viewing(rng, duration_s, habit)
    leaves_s = duration_s * habit.leaves_at
    first.open(at_s=0.0)
    if habit.skips_opening:
        first.seek(duration_s * 0.08, "bar")
    first.watch(leaves_s, hard_passages_s)
    if not habit.returns:
        return first.batches
    second = _Viewing(rng, duration_s, habit)
    second.open(at_s=max(0.0, leaves_s - 2.0))
    second.watch(duration_s, hard_passages_s)
    return first.batches + second.batches


def hard_passages(duration_s: float) -> list[Range]:
    """Return three passages that the simulated class finds hard."""
    length = max(1, min(20, round(duration_s * 0.07)))
    starts = (round(duration_s * part) for part in (0.27, 0.52, 0.74))
    return [(start, start + length) for start in starts]


@dataclass(slots=True)
class _Viewing:
    """One page load: a player with a position, that notes what happens as the real one does."""

    rng: Random
    duration_s: float
    habit: Habit
    batches: list[Batch] = field(default_factory=list)
    _session: str = ""
    _position_s: float = 0.0
    _rate: float = 1.0
    _seq: int = 0
    _events: list[dict[str, Any]] = field(default_factory=list)
    _played: int = 0
    _since_batch_s: float = 0.0

    def open(self, at_s: float) -> None:
        """Open the page, and press play where it was left."""
        self._session = f"{self.rng.getrandbits(128):032x}"
        if at_s > 0:
            self.seek(at_s, "resume")
        self._note("play")
        if self.habit.rate != self._rate:
            self._note("speed", rate_before=self._rate, rate=self.habit.rate)
            self._rate = self.habit.rate

    def watch(self, until_s: float, hard_passages_s: Sequence[Range]) -> None:
        """Play on to `until_s`, then close the page; what is hard is watched in its own way."""
        for start, end in hard_passages_s:
            if self._position_s < end <= until_s:
                self._play_to(end + self.rng.uniform(0, 1))
                self._struggle(start, end)
        self._play_to(until_s)
        if self._position_s >= self.duration_s:
            self._note("ended")
        else:
            self._note("visibility", cause="hidden")
        self._send()

    def seek(self, target_s: float, cause: str) -> None:
        """Jump, as by a key or the seek bar."""
        self._note("seek", target_s=round(target_s, 3), cause=cause)
        self._position_s = target_s

    def _struggle(self, start: int, end: int) -> None:
        habit, rng = self.habit, self.rng
        if rng.random() < habit.stalls:
            self._note("stall", duration_ms=rng.randrange(800, 6000))
            self._note("quality", cause="auto", rung="still")
        if rng.random() < habit.pauses:
            self._note("pause")
            self._note("play")
        chance = habit.goes_back
        while rng.random() < chance:
            back_to_s = max(0.0, start - rng.uniform(*LOOK_BACK_S) + rng.uniform(0, 2))
            self.seek(back_to_s, rng.choice(("key", "button", "bar", "touch")))
            self._play_to(end + rng.uniform(-1, 2))
            chance = habit.goes_back_again

    def _play_to(self, end_s: float) -> None:
        """Play, and send a batch whenever 15 s of playing are full."""
        end_s = min(end_s, self.duration_s)
        while self._position_s < end_s:
            to_batch_s = (BATCH_EVERY_S - self._since_batch_s) * self._rate
            step_s = min(end_s - self._position_s, to_batch_s)
            self._count(self._position_s, self._position_s + step_s)
            self._position_s += step_s
            self._since_batch_s += step_s / self._rate
            if self._since_batch_s >= BATCH_EVERY_S - 1e-6:
                self._send()

    def _count(self, start_s: float, end_s: float) -> None:
        """Count the seconds whose middle was played."""
        first, last = int(start_s + 0.5), int(end_s + 0.5)
        self._played |= ((1 << (last - first)) - 1) << first

    def _note(self, kind: str, **facts: Any) -> None:
        self._seq += 1
        position_s = round(self._position_s, 3)
        self._events.append({"seq": self._seq, "kind": kind, "position_s": position_s, **facts})

    def _send(self) -> None:
        self._since_batch_s = 0.0
        if self._events or self._played:
            coverage = bits_to_ranges(self._played)
            self.batches.append(
                {"session": self._session, "events": self._events, "coverage": coverage}
            )
            self._events, self._played = [], 0
