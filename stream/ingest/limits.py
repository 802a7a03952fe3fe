"""How much may be sent: pure decisions over numbers that the store and the disk give."""

from dataclasses import dataclass

from stream.errors import NoSpace, TooLarge, TooMany
from stream.ingest.protocol import format_bytes, require_size
from stream.settings import Settings

MAX_OPEN_UPLOADS = 50  # of one person or device; a school's classroom sends two at a time (U24)
TRY_AGAIN_S = 600


@dataclass(frozen=True, slots=True)
class Room:
    """What is taken and what is left, at one moment."""

    class_bytes: int  # held by the class: packages, and uploads with what they have announced
    promised_bytes: int  # announced by unfinished uploads of everybody, not yet arrived
    free_bytes: int  # on the disk
    open_uploads: int  # unfinished uploads of the sender


def require_room(settings: Settings, room: Room, length_bytes: int | None) -> None:
    """Raise TooMany, TooLarge or NoSpace when a new upload would not fit.

    A length that is not known yet counts as nothing here and is watched while it grows.
    """
    if room.open_uploads >= MAX_OPEN_UPLOADS:
        raise TooMany(
            f"You have {room.open_uploads} unfinished uploads. Finish or cancel some first.",
            TRY_AGAIN_S,
        )
    length_bytes = length_bytes or 0
    require_size(length_bytes, settings.max_upload_bytes)
    require_quota(settings, room.class_bytes + length_bytes)
    require_free(settings, room.free_bytes - room.promised_bytes - length_bytes)


def require_quota(settings: Settings, class_bytes: int) -> None:
    """Raise TooLarge when the class would hold more than it may."""
    if class_bytes > settings.class_quota_bytes:
        raise TooLarge(
            "This class has no room for it: its lectures may take "
            f"{format_bytes(settings.class_quota_bytes)} together. Remove one first."
        )


def require_free(settings: Settings, left_bytes: int) -> None:
    """Raise NoSpace when less than the reserved space would be left on the disk."""
    if left_bytes < settings.free_space_bytes:
        raise NoSpace(
            "The server's disk has no room for this recording. "
            "Nothing is lost; please tell your school's IT."
        )
