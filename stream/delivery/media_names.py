"""Which names below `/media/{lecture}/{package}/` can exist at all, and what type each has (H01).

Everything else is not found, before any path is joined: no dots but the one before the extension,
no upper case, no percent signs, no empty parts.
"""

import re

_NAME = re.compile(r"(?:[a-z0-9_-]{1,64}/){0,2}[a-z0-9_-]{1,64}\.([a-z0-9]{2,4})")

CONTENT_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",  # RFC 8216 section 4
    "mp4": "video/mp4",
    "m4s": "video/mp4",
    "vtt": "text/vtt",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "json": "application/json",
}


def content_type_of(name: str) -> str | None:
    """Return the type `name` is served with, or None when there can be no such file."""
    match = _NAME.fullmatch(name)
    return CONTENT_TYPES.get(match.group(1)) if match else None
