"""The waiting room of this machine's worker: jobs come in, `lanes.py` says who goes on."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from stream.jobs.eta import Arriving, Underway, following_left_s, share, total_work_s
from stream.jobs.lanes import (
    ENCODE_MEMORY_BYTES,
    RANK,
    Machine,
    Order,
    arrived,
    by_turn,
    next_start,
    taken_by,
    why_waiting,
)
from stream.jobs.room import RESUME_MARGIN
from stream.tables import Lane, WaitReason

LOOK_AGAIN_S = 5.0  # memory and disk come free without telling, and patience runs out
MEMORY_GROWS_S = 20.0  # until then an encode has not taken all that it will


@dataclass(slots=True)
class Turn:
    """A running order, and how far it is."""

    order: Order
    began_s: float
    fraction: float = 0.0  # of the job, 0 to 1
    speed: float | None = None  # media seconds per second
    work_s: float = 0.0  # the time it ran, less what others took of it
    is_early: bool = False  # its recording still arrived when it began: it also waited for bytes
    arriving: Arriving | None = None  # while its recording does
    goes_on: bool = False  # with what an earlier attempt made: this is not all of its work
    _first: tuple[float, float] | None = None

    def note(self, fraction: float, speed: float | None) -> None:
        """Write down how far the job is; it does not go back, whatever the encoder says."""
        self.fraction, self.speed = max(self.fraction, fraction), speed
        if fraction > 0 and self._first is None:
            self._first = fraction, self.work_s

    @property
    def left_s(self) -> float:
        """Work that is left, as far as one can know."""
        if self.arriving is not None:
            return following_left_s(self.order.cost_s, self.work_s, self.arriving)
        whole_s = total_work_s(
            self.order.cost_s, self.fraction, self.work_s, began=self._first or (0.0, 0.0)
        )
        return whole_s - self.work_s

    @property
    def underway(self) -> Underway:
        """What the forecast needs to know."""
        if self.arriving is not None:
            return Underway(self.order, self.left_s, self.arriving.not_before_s)
        return Underway(self.order, self.left_s, None if self.order.arrives else 0.0)


class Turns:
    """Hands out turns on what `measure` says the machine has to give at a moment."""

    def __init__(
        self,
        measure: Callable[[], Machine],
        *,
        clock: Callable[[], float] = time.monotonic,
        look_again_s: float = LOOK_AGAIN_S,
    ) -> None:
        self.made_place: set[str] = set()  # jobs that gave up their turn because bytes came slowly
        self._measure = measure
        self._clock = clock
        self._look_again_s = look_again_s
        self._waiting: dict[str, tuple[Order, asyncio.Event]] = {}
        self._running: dict[str, Turn] = {}
        self._abreast = measure().abreast
        self._settled_s = clock()

    @asynccontextmanager
    async def turn(self, order: Order) -> AsyncIterator[Turn]:
        """Wait for the order's turn; it lasts as long as the block.

        The order's `since_s` is by this room's clock. Cancelling the wait gives the place up.
        """
        its_turn = asyncio.Event()
        self._waiting[order.job_id] = arrived(order, self._orders_running()), its_turn
        try:
            await self._wait(its_turn)
            yield self._running[order.job_id]
        finally:
            self.settle()
            self._waiting.pop(order.job_id, None)
            self._running.pop(order.job_id, None)
            self._start_who_can()

    @property
    def now_s(self) -> float:
        """The present moment of the room's clock."""
        return self._clock()

    def running(self) -> list[Underway]:
        """The orders whose turn it is, with the work they have left."""
        self.settle()
        return [turn.underway for turn in self._running.values()]

    def waiting(self) -> list[tuple[Order, WaitReason]]:
        """The others, in the order of their turns, with what each waits for."""
        running, machine = self._orders_running(), self.machine()
        return [
            (order, why_waiting(order, running, machine))
            for order in by_turn(self._orders_waiting(), self.now_s)
        ]

    def are_wanted(self, lane: Lane) -> bool:
        """Whether somebody waits for a place to whom a slow order of the lane must make place.

        Not to less urgent lanes, nor to another slow order. Who waits for room on the disk is
        not helped by a place, and live work has none to give.
        """
        return lane is not Lane.LIVE and any(
            RANK[order.lane] <= RANK[lane]
            and not order.makes_place
            and reason is not WaitReason.ROOM
            for order, reason in self.waiting()
        )

    def machine(self) -> Machine:
        """What the machine has to give beside what those who run will still take."""
        machine = self._measure()
        growing = sum(self.now_s - turn.began_s < MEMORY_GROWS_S for turn in self._running.values())
        unwritten = sum(
            turn.order.room_bytes * (1 - turn.fraction) for turn in self._running.values()
        )
        return replace(
            machine,
            memory_bytes=machine.memory_bytes - growing * ENCODE_MEMORY_BYTES,
            room_bytes=machine.room_bytes - int(unwritten),
        )

    def settle(self) -> None:
        """Bring the `work_s` of everybody who runs up to now."""
        now_s = self.now_s
        pace = share(len(self._running), self._abreast)
        for turn in self._running.values():
            turn.work_s += (now_s - self._settled_s) * pace
        self._settled_s = now_s

    async def _wait(self, its_turn: asyncio.Event) -> None:
        while not its_turn.is_set():
            self._start_who_can()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_again_s):
                    await its_turn.wait()

    def _start_who_can(self) -> None:
        while self._waiting:
            machine, running = self.machine(), self._orders_running()
            found = next_start(self._orders_waiting(), running, machine, self.now_s)
            if found is None:
                self._ask_for_more_room(machine)
                return
            self.settle()
            _, its_turn = self._waiting.pop(found.job_id)
            self._running[found.job_id] = Turn(found, self.now_s)
            for order in taken_by(self._orders_waiting(), found):
                self._waiting[order.job_id] = order, self._waiting[order.job_id][1]
            its_turn.set()

    def _ask_for_more_room(self, machine: Machine) -> None:
        for order, its_turn in list(self._waiting.values()):
            if order.room_bytes > machine.room_bytes and not order.has_lacked_room:
                more = int(order.room_bytes * RESUME_MARGIN)
                order = replace(order, room_bytes=more, has_lacked_room=True)
                self._waiting[order.job_id] = order, its_turn

    def _orders_waiting(self) -> list[Order]:
        return [order for order, _ in self._waiting.values()]

    def _orders_running(self) -> list[Order]:
        return [turn.order for turn in self._running.values()]
