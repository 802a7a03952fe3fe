"""Two pieces of work at once."""

import asyncio

import pytest

from transcode.concurrently import concurrently


async def test_both_go_on_together() -> None:
    first, second = asyncio.Event(), asyncio.Event()

    async def answers() -> str:
        first.set()
        await second.wait()
        return "one"

    async def asks() -> int:
        await first.wait()
        second.set()
        return 2

    assert await concurrently(answers(), asks()) == ("one", 2)


async def test_what_one_raises_is_raised_when_the_other_has_ended() -> None:
    ended = asyncio.Event()

    async def goes_on() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async def fails() -> None:
        await asyncio.sleep(0)
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        await concurrently(goes_on(), fails())
    assert ended.is_set()
