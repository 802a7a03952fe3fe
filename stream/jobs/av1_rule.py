"""Whether a lecture gets an AV1 set, from how fast this machine has just made its package. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from stream.jobs.eta import Measured, expected_work_s

# Two rooms that record eight hours a day are 16 hours of lectures: made in one and a half times
# their length, both sets of all of them are done by the next morning.
MOST_WORK = 1.5  # seconds of work, both sets together, for a second of lecture
# Seconds of work for each second that the package took, where no set was made here yet. Measured:
# 92 CPU-seconds a minute beside 40 to 48.
AV1_WORK = 2.2


class Av1Choice(StrEnum):
    """What the operator has set."""

    AUTO = "auto"  # where the machine is fast enough
    ON = "on"
    OFF = "off"


def is_worth_av1(
    choice: Av1Choice,
    *,
    content: str,
    media_s: float,
    publish_work_s: float,
    made: Iterable[Measured],
) -> bool:
    """Tell whether the set is to be made.

    `publish_work_s`: what the lecture's package took of this machine, or is expected to take.
    `made`: what AV1 sets took here.
    """
    if choice is not Av1Choice.AUTO:
        return choice is Av1Choice.ON
    known = list(made)
    set_work_s = expected_work_s(known, content, media_s) if known else AV1_WORK * publish_work_s
    return 0 < publish_work_s + set_work_s <= MOST_WORK * media_s
