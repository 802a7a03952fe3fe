"""How much one person may report: a bucket that fills slowly and is emptied by batches.

An ordinary viewer sends a batch every 15 s, and after a week without a network a few hundred at
once. Only a broken or hostile player ever meets the limit. The session is chosen by the client,
so the bucket belongs to the person.
"""

from dataclasses import dataclass, field
from math import ceil

CAPACITY = 240.0  # batches at once: an hour of watching kept while offline
REFILL_PER_S = 4.0
EVENTS_A_BATCH = 40  # a fuller batch counts as several
FORGET_ABOVE = 10_000  # buckets; full ones are forgotten, they say nothing


@dataclass(slots=True)
class _Bucket:
    level: float
    at_s: float


@dataclass(slots=True)
class Allowances:
    """The buckets of all persons; time comes in as monotonic seconds."""

    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def take(self, person_id: str, events: int, now_s: float) -> int:
        """Take a batch of `events` from the person's bucket.

        Returns 0 when there was enough, else whole seconds after which there will be.
        """
        cost = max(1.0, events / EVENTS_A_BATCH)
        bucket = self._buckets.setdefault(person_id, _Bucket(CAPACITY, now_s))
        bucket.level = min(CAPACITY, bucket.level + (now_s - bucket.at_s) * REFILL_PER_S)
        bucket.at_s = now_s
        if bucket.level < cost:
            return ceil((cost - bucket.level) / REFILL_PER_S)
        bucket.level -= cost
        if len(self._buckets) > FORGET_ABOVE:
            self._forget_full(now_s)
        return 0

    def _forget_full(self, now_s: float) -> None:
        self._buckets = {
            person_id: bucket
            for person_id, bucket in self._buckets.items()
            if bucket.level + (now_s - bucket.at_s) * REFILL_PER_S < CAPACITY
        }
