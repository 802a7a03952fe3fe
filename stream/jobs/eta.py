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


@dataclass(frozen=True, slots=True)
class Measured:
    """What an earlier job took."""

    content: str
    media_s: float
    work_s: float


@dataclass(frozen=True, slots=True)
class Underway:
    """A running order and how far it is."""

    order: Order
    left_s: float  # of work


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


def share(running: int, abreast: int) -> float:
    """Return the part of its full pace at which each of `running` encodes goes."""
    return min(1.0, abreast / running) if running else 1.0


def forecast(
    waiting: Sequence[Order], running: Sequence[Underway], machine: Machine, now_s: float
) -> dict[str, float]:
    """Return in how many seconds each job will end, if nobody else comes.

    Plays the queue forward by the rule that will really be asked. Who waits for room on the disk
    is left out: nobody knows when there will be some. A waiting job's work is its `cost_s`.
    """
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
        ends[job_id] = at_s


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
