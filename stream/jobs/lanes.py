"""Which job starts next: lanes, and within a lane the shortest first, with ageing. Pure.

Time is any clock that runs evenly (`time.monotonic()` when it is used), in seconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from stream.tables import Lane, WaitReason

ENCODE_MEMORY_BYTES = 1200 * 10**6  # the most that one encode may take (transcode's promise)
SHORT_MEDIA_S = 330.0  # "a clip of five minutes", with some grace
# An order of these lanes that has waited so long takes its turn among the first rungs.
PATIENCE_S = {Lane.OTHER: 3600.0, Lane.AV1: 12 * 3600.0, Lane.CAPTIONS: 12 * 3600.0}
RANK = {lane: place for place, lane in enumerate(Lane)}  # written down in order of urgency


@dataclass(frozen=True, slots=True)
class Order:
    """A job that wants to run."""

    job_id: str
    lane: Lane
    media_s: float  # length of the recording
    cost_s: float  # expected running time, alone on the machine
    since_s: float  # when it began to wait
    room_bytes: int = 0  # disk that it needs to run to its end
    has_lacked_room: bool = False
    arrives: bool = False  # its recording still does: of its length and its end nothing is known
    makes_place: bool = False  # its bytes come slowly, and it gave up its turn for others before
    passed_by: int = 0  # long jobs that took a turn it could claim; see `taken_by`

    @property
    def is_short(self) -> bool:
        """Whether it is a clip, which must not wait behind lectures."""
        return self.media_s <= SHORT_MEDIA_S


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to share at this moment."""

    slots: int  # encodes at once, live ones not counted; the last of several is for clips
    memory_bytes: int  # that one more encode could take
    room_bytes: int  # of disk that nobody who runs still needs

    @property
    def abreast(self) -> int:
        """How many long encodes may run at once; with so many each goes at its full pace."""
        return max(1, self.slots - 1)


def next_start(
    waiting: Sequence[Order], running: Sequence[Order], machine: Machine, now_s: float
) -> Order | None:
    """Return the order that starts now, or None: ask again after each start, end and arrival.

    The promises, each a property test: lanes go in order; a clip waits behind at most one long
    job of its lane; whoever waits gets a turn in the end; nothing starts that does not fit into
    memory, unless nothing else runs; and nothing without room on the disk.
    """
    if _is_memory_short(running, machine):
        return None
    able = [order for order in waiting if _has_room(order, machine)]
    closed = _lanes_closed_to_long_jobs(able)
    startable = [
        order
        for order in able
        if _has_slot(order, running, machine) and (order.is_short or order.lane not in closed)
    ]
    return min(startable, key=lambda order: _rank(order, now_s), default=None)


def by_turn(waiting: Iterable[Order], now_s: float) -> list[Order]:
    """Return the waiting in the order in which they would be asked, for a place in the queue."""
    return sorted(waiting, key=lambda order: _rank(order, now_s))


def taken_by(waiting: Iterable[Order], started: Order) -> list[Order]:
    """Return the waiting after `started` began: some have been passed by a long job.

    A clip counts long jobs of its own lane and below, a long one only those of lanes below
    (they come first by patience). Who was passed once is not passed by such a job again.
    """
    return [
        replace(order, passed_by=order.passed_by + 1) if _passes(started, order) else order
        for order in waiting
    ]


def arrived(order: Order, running: Iterable[Order]) -> Order:
    """Return the order as it begins to wait: long jobs that run already have passed it."""
    return replace(order, passed_by=sum(_passes(other, order) for other in running))


def why_waiting(order: Order, running: Sequence[Order], machine: Machine) -> WaitReason:
    """Return what an order that does not start waits for."""
    if not _has_room(order, machine):
        return WaitReason.ROOM
    if _is_memory_short(running, machine) and _has_slot(order, running, machine):
        return WaitReason.MEMORY
    return WaitReason.TURN


def _passes(started: Order, order: Order) -> bool:
    return not started.is_short and _counts_as_passed(order, started.lane)


def _counts_as_passed(order: Order, lane: Lane) -> bool:
    """Whether a long job of `lane` that starts passes the order."""
    if lane is Lane.LIVE:
        return False
    behind = RANK[lane] - RANK[order.lane]
    return behind >= 0 if order.is_short else behind > 0


def _lanes_closed_to_long_jobs(able: Iterable[Order]) -> set[Lane]:
    passed = [order for order in able if order.passed_by]
    return {lane for lane in Lane if any(_counts_as_passed(order, lane) for order in passed)}


def _has_slot(order: Order, running: Sequence[Order], machine: Machine) -> bool:
    if order.lane is Lane.LIVE:  # a class is watching: it needs memory, not a turn
        return True
    others = [other for other in running if other.lane is not Lane.LIVE]
    long = sum(not other.is_short for other in others)
    return len(others) < machine.slots and (order.is_short or long < machine.abreast)


def _is_memory_short(running: Sequence[Order], machine: Machine) -> bool:
    return bool(running) and machine.memory_bytes < ENCODE_MEMORY_BYTES


def _has_room(order: Order, machine: Machine) -> bool:
    return order.room_bytes <= machine.room_bytes


def _rank(order: Order, now_s: float) -> tuple[int, float, str]:
    """Lane, then the shortest, where each second of waiting is worth a second of cost."""
    has_waited_enough = now_s - order.since_s > PATIENCE_S.get(order.lane, float("inf"))
    lane = Lane.FIRST if has_waited_enough else order.lane
    return RANK[lane], order.since_s + order.cost_s, order.job_id
