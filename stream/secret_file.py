"""The server's own secrets: one 0600 file made at first start, never in the database."""

import os
import secrets
import stat
from pathlib import Path

from stream.settings import BadSettings

KEY_BYTES = 32


def load_or_make_key(path: Path) -> bytes:
    """Return the 32-byte key in `path`, made at first use.

    Raises BadSettings when others can read it or when it is damaged.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return _make_key(path)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSettings(f"{path} can be read by others; run: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise BadSettings(f"{path} is damaged: {len(key)} bytes instead of {KEY_BYTES}")
    return key


def _make_key(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    return key
