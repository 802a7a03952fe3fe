"""The legal moves of a lecture; everything else is a bug."""

from stream.tables import LectureState as S

MOVES: dict[S, set[S]] = {
    S.RECORDING: {S.UPLOADING, S.QUEUED, S.FAILED},
    S.UPLOADING: {S.QUEUED, S.FAILED},
    S.QUEUED: {S.ENCODING, S.FAILED},
    S.ENCODING: {S.READY, S.QUEUED, S.FAILED},
    S.READY: {S.QUEUED},
    S.FAILED: {S.QUEUED, S.UPLOADING},
}

# A track is still to come, also while a job is making what has arrived of the others.
ARRIVING = frozenset({S.RECORDING, S.UPLOADING})

# Every track is here, and it can be watched or will be.
ARRIVED = frozenset({S.QUEUED, S.ENCODING, S.READY})


def is_shown_to_students(state: S, *, is_live: bool) -> bool:
    """Tell whether students see a lecture: one that is not live, only once all has arrived."""
    return is_live or state in ARRIVED


def can_move(now: S, then: S) -> bool:
    """Tell whether a lecture may go from `now` to `then`."""
    return then in MOVES[now]
