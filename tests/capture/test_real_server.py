"""The agent and the server meet over HTTP alone: what one records, the other makes a lecture of."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from stream.catalogue.devices import add_device
from stream.clock import utc_now
from stream.jobs.store import PUBLISH
from stream.jobs.worker import Habits
from stream.settings import Settings
from stream.tables import Job, JobState, Lecture, LectureState
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

    async def lecture_once_growing(self) -> Lecture:
        """The one lecture, once a part of it can be watched."""
        async with asyncio.timeout(60):
            while True:
                async with self.site.database.read() as session:
                    lecture: Lecture | None = await session.scalar(select(Lecture))
                if lecture is not None and lecture.package_id is not None:
                    return lecture
                await asyncio.sleep(0.1)


@pytest.fixture
async def classroom(tmp_path: Path) -> AsyncIterator[Classroom]:
    settings = Settings(data=tmp_path / "data", listen="127.0.0.1:0", free_space_bytes=0)
    site = Site(settings, habits=Habits(followed_after=timedelta(seconds=1)))
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


async def test_a_class_watches_what_the_agent_still_records(
    classroom: Classroom, start_agent: StartAgent, takes: Path
) -> None:
    agent = await start_agent(*classroom.wish(takes, 16), token=classroom.token)
    growing = await classroom.lecture_once_growing()
    assert (growing.state, growing.package_id is not None) == (LectureState.RECORDING, True)
    status, events, _ = await agent.end()
    assert (status, events[-1]["lecture_id"]) == (0, growing.id)
    lecture = await classroom.lecture_once_ready(growing.id)
    assert lecture["state"] == "ready"
    assert lecture["playlist_url"] == f"/media/{growing.id}/{growing.package_id}/index.m3u8"
    async with classroom.site.database.read() as session:
        [job] = await session.scalars(
            select(Job).where(Job.lecture_id == growing.id, Job.kind == PUBLISH)
        )
    assert (job.state, job.attempt) == (JobState.DONE, 1)
    assert job.work_s is None, "it followed the recording"


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
