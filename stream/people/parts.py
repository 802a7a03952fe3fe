"""What the people feature keeps in the application, and who is at the other end of a request."""

from collections.abc import AsyncIterator

from aiohttp import web

from stream.people.guessing import Guessing
from stream.people.passwords import Passwords

PASSWORDS = web.AppKey("passwords", Passwords)
GUESSING = web.AppKey("guessing", Guessing)

LOOPBACK = ("127.0.0.1", "::1")


async def people_parts(app: web.Application) -> AsyncIterator[None]:
    """The feature's lifetime: counters and hashing turns live as long as the application."""
    app[PASSWORDS] = Passwords()
    app[GUESSING] = Guessing()
    yield


def address_of(request: web.Request) -> str:
    """Return the address tries are counted by; it is kept in memory only.

    A proxy on this machine puts the caller's address last in X-Forwarded-For. Nobody else is
    believed: a client that talks to the server directly could write anything there.
    """
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if peer in LOOPBACK and forwarded else peer
