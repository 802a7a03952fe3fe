"""Wall time: the one place that reads it. Pure functions take `now` as an argument instead."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
