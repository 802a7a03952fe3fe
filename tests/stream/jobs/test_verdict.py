"""What becomes of a job whose attempt ended with an error."""

import errno
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from stream.jobs.completeness import IncompletePackage
from stream.jobs.verdict import (
    CAME_OUT_SHORT,
    GAVE_UP,
    STOOD_STILL,
    GiveUp,
    TryAgain,
    Verdict,
    WaitForRoom,
    WaitForWhole,
    verdict_on,
    verdict_on_early,
)
from transcode.errors import (
    FfmpegFailed,
    FfmpegOverran,
    FfmpegStalled,
    RefusedMedia,
    UnreadableMedia,
)

PLENTY = 10**12
SOON = TryAgain(timedelta(seconds=5))
ON = TryAgain(timedelta(seconds=5), goes_on=True)
ON_LATER = TryAgain(timedelta(seconds=20), goes_on=True)
FULL = "av_interleaved_write_frame(): No space left on device\nConversion failed!"
SHORT = IncompletePackage("still/index.m3u8", "lasts 3 s instead of 60 s")


@pytest.mark.parametrize(
    ("error", "attempt", "free_bytes", "expected"),
    [
        pytest.param(
            UnreadableMedia("No picture."), 1, PLENTY, GiveUp("No picture."), id="not-a-recording"
        ),
        pytest.param(
            RefusedMedia("Too large."), 1, 0, GiveUp("Too large."), id="refused-on-a-full-disk-too"
        ),
        pytest.param(FfmpegFailed(1, "broken"), 1, PLENTY, SOON, id="encoder-failed"),
        pytest.param(FfmpegFailed(-9, ""), 2, PLENTY, ON_LATER, id="encoder-killed-twice"),
        pytest.param(FfmpegFailed(1, ""), 3, PLENTY, GiveUp(GAVE_UP), id="three-times"),
        pytest.param(RuntimeError("a bug"), 1, PLENTY, SOON, id="whatever-else"),
        pytest.param(TimeoutError(), 1, PLENTY, ON, id="f32-too-slow-once-more"),
        pytest.param(TimeoutError(), 2, PLENTY, GiveUp(STOOD_STILL), id="f32-and-no-more"),
        pytest.param(SHORT, 1, PLENTY, SOON, id="short-once-more"),
        pytest.param(SHORT, 2, PLENTY, GiveUp(CAME_OUT_SHORT), id="short-and-no-more"),
        pytest.param(FfmpegStalled(-9, "", 30, 12), 1, PLENTY, ON, id="stalled-once-more"),
        pytest.param(
            FfmpegStalled(-9, "", 30, 12), 2, PLENTY, GiveUp(STOOD_STILL), id="and-no-more"
        ),
        pytest.param(
            FfmpegOverran(-9, "", 900), 2, PLENTY, GiveUp(STOOD_STILL), id="f32-encoder-overran"
        ),
        pytest.param(
            OSError(errno.ENOSPC, "full"), 3, PLENTY, WaitForRoom(), id="f20-disk-full"
        ),
        pytest.param(OSError(errno.EDQUOT, "quota"), 1, PLENTY, WaitForRoom(), id="f20-quota"),
        pytest.param(FfmpegFailed(228, FULL), 3, PLENTY, WaitForRoom(), id="f20-encoder-says-so"),
        pytest.param(FfmpegFailed(-11, ""), 1, 0, WaitForRoom(), id="f20-encoder-does-not-say"),
        pytest.param(SHORT, 2, 0, WaitForRoom(), id="f20-short-for-that-reason"),
        pytest.param(
            OperationalError("", {}, Exception("database or disk is full")), 1, PLENTY,
            WaitForRoom(), id="f20-the-database-says-so",
        ),
    ],
)  # fmt: skip
def test_verdict(error: Exception, attempt: int, free_bytes: int, expected: Verdict) -> None:
    assert verdict_on(error, attempt, free_bytes) == expected


@pytest.mark.parametrize(
    ("error", "attempt", "free_bytes", "expected"),
    [
        pytest.param(
            UnreadableMedia("No picture."), 1, PLENTY, WaitForWhole(goes_on=False),
            id="the-whole-may-be-a-recording",
        ),
        pytest.param(
            FfmpegFailed(1, "broken"), 1, PLENTY, WaitForWhole(goes_on=False), id="encoder-failed"
        ),
        pytest.param(FfmpegFailed(-9, ""), 1, PLENTY, ON, id="killed-goes-on"),
        pytest.param(
            FfmpegFailed(-9, ""), 2, PLENTY, WaitForWhole(goes_on=True), id="killed-twice"
        ),
        pytest.param(FfmpegFailed(228, FULL), 1, PLENTY, WaitForRoom(), id="f20-disk-full"),
    ],
)  # fmt: skip
def test_verdict_on_what_still_arrives(
    error: Exception, attempt: int, free_bytes: int, expected: Verdict
) -> None:
    assert verdict_on_early(error, attempt, free_bytes) == expected
