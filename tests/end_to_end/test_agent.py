"""A classroom device against the real server: it records and sends, and the lecture is there."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from stream.clock import utc_now
from stream.database import open_database
from stream.demo.school import make_school
from stream.demo.sender import TeacherClient
from stream.ids import new_id
from stream.people.tokens import hash_token, new_token
from stream.settings import Settings
from stream.tables import Agent
from tests.server_process import ROOT, ServerProcess

pytestmark = pytest.mark.slow

RECORD_S = 10
SOURCES = [
    "--presentation", "lavfi:testsrc2=size=640x360:rate=15",
    "--presenter", "lavfi:smptebars=size=320x180:rate=15",
    "--audio", "lavfi:sine=frequency=440:sample_rate=48000",
]  # fmt: skip


async def test_a_recorded_lesson_becomes_a_lecture_though_the_server_is_killed_meanwhile(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with ServerProcess(data) as server:
        url, token = Settings(data=data).effective_database_url, new_token()
        async with open_database(url) as database, database.write() as session:
            school = await make_school(session, "Maths 11b", utc_now())
            device = Agent(
                id=new_id(), name="Room 7", class_id=school.class_id,
                token_hash=hash_token(token), created_at=utc_now(),
            )  # fmt: skip
            session.add(device)
        agent = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "capture", "record", *SOURCES,
            "--to", f"{server.base}/classes/{school.class_id}", "--title", "Lesson 1",
            "--folder", str(tmp_path / "takes"), "--duration", str(RECORD_S), "--json",
            cwd=ROOT, env=os.environ | {"FLIPCAST_AGENT_TOKEN": token},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await asyncio.sleep(RECORD_S * 0.7)  # both tracks are being sent by now
        server.kill()
        await asyncio.sleep(1)
        server.start()
        out, log = await asyncio.wait_for(agent.communicate(), 120)
        assert agent.returncode == 0, log.decode()
        done = json.loads(out.decode().splitlines()[-1])
        assert done["event"] == "done"
        lecture_id = done["lecture_id"]
        async with TeacherClient(server.base, school.teacher_token) as teacher, asyncio.timeout(90):
            while (lecture := await teacher.show_lecture(lecture_id))["state"] != "ready":
                assert lecture["state"] != "failed", lecture["failure"]
                await asyncio.sleep(0.2)
    assert lecture["title"] == "Lesson 1"
    assert lecture["duration_s"] == pytest.approx(RECORD_S, abs=2)
    facts = json.loads(next((data / "media").glob("*/*/package.json")).read_bytes())
    assert facts["audio"]["size_bytes"] > 0
    assert facts["renditions"][0]["name"] == "still"
