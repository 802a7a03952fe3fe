"""Identifiers: 128 random bits as 32 lower-case hexadecimal digits, safe in URLs and file names."""

import hashlib
import re
import secrets

ID_PATTERN = (
    r"[0-9a-f]{32}"  # the allow-list every route uses: nothing else reaches a path or a query
)

_ID = re.compile(ID_PATTERN)


def new_id() -> str:
    """Return a fresh id; 128 random bits, so it can be neither guessed nor counted (R08)."""
    return secrets.token_hex(16)


def id_for_request(caller_id: str, key: str) -> str:
    """Return the id of what a caller's request with this idempotency key makes: the same each time.

    The caller is part of it, so nobody's key can name what somebody else has made.
    """
    return hashlib.sha256(f"{caller_id} {key}".encode()).hexdigest()[:32]


def is_id(text: str) -> bool:
    """Tell whether `text` has the form of an id."""
    return _ID.fullmatch(text) is not None
