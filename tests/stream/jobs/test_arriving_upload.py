"""A job follows an upload's bytes: the lecture grows while its recording is still being sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from stream.app import make_app
from stream.app_keys import DATABASE, FOLDERS
from stream.catalogue.standing import newest_job
from stream.clock import utc_now
from stream.jobs import store
from stream.jobs.arriving import ArrivalPace
from stream.jobs.completeness import require_complete
from stream.jobs.endings import Endings
from stream.jobs.lanes import Order
from stream.jobs.queue import InMemoryQueue
from stream.jobs.reconcile import reconcile, sweep_scratch
from stream.jobs.turns import Turn
from stream.jobs.worker import HABITS, Habits
from stream.settings import Settings
from stream.tables import (
    Job,
    JobState,
    Lecture,
    LectureState,
    Package,
    SchoolRole,
    TrackRole,
    WaitReason,
)
from tests.generated_media import browser_recording, recording
from tests.stream.conftest import MakeClass, SignedIn, SignIn
from tests.stream.ingest.conftest import Sender, insert_tracks
from transcode.errors import UnreadableMedia
from transcode.hls.check.checker import check_folder

pytestmark = pytest.mark.slow

MEDIA_S = 24.0
PATIENT = Habits(slots=1, followed_after=timedelta(0))
IDLE = Habits(slots=0, followed_after=timedelta(0))
HASTY = Habits(slots=1, followed_after=timedelta(0), pace=lambda: ArrivalPace(window=3))


@pytest.fixture(scope="session")
def take(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("media")
    return browser_recording(folder / "take.webm", MEDIA_S).read_bytes()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return browser_recording(tmp_path_factory.mktemp("media") / "clip.webm", 2).read_bytes()


@pytest.fixture
def habits() -> Habits:
    return PATIENT


@pytest.fixture(params=["sqlite"])
def database_url(tmp_path: Path, empty_sqlite: Path) -> str:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "flipcast.db"
    path.write_bytes(empty_sqlite.read_bytes())
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def client(settings: Settings, habits: Habits) -> AsyncIterator[TestClient[Any, Any]]:
    app = make_app(settings)
    app[HABITS] = habits
    async with TestClient(TestServer(app), cookie_jar=DummyCookieJar()) as running:
        yield running


@dataclass
class Track:
    """One upload on its way."""

    sender: Sender
    whole: bytes
    path: str = ""
    sent_bytes: int = 0

    async def send(self, up_to: float) -> None:
        """Send it up to this share."""
        if not self.path:
            self.path = await self.sender.upload(len(self.whole))
        end = round(len(self.whole) * up_to)
        data = self.whole[self.sent_bytes : end]
        response = await self.sender.patch(self.path, self.sent_bytes, data)
        assert response.status == 204, await response.text()
        self.sent_bytes = end


@dataclass
class Sending:
    """A lecture whose recording is being sent."""

    app: web.Application
    teacher: SignedIn
    student: SignedIn
    lecture_id: str
    tracks: list[Track] = field(default_factory=list)

    async def facts(self) -> dict[str, Any]:
        """What a student is told."""
        answer = await self.student.get(f"/api/lectures/{self.lecture_id}")
        found: dict[str, Any] = await answer.json()
        return found

    async def until(self, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What a student is told once it is so."""
        async with asyncio.timeout(90):
            while True:
                if is_so(facts := await self.facts()):
                    return facts
                await asyncio.sleep(0.1)

    async def until_grown(self, ready_s: float = 1) -> dict[str, Any]:
        return await self.until(lambda f: bool(f["growing"] and f["growing"]["ready_s"] >= ready_s))

    async def until_made(self) -> dict[str, Any]:
        facts = await self.until(lambda f: f["state"] in ("ready", "failed"))
        assert facts["state"] == "ready", (await self.row()).failure
        return facts

    async def row(self) -> Lecture:
        async with self.app[DATABASE].read() as session:
            return await session.get_one(Lecture, self.lecture_id)

    async def jobs(self) -> list[Job]:
        async with self.app[DATABASE].read() as session:
            rows = await session.scalars(select(Job).where(Job.lecture_id == self.lecture_id))
            return list(rows)

    async def until_job(self, is_so: Callable[[Job], bool]) -> Job:
        async with asyncio.timeout(90):
            while True:
                async with self.app[DATABASE].read() as session:
                    job = await newest_job(session, self.lecture_id)
                if job is not None and is_so(job):
                    return job
                await asyncio.sleep(0.1)

    def left(self) -> list[Path]:
        """All that lies on the disk of it."""
        folders = self.app[FOLDERS]
        package = folders.lecture(self.lecture_id).glob("*")
        return [*folders.scratch.iterdir(), *folders.originals.iterdir(), *package]


BeginSending = Callable[..., Awaitable[Sending]]


@pytest.fixture
def begin_sending(
    client: TestClient[Any, Any], make_class: MakeClass, sign_in: SignIn
) -> BeginSending:
    """A teacher who is about to send tracks; roles and their bytes."""

    async def begin(**tracks: bytes) -> Sending:
        app = client.app
        assert app is not None
        class_id = await make_class()
        roles = [TrackRole(name) for name in tracks]
        lecture_id, track_ids = await insert_tracks(app[DATABASE], class_id, *roles)
        teacher = await sign_in(SchoolRole.TEACHER, class_id)
        sending = Sending(app, teacher, await sign_in(SchoolRole.STUDENT, class_id), lecture_id)
        for track_id, whole in zip(track_ids, tracks.values(), strict=True):
            sender = Sender(teacher, class_id, lecture_id, track_id)
            sending.tracks.append(Track(sender, whole))
        return sending

    return begin


async def test_a_lecture_is_watched_before_its_last_byte_and_made_by_one_job(
    begin_sending: BeginSending, take: bytes
) -> None:
    sending = await begin_sending(presentation=take)
    [track] = sending.tracks
    await track.send(0.8)
    growing = await sending.until_grown(6)
    assert (growing["state"], growing["progress"]) == ("uploading", None)
    assert growing["growing"]["whole_s"] is None
    playlist = await sending.student.get(growing["playlist_url"])
    assert playlist.status == 200
    rung = growing["playlist_url"].replace("index", "still/index")
    text = await (await sending.student.get(rung)).text()
    assert "EVENT" in text
    assert "ENDLIST" not in text
    await track.send(1)
    ready = await sending.until_made()
    assert ready["playlist_url"] == growing["playlist_url"]
    assert ready["duration_s"] == pytest.approx(MEDIA_S, abs=0.2)
    [job] = await sending.jobs()
    assert (job.state, job.attempt) == (JobState.DONE, 1)
    assert job.media_s == pytest.approx(MEDIA_S, abs=0.2)
    assert job.work_s is None, "it also waited for bytes: nothing to compare others with"
    place = sending.app[FOLDERS].package(sending.lecture_id, ready["playlist_url"].split("/")[3])
    assert check_folder(place).violations == ()
    assert list(sending.app[FOLDERS].scratch.iterdir()) == []


async def test_while_it_comes_at_a_pace_its_end_is_told(
    begin_sending: BeginSending, take: bytes
) -> None:
    sending = await begin_sending(presentation=take)
    [track] = sending.tracks
    await track.send(0.3)
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(60):
        while (progress := (await sending.facts())["progress"]) is None:
            await asyncio.sleep(0.5)
            await track.send(min(0.8, track.sent_bytes / len(take) + 0.01))
    sent_each_s = (track.sent_bytes / len(take) - 0.3) / (asyncio.get_running_loop().time() - began)
    left_s = (1 - track.sent_bytes / len(take)) / sent_each_s
    assert left_s / 2 < progress.pop("eta_s") < 2 * left_s + 30
    assert progress == {"fraction": None, "before_it": None, "waits_for": None}
    await track.send(1)
    await sending.until_made()


async def test_two_tracks_are_followed_once_both_have_begun(
    begin_sending: BeginSending, take: bytes
) -> None:
    sending = await begin_sending(presentation=take, presenter=take)
    slides, camera = sending.tracks
    await slides.send(0.9)
    await asyncio.sleep(1.5)
    assert await sending.jobs() == []
    await camera.send(0.7)
    await sending.until_grown(2)
    await slides.send(1)
    await sending.until_grown(6)
    assert (await sending.row()).state is LectureState.UPLOADING
    await camera.send(1)
    assert (await sending.until_made())["duration_s"] == pytest.approx(MEDIA_S, abs=0.2)
    assert len(await sending.jobs()) == 1


async def test_a_recording_with_its_index_at_the_end_is_made_when_it_has_arrived(
    begin_sending: BeginSending, tmp_path: Path
) -> None:
    whole = await asyncio.to_thread(recording, tmp_path / "a.mp4", seconds=6, width_px=640)
    sending = await begin_sending(presentation=whole.read_bytes())
    [track] = sending.tracks
    await track.send(0.9)
    await asyncio.sleep(1.5)
    assert await sending.jobs() == []
    await track.send(1)
    await sending.until_made()
    [job] = await sending.jobs()
    assert job.work_s is not None


async def test_what_arrives_quickly_is_made_as_a_whole(
    begin_sending: BeginSending, clip: bytes
) -> None:
    sending = await begin_sending(presentation=clip)
    [track] = sending.tracks
    await track.send(1)
    await sending.until_made()
    [job] = await sending.jobs()
    assert job.work_s is not None


async def test_a_cancelled_upload_takes_back_what_was_made_of_it(
    begin_sending: BeginSending, take: bytes, clip: bytes
) -> None:
    sending = await begin_sending(presentation=take)
    [track] = sending.tracks
    await track.send(0.7)
    growing = await sending.until_grown()
    assert (await track.sender.ask("DELETE", track.path)).status == 204
    lecture = await sending.row()
    assert lecture.state is LectureState.FAILED
    assert lecture.failure == (
        "The upload was cancelled. Send the recording again, or remove this lecture."
    )
    assert (lecture.package_id, lecture.duration_s) == (None, None)
    assert sending.left() == []
    assert (await sending.student.get(growing["playlist_url"])).status == 404
    await Track(track.sender, clip).send(1)
    await sending.until_made()
    assert [job.state for job in await sending.jobs()].count(JobState.DONE) == 1


async def test_a_replaced_upload_begins_anew(
    begin_sending: BeginSending, take: bytes, clip: bytes
) -> None:
    sending = await begin_sending(presentation=take)
    [track] = sending.tracks
    await track.send(0.7)
    first = await sending.until_grown()
    again = Track(track.sender, clip)
    await again.send(0.01)
    facts = await sending.facts()
    assert (facts["state"], facts["playlist_url"], facts["growing"]) == ("uploading", None, None)
    await again.send(1)
    ready = await sending.until_made()
    assert ready["playlist_url"] != first["playlist_url"]
    assert sending.left() == [
        sending.app[FOLDERS].original(again.path.rpartition("/")[2]),
        sending.app[FOLDERS].package(sending.lecture_id, ready["playlist_url"].split("/")[3]),
    ]


@pytest.mark.parametrize("habits", [IDLE], ids=["nothing-runs"])
async def test_an_attempt_that_breaks_early_is_made_up_for_with_the_whole(
    begin_sending: BeginSending, take: bytes
) -> None:
    sending = await begin_sending(presentation=take)
    [track], database = sending.tracks, sending.app[DATABASE]
    await track.send(0.5)
    waiting = await sending.until_job(lambda _: True)
    async with database.write() as session:
        job = await store.claim(session, waiting.id, utc_now())
    assert job is not None
    order = Order(job.id, job.lane, media_s=60, cost_s=60, since_s=0)
    endings = Endings(database, InMemoryQueue(), sending.app[FOLDERS])
    scratch = sending.app[FOLDERS].attempt(job.id, job.fence)
    scratch.mkdir()
    turn = Turn(order, began_s=0, is_early=True)
    await endings.after(job, UnreadableMedia("Not yet."), turn, scratch)
    waiting = await sending.until_job(lambda _: True)
    assert (waiting.state, waiting.waits_for) == (JobState.QUEUED, WaitReason.WHOLE)
    assert ((await sending.row()).state, (await sending.row()).failure) == ("uploading", None)
    assert not scratch.exists()
    [found] = await reconcile(database, sending.app[FOLDERS])
    assert found.waits_for is WaitReason.WHOLE, "a restart does not make it impatient"
    await track.send(1)
    whole = await sending.until_job(lambda _: True)
    assert (whole.state, whole.attempt) == (JobState.QUEUED, 1)
    assert whole.waits_for is not WaitReason.WHOLE
    assert (await sending.row()).state is LectureState.QUEUED


@pytest.mark.parametrize("habits", [HASTY], ids=["judged-soon"])
async def test_a_silent_sender_makes_place_and_goes_on_where_it_ended(
    begin_sending: BeginSending, take: bytes, clip: bytes
) -> None:
    silent, other = await begin_sending(presentation=take), await begin_sending(presentation=clip)
    await silent.tracks[0].send(0.8)
    await silent.until_grown(6)
    await other.tracks[0].send(1)
    waiting = await silent.until_job(lambda job: job.waits_for is WaitReason.BYTES)
    assert (waiting.state, waiting.attempt) == (JobState.QUEUED, 0)
    growing = await silent.facts()
    await other.until_made()
    assert await silent.facts() == growing, "what was made of it stays"
    segment = next(silent.app[FOLDERS].scratch.glob("*/still/0.m4s"))
    made = segment.stat().st_ino
    await silent.tracks[0].send(1)
    ready = await silent.until_made()
    place = silent.app[FOLDERS].package(silent.lecture_id, ready["playlist_url"].split("/")[3])
    assert ready["playlist_url"] == growing["playlist_url"]
    assert (place / "still" / "0.m4s").stat().st_ino == made
    await asyncio.to_thread(require_complete, place, MEDIA_S)
    [job] = await silent.jobs()
    assert (job.state, job.attempt) == (JobState.DONE, 1)


@pytest.mark.parametrize("habits", [HASTY], ids=["judged-soon"])
async def test_a_lecture_that_is_removed_while_its_job_made_place_leaves_nothing(
    begin_sending: BeginSending, take: bytes, clip: bytes
) -> None:
    silent, other = await begin_sending(presentation=take), await begin_sending(presentation=clip)
    await silent.tracks[0].send(0.8)
    await silent.until_grown()
    await other.tracks[0].send(1)
    await silent.until_job(lambda job: job.waits_for is WaitReason.BYTES)
    await other.until_made()
    address = f"/api/lectures/{silent.lecture_id}"
    assert (await silent.teacher.request("DELETE", address)).status == 204
    await sweep_scratch(silent.app[DATABASE], silent.app[FOLDERS])  # the worker does, each minute
    assert list(silent.app[FOLDERS].scratch.iterdir()) == []
    assert list(silent.app[FOLDERS].lecture(silent.lecture_id).glob("*")) == []
    async with silent.app[DATABASE].read() as session:
        packages = list(await session.scalars(select(Package.lecture_id)))
    assert packages == [other.lecture_id]
