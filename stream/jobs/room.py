"""Disk for an encode: how much it needs, and whether it was that which ended an attempt. Pure."""

import errno

from sqlalchemy.exc import DBAPIError

from transcode.errors import FfmpegFailed

# What the ladder may spend at most, with sound and a second set of rungs beside it.
LARGEST_PACKAGE_BPS = 6_000_000
SMALL_FILES_BYTES = 32 * 2**20  # pictures, playlists, facts, and blocks that are not full
# A recording's package is rarely larger than the recording, and never was by twice (measured on
# lectures of 0.3 to 1.4 Mbit/s); short of that the disk would be kept for nothing.
LARGEST_PART_OF_SOURCE = 2
RESUME_MARGIN = 1.25  # who has waited for room wants a quarter more, so as not to wait again soon
FULL_BELOW_BYTES = 4 * 2**20  # whatever fails with less than this on the disk failed for that
FULL = (errno.ENOSPC, errno.EDQUOT)
WORDS_OF_A_FULL_DISK = (
    "No space left on device",
    "Disk quota exceeded",
    "database or disk is full",
)


def needed_room_bytes(media_s: float, source_bytes: int) -> int:
    """Return the disk space that making a package of such a recording may take."""
    by_length = media_s * LARGEST_PACKAGE_BPS / 8
    by_source = source_bytes * LARGEST_PART_OF_SOURCE
    return int(min(by_length, by_source) + SMALL_FILES_BYTES)


def learnt_room_bytes(expected_bytes: int, written_bytes: int, fraction: float) -> int:
    """Return what an attempt would have needed that found the disk full at `fraction` of its way.

    Nothing is concluded from the first twentieth, which is mostly what every package has.
    """
    whole = written_bytes / fraction if fraction >= 0.05 else 0.0
    return max(expected_bytes, int(whole * RESUME_MARGIN))


def is_full_disk(error: BaseException) -> bool:
    """Tell whether an attempt ended because the disk, or the account's share of it, was full."""
    if isinstance(error, FfmpegFailed):  # it says so in words; its status is not always the errno
        return any(words in error.log_tail for words in WORDS_OF_A_FULL_DISK)
    if isinstance(error, DBAPIError):
        return any(words in str(error.orig) for words in WORDS_OF_A_FULL_DISK)
    return isinstance(error, OSError) and error.errno in FULL
