"""A lecture that Firefox plays to its end, for tests: what it decodes, and what it had played."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from stream.tables import SchoolRole
from tests.browser import PLAYER, firefox_path, node_path
from tests.running_site import Site, Watched

DRIVER = PLAYER / "tests" / "browser" / "firefox-plays.mjs"
WITHIN_S = 90


class FirefoxPlays:
    """Firefox, while it plays."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def tells(self) -> dict[str, Any]:
        """What it says next: first what it decodes, then what it has played."""
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), WITHIN_S)
        if not line:
            assert self._process.stderr is not None
            pytest.fail((await self._process.stderr.read()).decode())
        told: dict[str, Any] = json.loads(line)
        return told


@asynccontextmanager
async def firefox_plays(site: Site, lecture: Watched) -> AsyncIterator[FirefoxPlays]:
    """A student opens the lecture and plays it; skips the test where Firefox has no H.264."""
    node, firefox = node_path(), firefox_path()
    link = await site.sign_in_url(SchoolRole.STUDENT, lecture.class_id)
    process = await asyncio.create_subprocess_exec(
        *(node, str(DRIVER), firefox, link, site.url + lecture.path),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield FirefoxPlays(process)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def folders(told: dict[str, Any]) -> set[str]:
    """Of which rungs, and of which sound, segments were loaded."""
    return {address.split("/")[-2] for address in told["loaded"]}
