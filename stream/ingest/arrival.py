"""What follows from the arrival of bytes; `app.py` says who does it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Arrival:
    """The moments of a recording on its way that somebody else acts on.

    What is called after a transaction may be lost in a crash, so it only wakes somebody up.
    """

    # Some more bytes of an upload are safe, and its row says so; takes the upload's id.
    grew: Callable[[str], None]
    # Every track of a lecture is on the disk: inside the transaction that marks the last upload
    # complete, so that both are kept, or neither; and after it.
    write: Callable[[AsyncSession, str], Awaitable[None]]
    wake: Callable[[str], Awaitable[None]]
    # A track will not come, at least not by this upload: inside the transaction that ends the
    # upload, and after it.
    withdraw: Callable[[AsyncSession, str], Awaitable[None]]
    clear: Callable[[str], Awaitable[None]]


ARRIVAL = web.AppKey("arrival", Arrival)
