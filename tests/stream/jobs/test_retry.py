"""When a failed job runs again, and how long a running one still takes."""

from datetime import UTC, datetime, timedelta

import pytest

from stream.catalogue.eta import eta_s
from stream.jobs.retry import retry_after
from stream.tables import Job, JobState

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        pytest.param(1, timedelta(seconds=5), id="soon-after-the-first"),
        pytest.param(2, timedelta(seconds=20), id="later-after-the-second"),
        pytest.param(3, None, id="never-after-the-third"),
    ],
)
def test_retry_after(attempts: int, expected: timedelta | None) -> None:
    assert retry_after(attempts) == expected


@pytest.mark.parametrize(
    ("state", "progress", "elapsed_s", "expected_s"),
    [
        pytest.param(JobState.RUNNING, 0.25, 10, 30.0, id="at-its-average-pace"),
        pytest.param(JobState.RUNNING, 1.0, 10, 0.0, id="done"),
        pytest.param(JobState.RUNNING, 0.01, 10, None, id="too-little-done-to-say"),
        pytest.param(JobState.RUNNING, 0.5, 1, None, id="too-early-to-say"),
        pytest.param(JobState.QUEUED, 0.5, 10, None, id="does-not-run"),
    ],
)
def test_eta(state: JobState, progress: float, elapsed_s: float, expected_s: float | None) -> None:
    job = Job(state=state, progress=progress, started_at=NOON)
    assert eta_s(job, NOON + timedelta(seconds=elapsed_s)) == expected_s
