"""Two pieces of work at once, for machines have two cores and most of our children use one."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def concurrently(one: Coroutine[Any, Any, A], other: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """The results of both. What the first of them raises to fail; then the other is cancelled and
    has ended, as when this is cancelled."""
    tasks = (asyncio.create_task(one), asyncio.create_task(other))
    try:
        made, other_made = await asyncio.gather(*tasks)
        return made, other_made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
