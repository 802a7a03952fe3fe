"""Random tokens handed to people and devices; the database keeps only their hashes (A10)."""

import hashlib
import secrets


def new_token() -> str:
    """Return a fresh token: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token, hexadecimal.

    A fast hash is enough: the token is 256 random bits, nobody can try them all.
    """
    return hashlib.sha256(token.encode()).hexdigest()
