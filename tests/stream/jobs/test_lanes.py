"""Which job starts next: the promises of `next_start`, over random days of work."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.jobs.lanes import (
    ENCODE_MEMORY_BYTES,
    PATIENCE_S,
    Machine,
    Order,
    arrived,
    by_turn,
    next_start,
    taken_by,
    why_waiting,
)
from stream.tables import Lane, WaitReason

PLENTY = Machine(slots=2, memory_bytes=10 * ENCODE_MEMORY_BYTES, room_bytes=10**12)
ONE_AT_ONCE = replace(PLENTY, slots=1)
CLIP_S, LECTURE_S = 300.0, 5400.0


def order(job_id: str, lane: Lane = Lane.FIRST, media_s: float = CLIP_S, **facts: float) -> Order:
    return Order(job_id, lane, media_s, facts.pop("cost_s", media_s / 3), 0.0, **facts)  # type: ignore[arg-type]


def names(orders: list[Order]) -> list[str]:
    return [each.job_id for each in orders]


CLIP, LECTURE = order("clip"), order("lecture", media_s=LECTURE_S)
LIVE = order("live", Lane.LIVE, LECTURE_S)
AV1 = order("av1", Lane.AV1, LECTURE_S)
CAPTIONS = order("captions", Lane.CAPTIONS)
OTHER = order("other", Lane.OTHER)


@pytest.mark.parametrize(
    ("waiting", "running", "machine", "expected"),
    [
        pytest.param([CAPTIONS, AV1, OTHER, LECTURE, LIVE], [], PLENTY, "live", id="live-first"),
        pytest.param([CAPTIONS, AV1, OTHER, LECTURE], [], PLENTY, "lecture", id="then-first-rungs"),
        pytest.param([CAPTIONS, AV1, OTHER], [], PLENTY, "other", id="then-other-rungs"),
        pytest.param([CAPTIONS, AV1], [], PLENTY, "av1", id="then-av1-even-if-it-takes-longer"),
        pytest.param([LECTURE, CLIP], [], PLENTY, "clip", id="the-shortest-of-a-lane-first"),
        pytest.param([LECTURE], [AV1], PLENTY, None, id="the-last-slot-is-kept-for-clips"),
        pytest.param([CLIP], [AV1], PLENTY, "clip", id="which-go-there-at-once"),
        pytest.param([LECTURE], [CLIP], PLENTY, "lecture", id="a-clip-does-not-hold-up-a-lecture"),
        pytest.param([CLIP], [CLIP, CLIP], PLENTY, None, id="every-slot-taken"),
        pytest.param([LIVE], [CLIP, AV1], PLENTY, "live", id="live-needs-no-slot"),
        pytest.param([CLIP], [LIVE, LIVE], ONE_AT_ONCE, "clip", id="and-takes-none"),
        pytest.param(
            [LIVE, CLIP], [AV1], replace(PLENTY, memory_bytes=ENCODE_MEMORY_BYTES - 1), None,
            id="nothing-starts-beyond-the-memory",
        ),
        pytest.param(
            [CLIP], [], replace(PLENTY, memory_bytes=0), "clip",
            id="one-always-runs-however-little-memory-there-is",
        ),
        pytest.param(
            [replace(CLIP, room_bytes=10**13), LECTURE], [], PLENTY, "lecture",
            id="who-has-no-room-on-the-disk-holds-nobody-up",
        ),
        pytest.param(
            [replace(CLIP, room_bytes=10**13)], [], PLENTY, None, id="even-alone-not-without-room"
        ),
    ],
)  # fmt: skip
def test_next_start(
    waiting: list[Order], running: list[Order], machine: Machine, expected: str | None
) -> None:
    found = next_start(waiting, running, machine, 0.0)
    assert (found.job_id if found else None) == expected


@pytest.mark.parametrize(
    ("waits", "running", "machine", "expected"),
    [
        pytest.param(
            replace(CLIP, room_bytes=10**13), [], PLENTY, WaitReason.ROOM, id="for-the-disk"
        ),
        pytest.param(
            CLIP, [AV1], replace(PLENTY, memory_bytes=0), WaitReason.MEMORY, id="for-memory"
        ),
        pytest.param(LECTURE, [AV1], PLENTY, WaitReason.TURN, id="for-its-turn"),
        pytest.param(
            LECTURE, [AV1], replace(PLENTY, memory_bytes=0), WaitReason.TURN,
            id="for-its-turn-whatever-the-memory",
        ),
    ],
)  # fmt: skip
def test_why_waiting(
    waits: Order, running: list[Order], machine: Machine, expected: WaitReason
) -> None:
    assert why_waiting(waits, running, machine) is expected


def test_patience_makes_a_background_job_as_urgent_as_a_first_rung() -> None:
    now_s = PATIENCE_S[Lane.AV1] + 1
    fresh = replace(LECTURE, since_s=now_s)
    assert names(by_turn([fresh, AV1], now_s - 2)) == ["lecture", "av1"]
    assert names(by_turn([fresh, AV1], now_s)) == ["av1", "lecture"]


# --- random days ---------------------------------------------------------------------------------


@dataclass
class Day:
    """Plays arrivals through the scheduler; every job takes what it was expected to."""

    machine: Machine
    waiting: list[Order] = field(default_factory=list)
    running: list[tuple[float, Order]] = field(default_factory=list)  # end, order
    started: dict[str, tuple[float, Order]] = field(default_factory=dict)
    longs_begun: dict[str, int] = field(default_factory=dict)  # while the clip waited

    def play(
        self,
        arrivals: list[Order],
        on_end: Callable[[float], list[Order]] = lambda now_s: [],
        until_s: float = float("inf"),
    ) -> None:
        arrivals = sorted(arrivals, key=lambda each: each.since_s)
        while arrivals or self.running:
            ends_s = min((end_s for end_s, _ in self.running), default=float("inf"))
            comes_s = arrivals[0].since_s if arrivals else float("inf")
            now_s = min(ends_s, comes_s)
            if now_s > until_s:
                return
            if comes_s <= ends_s:
                self.waiting.append(arrived(arrivals.pop(0), [each for _, each in self.running]))
            else:
                self.running.remove(min(self.running, key=lambda each: each[0]))
                for new in on_end(now_s):
                    self.waiting.append(arrived(new, [each for _, each in self.running]))
            self._start(now_s)

    def _start(self, now_s: float) -> None:
        while True:
            running = [each for _, each in self.running]
            found = next_start(self.waiting, running, self.machine, now_s)
            if found is None:
                assert running or not self.waiting, "idle with work to do"
                return
            self.waiting.remove(found)
            self.waiting = taken_by(self.waiting, found)
            self.running.append((now_s + found.cost_s, found))
            self.started[found.job_id] = (now_s, found)
            for each in self.waiting:
                if not found.is_short and found.lane is not Lane.LIVE and each.is_short:
                    self.longs_begun[each.job_id] = self.longs_begun.get(each.job_id, 0) + 1


lane_orders = st.builds(
    lambda lane, media_s, speed, since_s: Order("", lane, media_s, media_s / speed, since_s),
    st.sampled_from(Lane),
    st.floats(1, 4 * 3600),
    st.floats(0.5, 6),
    st.floats(0, 24 * 3600),
)
days = st.lists(lane_orders, max_size=40).map(
    lambda orders: [replace(each, job_id=f"{i:03}") for i, each in enumerate(orders)]
)
machines = st.builds(
    Machine,
    st.integers(1, 5),
    st.sampled_from([0, 100 * ENCODE_MEMORY_BYTES]),
    st.just(10**12),
)


@given(days, machines)
@settings(max_examples=150, deadline=None)
def test_everything_that_waits_gets_its_turn_and_the_machine_is_never_idle_meanwhile(
    orders: list[Order], machine: Machine
) -> None:
    day = Day(machine)
    day.play(orders)
    assert set(day.started) == {each.job_id for each in orders}


@given(days, machines)
@settings(max_examples=150, deadline=None)
def test_a_clip_never_waits_behind_more_than_one_long_job(
    orders: list[Order], machine: Machine
) -> None:
    orders = [each for each in orders if each.lane is not Lane.LIVE]
    day = Day(machine)
    day.play(orders)
    for each in orders:
        if each.is_short and each.lane is Lane.FIRST:
            _, started = day.started[each.job_id]
            ran_when_it_came = started.passed_by - day.longs_begun.get(each.job_id, 0)
            assert day.longs_begun.get(each.job_id, 0) <= (0 if ran_when_it_came else 1)


@given(days, machines)
@settings(max_examples=100, deadline=None)
def test_no_more_run_at_once_than_there_are_slots_or_memory(
    orders: list[Order], machine: Machine
) -> None:
    day = Day(machine)
    day.play(orders)
    spans = [(at_s, at_s + each.cost_s, each.lane) for at_s, each in day.started.values()]
    for at_s, _, _ in spans:
        beside = [lane for begin_s, end_s, lane in spans if begin_s <= at_s < end_s]
        assert sum(lane is not Lane.LIVE for lane in beside) <= machine.slots
        assert len(beside) <= 1 or machine.memory_bytes


@pytest.mark.parametrize("lane", [lane for lane in Lane if lane is not Lane.LIVE])
@pytest.mark.parametrize("slots", [1, 2, 3])
@pytest.mark.parametrize("media_s", [CLIP_S, LECTURE_S])
@pytest.mark.parametrize("crowd_s", [CLIP_S, LECTURE_S])
def test_nobody_starves_under_endless_first_rungs(
    lane: Lane, slots: int, media_s: float, crowd_s: float
) -> None:
    """Six first rungs always wait: each job that ends is followed by a new one."""
    crowd = iter(range(10**6))

    def another(now_s: float) -> list[Order]:
        return [replace(order(f"c{next(crowd)}", media_s=crowd_s), since_s=now_s)]

    target = order("target", lane, media_s)
    backlog = [each for _ in range(6 + slots) for each in another(0.0)]
    patience_s = PATIENCE_S.get(lane, 0.0)
    no_later_than_s = patience_s + target.cost_s + len(backlog) * crowd_s / 3
    day = Day(replace(PLENTY, slots=slots))
    day.play([*backlog, target], another, until_s=no_later_than_s)
    assert "target" in day.started
