"""Passwords: argon2id hashes, computed beside the event loop and never many at once.

Cost: 19 MiB, two passes, one lane, OWASP's recommended setting. A whole class signs in within
the same minute here, on a machine that also encodes video; more memory would only buy a queue.
"""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from stream.errors import BadRequest

MIN_CHARS = 8
MAX_CHARS = 1000  # long passwords work exactly; a megabyte of one is an attack (A08)
AT_ONCE = 2  # bounds processors and memory (A09); the others wait in line

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobodys_hash() -> str:
    """What is checked when there is no such login, so that the answer takes as long (A02)."""
    return _HASHER.hash("nobody has this password")


class Passwords:
    """Makes and checks hashes, `AT_ONCE` at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """Return the argon2id hash. Raises BadRequest for one too short or too long."""
        if len(password) < MIN_CHARS:
            raise BadRequest(f"Choose a password of at least {MIN_CHARS} characters.")
        _check_length(password)
        async with self._turn:
            return await asyncio.to_thread(_HASHER.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Tell whether `password` is the one; False after the same work when none is stored.

        Raises BadRequest for one that is too long to be anybody's.
        """
        _check_length(password)
        async with self._turn:
            fits = await asyncio.to_thread(_verify, stored, password)
        return fits and stored is not None


def _check_length(password: str) -> None:
    if len(password) > MAX_CHARS:
        raise BadRequest(f"A password has at most {MAX_CHARS} characters.")


def _verify(stored: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(stored or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
