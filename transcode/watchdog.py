"""Tell from what ffmpeg reports and reads whether it gets on. Pure: time comes in.

Reports alone do not tell: the first comes when every output has its first packet, which took more
than half a minute of a lecture of 1080 lines on a machine with much else to do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

STALL_S = 30.0
CAP_BASE_S, CAP_PER_MEDIA_S = 600.0, 20.0  # the slowest machine that is of use needs a tenth of it
LOOK_EVERY_S = 0.5
# Of a report, what only changes when something was done; its speed and its bit rates change always.
_SIGNS_OF_LIFE = ("frame", "out_time_us", "total_size", "dup_frames", "drop_frames")


@dataclass(slots=True)
class Watchdog:
    """Counts the seconds in which nothing was done.

    A look that comes late counts like one in time: when this process was stopped itself, or the
    machine slept, ffmpeg did too. While `is_waiting` says that the input has no more bytes for now,
    nothing is counted.
    """

    stall_s: float | None = STALL_S  # None: for ever
    is_waiting: Callable[[], bool] = lambda: False
    quiet_s: float = field(default=0.0, init=False)
    _read_bytes: int = field(default=0, init=False)
    _reported: dict[str, str] = field(default_factory=dict, init=False)

    def hear(self, line: str) -> None:
        """Take in a line of `-progress`."""
        key, _, value = line.partition("=")
        if key in _SIGNS_OF_LIFE and self._reported.get(key) != value:
            self._reported[key] = value
            self.quiet_s = 0.0

    def look(self, passed_s: float, read_bytes: int = 0) -> bool:
        """Whether ffmpeg has stalled, `passed_s` seconds after the last look.

        `read_bytes` is what it has read so far: who asks for the next packet has done the last.
        """
        if read_bytes != self._read_bytes:
            self._read_bytes = read_bytes
            self.quiet_s = 0.0
        elif not self.is_waiting():
            self.quiet_s += min(passed_s, 2 * LOOK_EVERY_S)
        return self.stall_s is not None and self.quiet_s >= self.stall_s

    @property
    def media_s(self) -> float:
        """How far ffmpeg had come when it last did something, in media time."""
        text = self._reported.get("out_time_us", "")
        return int(text) / 1e6 if text.isdecimal() else 0.0


def encode_cap_s(media_s: float | None) -> float | None:
    """How long a run that encodes so much may take at most, whatever it reports; None while nobody
    knows how long the recording will be: then it may last as long as that arrives."""
    return None if media_s is None else CAP_BASE_S + CAP_PER_MEDIA_S * media_s
