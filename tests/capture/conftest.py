"""A fake server that listens, and agents that run as their own processes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from capture.arguments import recording_arguments
from capture.journal import Take
from capture.report import Report
from capture.sources import parse_source
from tests.capture.fake_server import CLASS_ID, TOKEN, FakeServer
from transcode.locator import find_ffmpeg

PRESENTATION = "lavfi:testsrc2=size=320x240:rate=25"
PRESENTER = "lavfi:smptebars=size=160x120:rate=25"
SOUND = "lavfi:sine=frequency=440:sample_rate=48000"


@dataclass
class Agent:
    """`flipcast-agent` in a process of its own."""

    process: asyncio.subprocess.Process

    async def event(self, name: str, timeout_s: float = 30) -> dict[str, Any]:
        """The next event with that name; the ones before it are passed over."""
        assert self.process.stdout is not None
        async with asyncio.timeout(timeout_s):
            while line := await self.process.stdout.readline():
                found = json.loads(line)
                if found["event"] == name:
                    return dict(found)
        raise AssertionError(f"the agent ended without {name!r}: {await self._log()}")

    async def end(self, timeout_s: float = 60) -> tuple[int, list[dict[str, Any]], str]:
        """Wait for the end: exit status, the events that were left, stderr."""
        async with asyncio.timeout(timeout_s):
            out, log = await self.process.communicate()
        assert self.process.returncode is not None
        lines = out.decode().splitlines()
        return self.process.returncode, [json.loads(line) for line in lines], log.decode()

    def recorders(self) -> dict[int, str]:
        """Command lines of the processes that the agent started, by process id."""
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                command = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # it ended meanwhile
                continue
            if parent == self.process.pid:
                found[int(stat.parent.name)] = command
        return found

    def kill_recorder(self, role: str) -> None:
        """SIGKILL the ffmpeg that records the track with that role."""
        victim = next(pid for pid, command in self.recorders().items() if f"{role}." in command)
        os.kill(victim, signal.SIGKILL)

    async def _log(self) -> str:
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()


StartAgent = Callable[..., Awaitable[Agent]]


@pytest.fixture
async def start_agent(tmp_path: Path) -> AsyncIterator[StartAgent]:
    """Start `flipcast-agent` with arguments; whatever still runs at the end is killed."""
    agents: list[Agent] = []

    async def start(*arguments: str, token: str | None = TOKEN, **environment: str) -> Agent:
        settings = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), **environment}
        if token is not None:
            settings["FLIPCAST_AGENT_TOKEN"] = token
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "capture", *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=settings,
        )
        agents.append(Agent(process))
        return agents[-1]

    yield start
    for agent in agents:
        with suppress(ProcessLookupError):
            agent.process.kill()
        await agent.process.wait()


@dataclass
class Listening:
    """A fake server and where it listens."""

    fake: FakeServer
    server: TestServer

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def class_page(self) -> str:
        return f"{self.origin}/classes/{CLASS_ID}"


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[Listening]:
    """A fake server that listens on this computer."""
    folder = tmp_path / "server"
    folder.mkdir()
    fake = FakeServer(folder)
    server = TestServer(fake.application(), host="127.0.0.1")
    await server.start_server()
    yield Listening(fake, server)
    await server.close()


@pytest.fixture
def takes(tmp_path: Path) -> Path:
    """Where the agent keeps its takes."""
    return tmp_path / "takes"


class ListReport(Report):
    """Keeps the news for a test to look at."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.acknowledged: list[tuple[str, int]] = []
        self.finished: list[str] = []

    def recording(self, take: Take, folder: Path) -> None:
        pass

    def sent(self, take: Take, role: str, sent_bytes: int, safe_bytes: int) -> None:
        self.acknowledged.append((role, sent_bytes))

    def done(self, take: Take) -> None:
        self.finished.append(take.take_id)

    def problem(self, sentence: str) -> None:
        self.problems.append(sentence)


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds with sound, as a recorder writes them: what follows is always a copy of it."""
    path = tmp_path_factory.mktemp("recorded") / "presentation.1.mp4"
    source = parse_source(f"{PRESENTATION}:duration=4+{SOUND}:duration=4")
    arguments = recording_arguments(find_ffmpeg(), source, path)
    at_once = [word for word in arguments if word != "-re"]  # a stand-in need not take its time
    subprocess.run(at_once, check=True)
    return path
