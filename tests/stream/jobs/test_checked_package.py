"""A package is shown only when it is whole; until then the recording is all there is, and stays."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from stream.database import Database
from stream.folders import Folders
from stream.jobs.attempt import Make
from stream.jobs.endings import Endings
from stream.jobs.lanes import ENCODE_MEMORY_BYTES, Machine
from stream.jobs.notices import Notices
from stream.jobs.publish import Publisher
from stream.jobs.queue import InMemoryQueue
from stream.jobs.store import PUBLISH
from stream.jobs.turns import Turns
from stream.jobs.verdict import CAME_OUT_SHORT, STOOD_STILL
from stream.tables import Job, JobState, Lecture, LectureState
from tests.recorded_shapes import published_shape
from tests.stream.jobs.conftest import Arrive
from transcode.media import Source
from transcode.package import Package

pytestmark = pytest.mark.slow

ROOMY = Machine(slots=2, memory_bytes=10 * ENCODE_MEMORY_BYTES, room_bytes=10**12)
Spoil = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A recording and the package that was really made of it."""

    recording: Path
    folder: Path
    package: Package

    def after(self, spoil: Spoil) -> Make:
        """A `make` that gives a copy of the package, spoilt."""

        async def make(sources: list[Source], out: Path, **_: object) -> Package:
            await asyncio.to_thread(shutil.copytree, self.folder, out)
            await asyncio.to_thread(spoil, out)
            return self.package

        return make


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Five seconds."""
    published = published_shape(tmp_path_factory, "a browser's WebM")
    return Made(published.out.with_name("a.webm"), published.out, published.package)


@pytest.fixture
def publish(
    database: Database, folders: Folders, arrive: Arrive, made: Made
) -> Callable[[Make, float], Awaitable[tuple[Lecture, Job]]]:
    """Let a recording arrive and be published by `make`, twice if need be."""

    async def run(make: Make, limit_s: float = 60.0) -> tuple[Lecture, Job]:
        lecture_id = await arrive(presentation=made.recording)
        publisher = Publisher(
            database, folders, Notices(), Turns(lambda: ROOMY),
            Endings(database, InMemoryQueue(), folders), make=make, limit_s=lambda media_s: limit_s,
        )  # fmt: skip
        for _ in range(2):
            async with database.read() as session:
                job = (
                    await session.scalars(
                        select(Job).where(Job.lecture_id == lecture_id, Job.kind == PUBLISH)
                    )
                ).one()
            await publisher.run(job.id)
        async with database.read() as session:
            return (
                await session.get_one(Lecture, lecture_id),
                await session.get_one(Job, job.id),
            )

    return run


Publish = Callable[..., Awaitable[tuple[Lecture, Job]]]


def cut_the_last_segment(rung: str) -> Spoil:
    def spoil(package: Path) -> None:
        playlist = package / rung / "index.m3u8"
        head, _, rest = playlist.read_text().rpartition("#EXTINF")
        playlist.write_text(head + rest.partition("m4s\n")[2])

    return spoil


def lose_a_segment(package: Path) -> None:
    (package / "still" / "1.m4s").unlink()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(cut_the_last_segment("still"), id="one-rung-is-short"),
        pytest.param(cut_the_last_segment("audio"), id="the-sound-is-short"),
        pytest.param(lose_a_segment, id="a-segment-is-not-there"),
    ],
)
async def test_a_package_that_is_not_whole_is_refused_and_the_recording_stays(
    publish: Publish, made: Made, folders: Folders, spoil: Spoil
) -> None:
    lecture, job = await publish(made.after(spoil))
    assert (lecture.state, job.state, job.attempt) == (LectureState.FAILED, JobState.FAILED, 2)
    assert lecture.failure == CAME_OUT_SHORT
    assert lecture.package_id is None
    [original] = folders.originals.iterdir()
    assert original.read_bytes() == made.recording.read_bytes()
    assert list(folders.media.iterdir()) == list(folders.scratch.iterdir()) == []


@pytest.fixture(scope="session")
def shorter(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A whole package, three seconds long."""
    published = published_shape(tmp_path_factory, "odd sizes")
    return Made(published.out.with_name("a.webm"), published.out, published.package)


async def test_a_package_of_another_shorter_recording_is_refused(
    publish: Publish, shorter: Made
) -> None:
    """Every rung agrees with every other, and none with the recording."""
    lecture, _ = await publish(shorter.after(lambda package: None))
    assert (lecture.state, lecture.failure) == (LectureState.FAILED, CAME_OUT_SHORT)


async def test_a_whole_package_is_shown_and_what_it_took_is_remembered(
    publish: Publish, made: Made, database: Database
) -> None:
    lecture, job = await publish(made.after(lambda package: None))
    assert (lecture.state, job.state, job.attempt) == (LectureState.READY, JobState.DONE, 1)
    assert job.media_s == pytest.approx(6, abs=0.1)
    assert job.content == "presentation-360"
    assert job.work_s is not None
    async with database.read() as session:
        assert msgspec.json.decode((made.folder / "package.json").read_bytes())[
            "duration_s"
        ] == pytest.approx((await session.get_one(Lecture, lecture.id)).duration_s)


async def test_f32_an_encode_beyond_its_wall_time_is_tried_once_more_and_then_failed(
    publish: Publish, made: Made, folders: Folders
) -> None:
    stopped = []

    async def endless(sources: list[Source], out: Path, **_: object) -> Package:
        await asyncio.to_thread(out.mkdir)
        try:
            await asyncio.sleep(3600)
        finally:
            stopped.append(out)
        return made.package

    lecture, job = await publish(endless, 0.2)
    assert len(stopped) == 2
    assert (lecture.state, job.attempt) == (LectureState.FAILED, 2)
    assert lecture.failure == STOOD_STILL
    assert list(folders.scratch.iterdir()) == []
    assert len(list(folders.originals.iterdir())) == 1
