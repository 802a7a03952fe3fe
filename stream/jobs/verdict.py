"""What becomes of a job whose attempt ended with an error: pure, readable as a table."""

from dataclasses import dataclass
from datetime import timedelta

from stream.jobs.completeness import IncompletePackage
from stream.jobs.retry import EARLY_ATTEMPTS, MAX_ATTEMPTS, MAX_ODDITIES, retry_after
from stream.jobs.room import FULL_BELOW_BYTES, is_full_disk
from transcode.errors import (
    FfmpegFailed,
    FfmpegOverran,
    FfmpegStalled,
    RefusedMedia,
    UnreadableMedia,
)

GAVE_UP = (
    "Making this lecture was tried three times and stopped each time. The recording is safe on the "
    "server; please tell the person who runs it."
)
STOOD_STILL = (
    "Making this lecture stood still twice, so it was stopped. The recording is safe on the "
    "server; please tell the person who runs it."
)
CAME_OUT_SHORT = (
    "The lecture came out shorter than its recording, twice, so it was not shown to anybody. The "
    "recording is safe on the server; please tell the person who runs it."
)


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The job has failed, for this reason, in the teacher's words."""

    reason: str


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The job runs again, after this time."""

    after: timedelta
    goes_on: bool = False  # with what the attempt has made, instead of from the beginning


@dataclass(frozen=True, slots=True)
class WaitForRoom:
    """The job has not failed: it waits until the disk has room."""


@dataclass(frozen=True, slots=True)
class WaitForWhole:
    """The job runs again when the whole recording has arrived: it may be better then."""

    goes_on: bool  # with what the attempt has made


Verdict = GiveUp | TryAgain | WaitForRoom | WaitForWhole


def verdict_on(error: BaseException, attempt: int, free_bytes: int) -> Verdict:
    """Return what becomes of a job after its `attempt`-th attempt, with so much disk left then."""
    if isinstance(error, UnreadableMedia | RefusedMedia):
        return GiveUp(str(error))  # trying again cannot help
    if is_full_disk(error) or free_bytes < FULL_BELOW_BYTES:
        return WaitForRoom()
    most, last_words = _patience_with(error)
    after = retry_after(attempt, most=most)
    return TryAgain(after, _was_stopped(error)) if after is not None else GiveUp(last_words)


def verdict_on_early(error: BaseException, attempt: int, free_bytes: int) -> Verdict:
    """The same of an attempt on a recording that still arrived: its failure is not the lecture's.

    Only one that was stopped from outside is followed by another such attempt, once.
    """
    verdict = verdict_on(error, attempt, free_bytes)
    if isinstance(verdict, WaitForRoom):
        return verdict
    goes_on = isinstance(verdict, TryAgain) and verdict.goes_on
    if isinstance(verdict, TryAgain) and goes_on and attempt < EARLY_ATTEMPTS:
        return verdict
    return WaitForWhole(goes_on)


def _was_stopped(error: BaseException) -> bool:
    """Whether the encoder was stopped from outside; of one that failed nothing is trusted."""
    if isinstance(error, FfmpegFailed):
        return error.status < 0
    return isinstance(error, TimeoutError)


def _patience_with(error: BaseException) -> tuple[int, str]:
    if isinstance(error, TimeoutError | FfmpegStalled | FfmpegOverran):
        return MAX_ODDITIES, STOOD_STILL
    if isinstance(error, IncompletePackage):
        return MAX_ODDITIES, CAME_OUT_SHORT
    return MAX_ATTEMPTS, GAVE_UP
