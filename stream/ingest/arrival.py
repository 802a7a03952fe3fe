"""What happens when the last byte of a recording is safe; `app.py` says who does it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Arrival:
    """Two moments of one event: every track of a lecture's recording is on the disk."""

    # Inside the transaction that marks the last upload complete: both are kept, or neither.
    write: Callable[[AsyncSession, str], Awaitable[None]]
    # After that transaction; may be lost in a crash, so it only wakes somebody up.
    wake: Callable[[str], Awaitable[None]]


ARRIVAL = web.AppKey("arrival", Arrival)
