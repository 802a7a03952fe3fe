"""What a teacher is told about a lecture: totals always, curves when enough have watched. Pure.

Numbers of a class, never of a student: see the README about small groups.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from stream.insight.curves import Curves, curves_of, watchings
from stream.insight.moments import Moment, moments_of
from stream.insight.seconds import second_count
from stream.tables import WatchEvent

SMALLEST_GROUP = 5  # viewers; a curve of fewer would be a picture of one child's evening
FINISHED = 0.9  # of the seconds; titles and the last goodbye may be missing


class Insight(msgspec.Struct, frozen=True):
    """The answer of `GET /api/lectures/{id}/insight`."""

    lecture_id: str
    duration_s: float | None  # none: not ready
    members: int  # students of the class
    watchers: int  # viewers who played at least a second
    finished: int  # of them: played at least nine tenths
    part: int  # of them: the others
    not_yet: int  # students who have played nothing
    simulated: int  # of the watchers: made by the demo
    mean_coverage: float | None  # of the watchers, 0 to 1; none for small groups
    smallest_group: int  # watchers from which on curves are shown
    seconds: Curves | None  # none for small groups
    moments: list[Moment]


def insight_of(
    lecture_id: str,
    duration_s: float | None,
    *,
    events: Iterable[WatchEvent],
    played: Mapping[str, int],
    students: Collection[str],
    simulated: Collection[str],
) -> Insight:
    """Return what the class did.

    `events` ordered by viewer, session, seq; `played`: each viewer's seconds as bits;
    `students`: the pseudonyms of the class's present students; `simulated`: those of the demo's.
    """
    count = second_count(duration_s or 0.0)
    viewers = watchings(events, played, duration_s or 0.0, count)
    shares = [viewer.played.bit_count() / count for viewer in viewers]
    finished = sum(share >= FINISHED for share in shares)
    enough = len(viewers) >= SMALLEST_GROUP
    curves = curves_of(viewers, count) if enough else None
    return Insight(
        lecture_id=lecture_id,
        duration_s=duration_s,
        members=len(students),
        watchers=len(viewers),
        finished=finished,
        part=len(viewers) - finished,
        not_yet=sum(not played.get(student) for student in students),
        simulated=sum(viewer in simulated and bits != 0 for viewer, bits in played.items()),
        mean_coverage=min(1.0, _mean(shares)) if enough else None,
        smallest_group=SMALLEST_GROUP,
        seconds=curves,
        moments=moments_of(curves, viewers) if curves else [],
    )


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares)
