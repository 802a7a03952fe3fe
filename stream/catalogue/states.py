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


def can_move(now: S, then: S) -> bool:
    """Tell whether a lecture may go from `now` to `then`."""
    return then in MOVES[now]
