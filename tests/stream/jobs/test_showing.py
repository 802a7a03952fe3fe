"""A lecture can be watched while it is made, at addresses that stay until it is complete."""

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from stream.app_keys import FOLDERS
from stream.database import Database
from stream.folders import Folders
from stream.jobs.endings import Endings
from stream.jobs.lanes import ENCODE_MEMORY_BYTES, Machine
from stream.jobs.notices import Notices
from stream.jobs.publish import Publisher
from stream.jobs.queue import InMemoryQueue
from stream.jobs.reconcile import reconcile
from stream.jobs.store import PUBLISH
from stream.jobs.turns import Turns
from stream.tables import Job, JobState, Lecture, LectureState, Package, SchoolRole
from tests.recorded_shapes import published_shape
from tests.stream.conftest import MakeClass, SignedIn, SignIn
from tests.stream.jobs.conftest import Arrive
from transcode.errors import FfmpegFailed, UnreadableMedia
from transcode.media import Source
from transcode.package import Growth
from transcode.package import Package as MadePackage

pytestmark = pytest.mark.slow

ROOMY = Machine(slots=2, memory_bytes=10 * ENCODE_MEMORY_BYTES, room_bytes=10**12)
READY_S = 2.0
VOD, END = "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-ENDLIST\n"


@dataclass(frozen=True, slots=True)
class Made:
    """A recording, and the package that was really made of it."""

    recording: Path
    folder: Path
    package: MadePackage


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Six seconds."""
    published = published_shape(tmp_path_factory, "a browser's WebM")
    return Made(published.out.with_name("a.webm"), published.out, published.package)


@dataclass
class Making:
    """A `make` that shows the beginning, and goes on or fails when it is told to."""

    made: Made
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None

    async def __call__(
        self,
        sources: list[Source],
        out: Path,
        *,
        on_growth: Callable[[Growth], None],
        **_: object,
    ) -> MadePackage:
        begin(self.made.folder, out)
        on_growth(Growth(READY_S, ("still",), ("low",)))
        self.begun.set()
        await self.told.wait()
        if self.error is not None:
            raise self.error
        shutil.rmtree(out / ".work")
        complete(self.made.folder, out)
        return self.made.package

    def end(self, error: Exception | None = None) -> None:
        self.error = error
        self.told.set()


def begin(whole: Path, out: Path) -> None:
    """The first segments of all tracks, and playlists that are still open; unless it has begun."""
    if out.exists():
        return
    for init in whole.glob("*/init.mp4"):
        (out / init.parent.name).mkdir(parents=True)
        for name in ("init.mp4", "0.m4s"):
            shutil.copy(init.parent / name, out / init.parent.name)
        text = (init.parent / "index.m3u8").read_text()
        first, _, _ = text.partition("1.m4s")
        open_text = first.rpartition("#EXTINF")[0].replace(VOD, VOD.replace("VOD", "EVENT"))
        (out / init.parent.name / "index.m3u8").write_text(open_text)
    shutil.copy(whole / "index.m3u8", out)
    (out / ".work").mkdir()
    (out / ".work" / "plan.json").write_text("{}")


def complete(whole: Path, out: Path) -> None:
    """What is missing, each file put in its place by renaming."""
    for file in [each for each in whole.rglob("*") if each.is_file()]:
        target = out / file.relative_to(whole)
        if not target.exists() or target.suffix == ".m3u8":
            target.parent.mkdir(exist_ok=True)
            shutil.copy(file, target.with_name("unfinished.tmp"))
            target.with_name("unfinished.tmp").replace(target)


@dataclass(frozen=True)
class School:
    """One lecture that has arrived, a student of its class, and publishers."""

    database: Database
    folders: Folders
    student: SignedIn
    lecture_id: str

    def attempt(self, making: Making) -> "asyncio.Task[None]":
        async def run() -> None:
            publisher = Publisher(
                self.database, self.folders, Notices(), Turns(lambda: ROOMY),
                Endings(self.database, InMemoryQueue(), self.folders), make=making,
            )  # fmt: skip
            await publisher.run((await self.job()).id)

        return asyncio.create_task(run())

    async def job(self) -> Job:
        async with self.database.read() as session:
            return (
                await session.scalars(
                    select(Job).where(Job.lecture_id == self.lecture_id, Job.kind == PUBLISH)
                )
            ).one()

    async def told(self) -> dict[str, Any]:
        answer: dict[str, Any] = await (
            await self.student.get(f"/api/lectures/{self.lecture_id}")
        ).json()
        return answer

    async def shown(self) -> dict[str, Any]:
        """What the API tells once something can be played."""
        async with asyncio.timeout(20):
            while True:
                told = await self.told()
                if told["playlist_url"]:
                    return told
                await asyncio.sleep(0.05)

    def files(self) -> dict[str, tuple[int, bytes]]:
        """The inodes and bytes of all that is shown."""
        media = self.folders.media
        return {
            str(file.relative_to(media)): (file.stat().st_ino, file.read_bytes())
            for file in media.rglob("*")
            if file.is_file()
        }


@pytest.fixture
async def school(
    client: TestClient[Any, Any],
    database: Database,
    arrive: Arrive,
    make_class: MakeClass,
    sign_in: SignIn,
    made: Made,
) -> School:
    app = client.app
    assert app is not None
    class_id = await make_class()
    student = await sign_in(SchoolRole.STUDENT, class_id)
    lecture_id = await arrive(class_id, presentation=made.recording)
    return School(database, app[FOLDERS], student, lecture_id)


async def test_what_is_ready_can_be_played_and_keeps_its_address_to_the_end(
    school: School, made: Made
) -> None:
    making = Making(made)
    attempt = school.attempt(making)
    told = await school.shown()
    assert (told["state"], told["duration_s"]) == ("encoding", READY_S)
    assert told["growing"] == {
        "ready_s": READY_S, "whole_s": pytest.approx(6, abs=0.1), "rungs": ["still"],
        "to_come": ["low"],
    }  # fmt: skip
    in_class = await (await school.student.get(f"/classes/{told['class']['id']}")).text()
    assert "Its first part can be watched" in in_class
    base = told["playlist_url"].removesuffix("/index.m3u8")
    playlist = await school.student.get(f"{base}/still/index.m3u8")
    assert playlist.headers["Cache-Control"] == "private, no-cache"
    assert "EVENT" in await playlist.text()
    segment = await school.student.get(f"{base}/still/0.m4s")
    assert segment.headers["Cache-Control"].endswith("immutable")
    for hidden in (".work/plan.json", "still/1.m4s", "package.json", "index.m3u8.next"):
        assert (await school.student.get(f"{base}/{hidden}")).status == 404
    kept = school.files()
    making.end()
    await attempt
    told = await school.told()
    assert (told["state"], told["growing"]) == ("ready", None)
    assert told["playlist_url"] == f"{base}/index.m3u8"
    assert told["poster_url"] == f"{base}/poster.jpg"
    playlist = await school.student.get(f"{base}/still/index.m3u8")
    assert playlist.headers["Cache-Control"].endswith("immutable")
    assert "VOD" in await playlist.text()
    segments = {name: file for name, file in kept.items() if name.endswith(("m4s", "mp4"))}
    assert {name: school.files()[name] for name in segments} == segments
    async with school.database.read() as session:
        package = (await session.scalars(select(Package))).one()
    assert (package.size_bytes, package.growing_job_id) == (made.package.size_bytes, None)
    shown = {name.split("/", 2)[2] for name in school.files()}
    assert shown == {str(f.relative_to(made.folder)) for f in made.folder.rglob("*") if f.is_file()}
    assert list(school.folders.scratch.iterdir()) == []


async def test_strangers_get_nothing_of_it(school: School, made: Made, sign_in: SignIn) -> None:
    making = Making(made)
    attempt = school.attempt(making)
    url = (await school.shown())["playlist_url"]
    stranger = await sign_in(SchoolRole.STUDENT)
    assert (await stranger.get(url)).status == 404
    making.end()
    await attempt


async def test_the_page_is_told_as_it_grows(
    client: TestClient[Any, Any], school: School, made: Made
) -> None:
    making = Making(made)
    attempt = school.attempt(making)
    url = (await school.shown())["playlist_url"]
    async with await school.student.get(f"/api/lectures/{school.lecture_id}/progress") as stream:
        first = (await stream.content.readuntil(b"\n\n")).decode()
        assert '"ready_s": 2.0' in first
        assert url in first
    making.end()
    await attempt


async def test_another_attempt_goes_on_at_the_same_address(school: School, made: Made) -> None:
    first, second = Making(made), Making(made)
    attempt = school.attempt(first)
    told = await school.shown()
    kept = school.files()
    attempt.cancel()  # the server stops
    await asyncio.wait({attempt})
    await reconcile(school.database, school.folders)
    told_between = await school.told()
    assert (told_between["state"], told_between["playlist_url"]) == ("queued", told["playlist_url"])
    assert school.files() == kept
    attempt = school.attempt(second)
    await second.begun.wait()
    second.end()
    await attempt
    assert (await school.told())["playlist_url"] == told["playlist_url"]
    first_segments = {name: file for name, file in kept.items() if name.endswith("0.m4s")}
    assert {name: school.files()[name] for name in first_segments} == first_segments


async def test_an_attempt_that_begins_anew_has_an_address_of_its_own(
    school: School, made: Made
) -> None:
    """Its segments are others, and what was once at an address may be in a browser's cache."""
    first, second = Making(made), Making(made)
    attempt = school.attempt(first)
    told = await school.shown()
    first.end(FfmpegFailed(1, "broken"))  # of what it wrote nothing is trusted
    await attempt
    assert (await school.told())["playlist_url"] == told["playlist_url"]
    attempt = school.attempt(second)
    second.end()
    await attempt
    after = await school.told()
    assert after["state"] == "ready"
    assert after["playlist_url"] != told["playlist_url"]
    [package] = (school.folders.media / school.lecture_id).iterdir()
    assert package.name in after["playlist_url"]


async def test_f30_a_zombie_changes_nothing(school: School, made: Made) -> None:
    zombie, living = Making(made), Making(made)
    asleep = school.attempt(zombie)
    told = await school.shown()
    async with school.database.write() as session:  # its lease is lost
        row = await session.get_one(Job, (await school.job()).id)
        row.state = JobState.QUEUED
        lecture = await session.get_one(Lecture, school.lecture_id)
        lecture.state = LectureState.QUEUED
    attempt = school.attempt(living)
    await living.begun.wait()
    kept = school.files()
    own = school.folders.attempt(row.id, 1)
    begin(made.folder, own)  # it wakes, and its folder is not there
    zombie.end()
    await asleep
    assert school.files() == kept
    assert (await school.told())["playlist_url"] == told["playlist_url"]
    living.end()
    await attempt
    assert (await school.told())["state"] == "ready"
    assert (await school.told())["playlist_url"] == told["playlist_url"]
    assert list(school.folders.scratch.iterdir()) == []


async def test_of_a_recording_that_cannot_be_used_nothing_stays(school: School, made: Made) -> None:
    making = Making(made)
    attempt = school.attempt(making)
    await school.shown()
    making.end(UnreadableMedia("The rest of it is damaged."))
    await attempt
    told = await school.told()
    assert (told["state"], told["playlist_url"], told["duration_s"]) == ("failed", None, None)
    assert school.files() == {}
    assert list(school.folders.scratch.iterdir()) == []


async def test_an_attempt_that_waits_for_room_frees_what_it_showed(
    school: School, made: Made
) -> None:
    making = Making(made)
    attempt = school.attempt(making)
    await school.shown()
    making.end(OSError(28, os.strerror(28)))
    await attempt
    told = await school.told()
    assert (told["state"], told["playlist_url"]) == ("queued", None)
    assert school.files() == {}
