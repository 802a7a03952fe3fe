"""Slows guessing down: per key, some free failures, then a growing wait. In memory.

The wait is short at its longest, and only failures are counted: whoever hammers a pupil's login
name can make that pupil wait for seconds, never lock them out (A01).
"""

from collections import OrderedDict
from dataclasses import dataclass, replace

MAX_KEYS = 10_000  # the longest untouched are forgotten beyond this


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures are free, and how long one waits after more."""

    free: int
    longest_wait_s: float
    forget_after_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Failures:
    """What is known about one key; times are on one monotonic clock."""

    count: int
    last_s: float


def wait_s(patience: Patience, failures: Failures | None, now_s: float) -> float:
    """Return how many seconds the next try has to wait: 1, 2, 4 … after the free failures."""
    if failures is None or now_s - failures.last_s >= patience.forget_after_s:
        return 0.0
    beyond = failures.count - patience.free
    if beyond < 0:
        return 0.0
    pause_s = min(patience.longest_wait_s, 2.0 ** min(beyond, 30))
    return max(0.0, failures.last_s + pause_s - now_s)


class Throttle:
    """Failures by key, with one patience for all of them."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._failures: OrderedDict[str, Failures] = OrderedDict()

    def wait_s(self, key: str, now_s: float) -> float:
        """Return how many seconds the key has to wait before its next try."""
        return wait_s(self._patience, self._failures.get(key), now_s)

    def failed(self, key: str, now_s: float) -> None:
        """Count a failure."""
        known = self._failures.pop(key, None)
        if known is None or now_s - known.last_s >= self._patience.forget_after_s:
            known = Failures(0, now_s)
        self._failures[key] = replace(known, count=known.count + 1, last_s=now_s)
        while len(self._failures) > MAX_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the key's failures."""
        self._failures.pop(key, None)

    def take_back(self, key: str) -> None:
        """Uncount one failure: the try turned out right."""
        known = self._failures.get(key)
        if known is not None:
            self._failures[key] = replace(known, count=max(0, known.count - 1))
