"""When a failed job runs again: pure, readable as a table."""

from datetime import timedelta

MAX_ATTEMPTS = 3  # invariant: nobody restarts the same failure more than three times
NO_SPACE_DELAY = timedelta(seconds=60)  # a full disk is not the job's failure; it waits


def retry_after(attempts: int) -> timedelta | None:
    """Return how long to wait after the `attempts`-th failed start, or None after the last."""
    return timedelta(seconds=5 * 4 ** (attempts - 1)) if attempts < MAX_ATTEMPTS else None
