"""When a failed job runs again, and when a running one is given up: pure, readable as a table."""

from datetime import timedelta

MAX_ATTEMPTS = 3  # invariant: nobody restarts the same failure more than three times
EARLY_ATTEMPTS = MAX_ATTEMPTS - 1  # on a recording that still arrives; one is kept for the whole
MAX_ODDITIES = 2  # what stood still or came out short does so again; once more, for a bad moment
SOON = timedelta(0)
NO_SPACE_DELAY = timedelta(seconds=10)  # a full disk is not the job's failure; it waits
WALL_LIMIT_PER_MEDIA_S = 20.0
WALL_LIMIT_BASE_S = 600.0


def retry_after(attempts: int, *, most: int = MAX_ATTEMPTS) -> timedelta | None:
    """Return how long to wait after the `attempts`-th failed start, or None after the last."""
    return timedelta(seconds=5 * 4 ** (attempts - 1)) if attempts < most else None


def wall_limit_s(media_s: float) -> float:
    """Return how long one attempt may take at most: far more than any machine should need."""
    return WALL_LIMIT_BASE_S + WALL_LIMIT_PER_MEDIA_S * media_s
