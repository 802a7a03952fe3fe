"""Whether a job that runs should make room for one that waits. Pure.

Asked of AV1 sets alone: stopped at a segment's end they lose next to nothing, and everything else
that waits is waited for by people.
"""

from collections.abc import Sequence
from dataclasses import replace

from stream.jobs.lanes import ENCODE_MEMORY_BYTES, RANK, Machine, Order, next_start


def gives_way(
    order: Order, waiting: Sequence[Order], others: Sequence[Order], machine: Machine, now_s: float
) -> bool:
    """Tell whether somebody of a more urgent lane would start before `order`, had it not begun.

    `others` run beside it; `machine` is what there is beside all of them.
    """
    freed = replace(machine, memory_bytes=machine.memory_bytes + ENCODE_MEMORY_BYTES)
    urgent = [one for one in waiting if RANK[one.lane] < RANK[order.lane]]
    found = next_start([*urgent, order], others, freed, now_s)
    return found is not None and found.job_id != order.job_id
