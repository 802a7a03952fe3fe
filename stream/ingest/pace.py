"""How slowly a body may come (U25): pure arithmetic over the loop's clock.

An idle timeout alone is not enough: one byte every 29 s would hold a connection for years.
"""

from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits of one request's body."""

    window_s: float = 30.0
    # In each window. Far below anything that is worth sending: a 64 kbit/s link brings 240 kB,
    # and a live recording of silence about 30 kB.
    least_bytes: int = 1024


PATIENCE = web.AppKey("patience", Patience)


class Pace:
    """Watches one body."""

    def __init__(self, patience: Patience, now_s: float) -> None:
        self._patience = patience
        self._window_start_s = now_s
        self._window_bytes = 0

    def is_too_slow(self, received_bytes: int, now_s: float) -> bool:
        """Count what has just come (0: nothing); tell whether a whole window brought too little."""
        self._window_bytes += received_bytes
        if now_s - self._window_start_s < self._patience.window_s:
            return False
        brought_enough = self._window_bytes >= self._patience.least_bytes
        self._window_start_s, self._window_bytes = now_s, 0
        return not brought_enough
