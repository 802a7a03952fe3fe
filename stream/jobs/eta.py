"""When a job will be done: from its own pace, from earlier jobs, and from the queue. Pure.

Work is counted in seconds that the job would need with the machine to itself, so that what ran
beside it is not taken for the recording's difficulty.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from stream.jobs.lanes import ENCODE_MEMORY_BYTES, Machine, Order, next_start, taken_by

FIRST_GUESS = 0.5  # seconds of work for a second of lecture, where nothing was measured yet
# The own pace weighs as much as what is known of others when this part of the job is done.
EQUAL_WEIGHTS_AT = 0.05
PACE_OVER_S = 60.0  # how fast a recording arrives is judged by its last minute
PACE_FROM_S = 5.0  # and not by less than this
FIRST_SHARE = 0.02  # of a recording that arrives: what its encode took before is its start
END_S = 10.0  # of work that begins with the last byte: the ends of all rungs, pictures, slides


@dataclass(frozen=True, slots=True)
class Measured:
    """What an earlier job took."""

    content: str
    media_s: float
    work_s: float


@dataclass(frozen=True, slots=True)
class Arriving:
    """How far a recording is that still arrives, and the encode that follows it."""

    last_byte_s: float | None  # until it is here; None: nobody knows
    busy_share: float  # of its time that the encode worked, and did not wait for bytes
    done_share: float  # of the encode, going by the bytes it has read

    @property
    def not_before_s(self) -> float | None:
        """Seconds before which the encode cannot end; None where nothing can be said of its end."""
        if self.last_byte_s is None or self.done_share < FIRST_SHARE:
            return None
        return self.last_byte_s + END_S


@dataclass(frozen=True, slots=True)
class Underway:
    """A running order and how far it is."""

    order: Order
    left_s: float  # of work
    not_before_s: float | None = 0.0  # it ends later, for its bytes still come; None: nobody knows


def expected_work_s(history: Iterable[Measured], content: str, media_s: float) -> float:
    """Return the work that a recording will be: the median pace of earlier ones like it.

    Of the same content if there are any, else of all; the closer in length, the more they count.
    """
    known = [past for past in history if past.media_s > 0]
    alike = [past for past in known if past.content == content] or known
    weighted = [(past.work_s / past.media_s, _closeness(past.media_s, media_s)) for past in alike]
    return media_s * (_weighted_median(weighted) if weighted else FIRST_GUESS)


def total_work_s(
    expected_s: float, fraction: float, work_s: float, *, began: tuple[float, float] = (0.0, 0.0)
) -> float:
    """Return the whole work of a job that has done `fraction` of it in `work_s`.

    `began` is fraction and work at its first sign of progress: looking into the file and starting
    say nothing about the pace.
    """
    fraction_0, work_0_s = began
    done = fraction - fraction_0
    if done <= 0:
        return max(expected_s, work_s)
    seen_s = work_0_s + (work_s - work_0_s) * (1 - fraction_0) / done
    weight = fraction / (fraction + EQUAL_WEIGHTS_AT)
    return max(work_s, weight * seen_s + (1 - weight) * expected_s)


def arrival_left_s(looks: Sequence[tuple[float, int]], length_bytes: int | None) -> float | None:
    """Return in how many seconds the last byte is here; None where nobody knows.

    `looks` are pairs of a time in seconds and how many bytes were here then, in order.
    """
    if length_bytes is None or not looks:
        return None
    now_s, here_bytes = looks[-1]
    recent = [look for look in looks if look[0] >= now_s - PACE_OVER_S]
    past_s, past_bytes = recent[0]
    if here_bytes >= length_bytes:
        return 0.0
    if now_s - past_s < PACE_FROM_S or here_bytes <= past_bytes:
        return None
    return (length_bytes - here_bytes) * (now_s - past_s) / (here_bytes - past_bytes)


def following_left_s(expected_s: float, work_s: float, arriving: Arriving) -> float:
    """Return the work left of a job whose recording still arrives, beside waiting for its bytes.

    `work_s` is that of its time until now, in which it may also have waited.
    """
    busy_s, done = work_s * arriving.busy_share, arriving.done_share
    if done < FIRST_SHARE:
        return max(0.0, expected_s - busy_s)
    return busy_s * (1 - done) / done


def share(running: int, abreast: int) -> float:
    """Return the part of its full pace at which each of `running` encodes goes."""
    return min(1.0, abreast / running) if running else 1.0


def forecast(
    waiting: Sequence[Order], running: Sequence[Underway], machine: Machine, now_s: float
) -> dict[str, float]:
    """Return in how many seconds each job will end, if nobody else comes.

    Plays the queue forward by the rule that will really be asked. Who waits for room on the disk
    is left out: nobody knows when there will be some; so is a recording of which nobody knows when
    it has arrived. A waiting job's work is its `cost_s`. Who waits for bytes keeps nobody waiting,
    because it makes place.
    """
    not_before_s = {each.order.job_id: each.not_before_s for each in running}
    left = {each.order.job_id: (each.order, each.left_s) for each in running}
    queue, at_s = list(waiting), 0.0
    ends: dict[str, float] = {}
    while True:
        queue, machine = _start(queue, left, machine, now_s + at_s)
        if not left:
            return ends
        pace = share(len(left), machine.abreast)
        job_id = min(left, key=lambda each: left[each][1])
        step = left[job_id][1]
        at_s += step / pace
        left = {
            each: (order, work - step) for each, (order, work) in left.items() if each != job_id
        }
        machine = replace(machine, memory_bytes=machine.memory_bytes + ENCODE_MEMORY_BYTES)
        if (earliest_s := not_before_s.get(job_id, 0.0)) is not None:
            ends[job_id] = max(at_s, earliest_s)


def _start(
    queue: list[Order], left: dict[str, tuple[Order, float]], machine: Machine, now_s: float
) -> tuple[list[Order], Machine]:
    while found := next_start(queue, [order for order, _ in left.values()], machine, now_s):
        queue = taken_by((order for order in queue if order is not found), found)
        left[found.job_id] = found, found.cost_s
        machine = replace(
            machine,
            memory_bytes=machine.memory_bytes - ENCODE_MEMORY_BYTES,
            room_bytes=machine.room_bytes - found.room_bytes,
        )
    return queue, machine


def _closeness(a_s: float, b_s: float) -> float:
    return 1 / (1 + abs(math.log(max(a_s, 1.0) / max(b_s, 1.0))))


def _weighted_median(weighted: Sequence[tuple[float, float]]) -> float:
    half, below = sum(weight for _, weight in weighted) / 2, 0.0
    for value, weight in sorted(weighted):
        below += weight
        if below >= half:
            return value
    return sorted(weighted)[-1][0]
