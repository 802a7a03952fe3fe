"""A teacher's desk for tests of the recorder: its engine, a browser to kill, what arrived."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import av
import numpy as np
import pytest
from playwright.async_api import BrowserContext, Page, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError
from sqlalchemy import select

from stream.app_keys import FOLDERS
from stream.tables import Lecture, LectureState, Recording, SchoolRole, Track, Upload, UploadState
from tests.browser import CHROMIUM_ARGUMENTS, NODE, PLAYER, chromium_path, node_path
from tests.made_once import made_once
from tests.processes import children_of
from tests.running_site import Site

BUILD = PLAYER / "tests" / "browser" / "record-stage.config.js"
PRETENDED_DEVICES = ("--use-fake-device-for-media-stream", "--auto-accept-this-tab-capture")
PREFIX = "/recorder-engine"
IMPORT = f"async () => {{ window.stage = await import('{PREFIX}/stage.js') }}"


def built_engine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine and a stage for it (record-stage.ts), as one module; built once in a run."""
    node_path()

    def build(folder: Path) -> None:
        vite = PLAYER / "node_modules" / "vite" / "bin" / "vite.js"
        arguments = [str(vite), "build", "--config", str(BUILD), "--outDir", str(folder)]
        subprocess.run([str(NODE), *arguments], cwd=PLAYER, check=True, capture_output=True)

    return made_once(tmp_path_factory, "recorder's engine", build)


@dataclass(slots=True)
class Desk:
    """A browser whose profile outlives it, signed in as a teacher of a class."""

    site: Site
    playwright: Playwright
    profile: Path
    class_id: str = ""
    context: BrowserContext | None = None

    async def switch_on(self) -> None:
        """Start the browser; after a kill it finds what the killed one left."""
        self.context = await self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=chromium_path(),
            args=[*CHROMIUM_ARGUMENTS, *PRETENDED_DEVICES],
            permissions=["camera", "microphone"],
        )

    async def sign_in(self) -> None:
        self.class_id = await self.site.make_class()
        page = await self.new_page()
        await page.goto(await self.site.sign_in_url(SchoolRole.TEACHER, self.class_id))
        await page.close()

    async def open(self) -> Page:
        """A page of the site with the engine at hand as `stage`."""
        page = await self.new_page()
        await page.goto(f"{self.site.url}/upload")
        await page.evaluate(IMPORT)
        return page

    async def new_page(self) -> Page:
        assert self.context is not None, "the browser is off"
        return await self.context.new_page()

    async def kill(self) -> None:
        """End the browser as a power cut does, renderers included."""
        for pid in processes_of(self.profile):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self.switch_off()

    async def kill_renderers(self) -> None:
        """End the processes that show pages; the browser lives on."""
        for pid in processes_of(self.profile):
            if b"--type=renderer" in command_of(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        assert self.context is not None
        for page in self.context.pages:  # which have not all heard of it yet
            with suppress(PlaywrightError):
                await page.close()

    async def switch_off(self) -> None:
        if self.context is not None:
            with suppress(PlaywrightError):  # it may have been killed
                await self.context.close()
        self.context = None


def processes_of(profile: Path) -> set[int]:
    """The processes of the browser with this profile, and all below them."""
    found, name = set[int](), f"--user-data-dir={profile}".encode()
    to_look = [int(each.name) for each in Path("/proc").glob("[0-9]*")]
    to_look = [pid for pid in to_look if name in command_of(pid)]
    while to_look:
        found.add(pid := to_look.pop())
        to_look += children_of(pid) - found
    return found


def command_of(pid: int) -> bytes:
    """A process's command line, its parts parted by zeros; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@asynccontextmanager
async def desk(site: Site, profile: Path) -> AsyncIterator[Desk]:
    """A desk with its browser switched on and a teacher signed in."""
    async with async_playwright() as playwright:
        here = Desk(site, playwright, profile)
        await here.switch_on()
        try:
            await here.sign_in()
            yield here
        finally:
            await here.kill()


@dataclass(frozen=True, slots=True)
class Arrived:
    """A track as the server has it."""

    role: str
    start_offset_s: float
    is_complete: bool
    path: Path


async def arrived(site: Site, class_id: str) -> dict[str, list[Arrived]]:
    """The tracks of every lecture of the class."""
    wanted = (
        select(Lecture.id, Track, Upload)
        .join(Recording, Recording.lecture_id == Lecture.id)
        .join(Track, Track.recording_id == Recording.id)
        .join(Upload, Upload.track_id == Track.id)
        .where(Lecture.class_id == class_id, Upload.state != UploadState.TERMINATED)
        .order_by(Track.role)
    )
    tracks: dict[str, list[Arrived]] = {}
    async with site.database.read() as session:
        for lecture_id, track, upload in await session.execute(wanted):
            path = site.app[FOLDERS].original(upload.id)
            is_complete = upload.state is UploadState.COMPLETE
            one = Arrived(track.role.value, track.start_offset_ms / 1000, is_complete, path)
            tracks.setdefault(lecture_id, []).append(one)
    return tracks


@dataclass(frozen=True, slots=True)
class Seen:
    """What is in a recorded file: its length, and when light and tone changed, all in seconds."""

    duration_s: float
    sizes: set[tuple[int, int]]
    is_heard: bool
    flashes_s: list[float]
    beeps_s: list[float]


LOUD = 0.1
LONGEST_GAP_S = 0.15  # a flash lasts 0.7 s: what is nearer is a click at a joint


def seen_in(path: Path) -> Seen:
    """Decode a file of the stage (record-stage.ts)."""
    sizes: set[tuple[int, int]] = set()
    lights: list[tuple[float, bool]] = []
    tones: list[tuple[float, bool]] = []
    with av.open(str(path)) as container:
        for frame in container.decode(*container.streams):
            if isinstance(frame, av.VideoFrame):
                sizes.add((frame.width, frame.height))
                picture = frame.to_ndarray(format="gray")
                lights.append(
                    (float(frame.time or 0), bool(picture[picture.shape[0] // 4 :].mean() > 128))
                )
            elif isinstance(frame, av.AudioFrame):
                tones += _tones(frame)
    ends = [moments[-1][0] for moments in (lights, tones) if moments]
    return Seen(
        max(ends, default=0.0), sizes, any(on for _, on in tones), _changes(lights), _changes(tones)
    )


def _tones(frame: av.AudioFrame) -> list[tuple[float, bool]]:
    """Whether there is a tone, every 2 ms."""
    sound = np.atleast_2d(frame.to_ndarray())[0].astype(float)
    step = frame.sample_rate // 500
    start_s = float(frame.time or 0)
    return [
        (start_s + at / frame.sample_rate, bool(np.abs(sound[at : at + step]).max() > LOUD))
        for at in range(0, len(sound) - step + 1, step)
    ]


def _changes(moments: list[tuple[float, bool]]) -> list[float]:
    """When it changed, without changes that last no time."""
    changes = [now[0] for before, now in pairwise(moments) if before[1] != now[1]]
    return [
        at_s for at_s in changes if sum(abs(at_s - other) < LONGEST_GAP_S for other in changes) == 1
    ]


def apart_s(one: list[float], other: list[float], shift_s: float) -> float:
    """By how much the same moments differ in two tracks: the median, for a busy machine is late."""
    return median(min(abs(at_s - each - shift_s) for each in other) for at_s in one)


async def until_ready(site: Site, lecture_id: str, within_s: float = 90) -> Lecture:
    """Wait until the lecture can be watched."""
    async with asyncio.timeout(within_s):
        while True:
            async with site.database.read() as session:
                lecture = await session.get_one(Lecture, lecture_id)
            if lecture.state in {LectureState.READY, LectureState.FAILED}:
                assert lecture.state is LectureState.READY, lecture.failure
                return lecture
            await asyncio.sleep(0.2)
