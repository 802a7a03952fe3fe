"""When a failed job runs again, and how long one attempt may take."""

from datetime import timedelta

import pytest

from stream.jobs.retry import retry_after, wall_limit_s


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
    ("media_s", "expected_s"),
    [
        pytest.param(0, 600, id="ten-minutes-whatever-it-is"),
        pytest.param(60, 1800, id="and-twenty-times-its-length"),
    ],
)
def test_wall_limit(media_s: float, expected_s: float) -> None:
    assert wall_limit_s(media_s) == expected_s
