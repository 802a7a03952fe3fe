"""The agent and the server meet over HTTP alone: what one records, the other makes a lecture of."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from stream.catalogue.devices import add_device
from stream.clock import utc_now
from stream.settings import Settings
from tests.capture.conftest import PRESENTATION, PRESENTER, SOUND, StartAgent
from tests.running_site import Site

pytestmark = pytest.mark.slow


@dataclass
class Classroom:
    """A running server, a class in it and the token of its device."""

    site: Site
    class_id: str
    token: str

    def wish(self, takes: Path, duration_s: int) -> list[str]:
        return [
            *("record", "--to", f"{self.site.url}/classes/{self.class_id}"),
            *("--folder", str(takes), "--json", "--title", "Optics"),
            *("--presentation", PRESENTATION, "--presenter", f"{PRESENTER}+{SOUND}"),
            *("--duration", str(duration_s)),
        ]

    async def lecture_once_ready(self, lecture_id: str) -> dict[str, Any]:
        """What the server says of the lecture when it is made, or has failed."""
        headers = {"Authorization": f"Bearer {self.token}"}
        address = f"{self.site.url}/api/lectures/{lecture_id}"
        async with asyncio.timeout(90), aiohttp.ClientSession(headers=headers) as session:
            while True:
                async with session.get(address) as response:
                    facts: dict[str, Any] = await response.json()
                if facts["state"] in ("ready", "failed"):
                    return facts
                await asyncio.sleep(0.5)


@pytest.fixture
async def classroom(tmp_path: Path) -> AsyncIterator[Classroom]:
    site = Site(Settings(data=tmp_path / "data", listen="127.0.0.1:0", free_space_bytes=0))
    await site.start()
    class_id = await site.make_class()
    async with site.database.write() as session:
        token = await add_device(session, class_id, "Room 12", utc_now())
    yield Classroom(site, class_id, token)
    await site.stop()


async def test_what_the_agent_recorded_becomes_a_lecture(
    classroom: Classroom, start_agent: StartAgent, takes: Path
) -> None:
    agent = await start_agent(*classroom.wish(takes, 5), token=classroom.token)
    status, events, log = await agent.end()
    assert (status, log) == (0, "")
    done = events[-1]
    assert done["lecture_url"] == f"{classroom.site.url}/lectures/{done['lecture_id']}"
    lecture = await classroom.lecture_once_ready(done["lecture_id"])
    assert (lecture["state"], lecture["title"]) == ("ready", "Optics")
    assert 5 <= lecture["duration_s"] <= 8


async def test_a_server_that_restarts_and_a_recorder_that_dies_cost_no_lecture(
    classroom: Classroom, start_agent: StartAgent, takes: Path
) -> None:
    agent = await start_agent(*classroom.wish(takes, 8), token=classroom.token)
    await agent.event("sent")
    await classroom.site.stop()
    agent.kill_recorder("presenter")
    await asyncio.sleep(1)
    await classroom.site.start()
    status, events, _ = await agent.end()
    assert status == 0
    lecture = await classroom.lecture_once_ready(events[-1]["lecture_id"])
    assert lecture["state"] == "ready"
    assert 8 <= lecture["duration_s"] <= 11


async def test_the_token_of_another_class_is_refused_clearly(
    classroom: Classroom, start_agent: StartAgent, takes: Path
) -> None:
    other_class = await classroom.site.make_class()
    other = Classroom(classroom.site, other_class, classroom.token)
    agent = await start_agent(*other.wish(takes, 1), token=classroom.token)
    status, _, log = await agent.end()
    assert status == 1
    assert "Not sent:" in log
    assert "Traceback" not in log
