"""How long a job still takes, honestly: nothing is said before there is something to go by."""

from datetime import datetime

from stream.tables import Job, JobState

MIN_ELAPSED_S = 2.0
MIN_PROGRESS = 0.02


def eta_s(job: Job, now: datetime) -> float | None:
    """Return the seconds a running job still needs at its present average pace; None if unknown."""
    if job.state is not JobState.RUNNING or job.started_at is None:
        return None
    elapsed_s = (now - job.started_at).total_seconds()
    if elapsed_s < MIN_ELAPSED_S or job.progress < MIN_PROGRESS:
        return None
    return elapsed_s * (1 - job.progress) / job.progress
