"""A lecture is watched in Chromium while it is made: from its start, past what was its end."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from stream.app_keys import FOLDERS
from stream.clock import utc_now
from stream.ids import new_id
from stream.jobs.endings import Endings
from stream.jobs.lanes import ENCODE_MEMORY_BYTES, Machine
from stream.jobs.notices import NOTICES
from stream.jobs.publish import Publisher
from stream.jobs.queue import InMemoryQueue
from stream.jobs.store import add_publish_job
from stream.jobs.turns import Turns
from stream.tables import (
    LectureState,
    Origin,
    Recording,
    Track,
    TrackRole,
    Upload,
    UploadState,
    WatchKind,
)
from tests.browser import until
from tests.generated_media import NO_DURATION, OPUS, VP8, counted_recording
from tests.player.firefox_plays import firefox_plays, folders
from tests.running_site import Site, Watched, open_page
from tests.transcode.test_arriving_recording import Arriving
from transcode.media import Source
from transcode.package import Pace, Package, make_package

pytestmark = pytest.mark.slow

MEDIA_S = 31.4
ROOMY = Machine(slots=2, memory_bytes=10 * ENCODE_MEMORY_BYTES, room_bytes=10**12)
VIDEO = "document.querySelector('video')"


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("media") / "take.webm"
    return counted_recording(path, *VP8, *OPUS, *NO_DURATION, seconds=MEDIA_S)


async def arrived_lecture(site: Site, class_id: str, recording: Path) -> tuple[str, str]:
    """A lecture whose recording is here, and the job that is to make it."""
    lecture_id, now = await site.make_lecture(class_id, LectureState.UPLOADING), utc_now()
    take = Recording(id=new_id(), lecture_id=lecture_id, origin=Origin.UPLOAD, created_at=now)
    track = Track(id=new_id(), recording_id=take.id, role=TrackRole.PRESENTATION)
    upload = Upload(
        id=new_id(), track_id=track.id, class_id=class_id, owner_id=new_id(),
        state=UploadState.COMPLETE, created_at=now, expires_at=now,
    )  # fmt: skip
    await asyncio.to_thread(shutil.copy, recording, site.app[FOLDERS].original(upload.id))
    async with site.database.write() as session:
        for row in (take, track, upload):
            session.add(row)
            await session.flush()
        job = await add_publish_job(session, lecture_id, now)
    return lecture_id, job.id


EVERY_RUNG = Pace(slowest=0, judged_after_s=0)
CHEAPEST_FIRST = Pace(slowest=1000, judged_after_s=0)  # no machine keeps up with that


def publisher(site: Site, arriving: Arriving, pace: Pace = EVERY_RUNG) -> Publisher:
    """Makes the lecture for real, of as much of the recording as has arrived."""

    async def make(sources: list[Source], out: Path, **watching: Any) -> Package:
        source = Source(arriving.path, arrival=arriving)
        return await make_package([source], out, pace=pace, **watching)

    folders = site.app[FOLDERS]
    return Publisher(
        site.database, folders, site.app[NOTICES], Turns(lambda: ROOMY),
        Endings(site.database, InMemoryQueue(), folders), make=make,
    )  # fmt: skip


async def something_to_play(site: Site) -> None:
    async with asyncio.timeout(30):
        while True:
            if list(site.app[FOLDERS].media.glob("*/*/index.m3u8")):
                return
            await asyncio.sleep(0.1)


async def position_s(page: Page) -> float:
    return float(await page.evaluate(f"{VIDEO}.currentTime"))


async def test_it_plays_from_its_start_and_goes_on_past_what_was_its_end(
    recording: Path, site: Site, browser: Browser, tmp_path: Path
) -> None:
    class_id = await site.make_class()
    lecture_id, job_id = await arrived_lecture(site, class_id, recording)
    arriving = Arriving(recording, tmp_path / "arriving.webm")
    making = asyncio.create_task(publisher(site, arriving).run(job_id))
    async with open_page(site, browser, class_id, f"/lectures/{lecture_id}") as page:
        await expect(page.locator("#waiting")).to_be_visible()
        await arriving.arrive(0.6)
        await expect(page.locator("#play")).to_be_visible(timeout=30_000)
        await expect(page.locator("#growing-text")).to_contain_text("the rest is being made.")
        await page.click("#play")
        await until(page, f"{VIDEO}.currentTime > 1")
        assert await position_s(page) < 10, "it began at what was its end"
        await until(page, f"{VIDEO}.duration > 13.9", within_s=60)
        edge_s = float(await page.evaluate(f"{VIDEO}.duration"))
        assert edge_s < MEDIA_S - 6
        await page.evaluate(f"{VIDEO}.currentTime = {edge_s - 1}")
        await expect(page.locator("#notice-text")).to_contain_text("as far as the lecture is ready")
        assert await page.evaluate(f"{VIDEO}.ended") is False
        assert not making.done()
        await arriving.arrive(1)
        await until(page, f"{VIDEO}.currentTime > {edge_s + 1}")
        await making
        await expect(page.locator("#growing-text")).to_have_text("All of it is ready now.")
        await until(page, f"Math.abs({VIDEO}.duration - {MEDIA_S}) < 0.2")
        await until(page, f"{VIDEO}.ended")
        await expect(page.locator("#film button").first).to_be_visible()
        await page.goto("about:blank")
    for _ in range(50):
        covered = await site.covered(lecture_id)
        if int(MEDIA_S) - 1 in covered:
            break
        await asyncio.sleep(0.1)
    assert {0, int(edge_s) + 1, int(MEDIA_S) - 1} <= covered
    assert int(edge_s) - 3 not in covered
    kinds = {event.kind for event in await site.events(lecture_id)}
    assert WatchKind.ENDED in kinds
    assert WatchKind.STALL not in kinds, "what is not made yet is no poor connection"


async def test_a_page_that_is_loaded_meanwhile_plays_at_once(
    recording: Path, site: Site, browser: Browser, tmp_path: Path
) -> None:
    class_id = await site.make_class()
    lecture_id, job_id = await arrived_lecture(site, class_id, recording)
    arriving = Arriving(recording, tmp_path / "arriving.webm")
    making = asyncio.create_task(publisher(site, arriving).run(job_id))
    await arriving.arrive(0.6)
    await something_to_play(site)
    async with open_page(site, browser, class_id, f"/lectures/{lecture_id}") as page:
        await expect(page.locator("#growing-text")).to_contain_text("the rest is being made.")
        await expect(page.locator("#waiting")).to_have_count(0)
        await page.click("#play")
        await until(page, f"{VIDEO}.currentTime > 1")
        assert await position_s(page) < 10
    making.cancel()
    await asyncio.wait({making})


async def test_firefox_plays_it_past_what_was_its_end_and_is_offered_better_qualities(
    recording: Path, site: Site, tmp_path: Path
) -> None:
    class_id = await site.make_class()
    lecture_id, job_id = await arrived_lecture(site, class_id, recording)
    arriving = Arriving(recording, tmp_path / "arriving.webm")
    making = asyncio.create_task(publisher(site, arriving, CHEAPEST_FIRST).run(job_id))
    await arriving.arrive(0.6)
    await something_to_play(site)
    async with firefox_plays(site, Watched(class_id, lecture_id)) as firefox:
        if not (await firefox.tells())["takesH264"]:
            making.cancel()
            await asyncio.wait({making})
            pytest.skip("this Firefox cannot decode H.264: install the package `libavcodec-extra`")
        await arriving.arrive(1)
        played = await firefox.tells()
    await making
    assert played["error"] is None
    assert played["durationS"] == pytest.approx(MEDIA_S, abs=0.2)
    assert played["offered"] == ["auto", "high", "medium", "fair", "low", "still"]
    assert folders(played) >= {"still", "opus"}


LISTEN = f"""
window.broken = [];
for (const name of ["emptied", "pause", "seeking", "waiting", "error"])
  {VIDEO}.addEventListener(name, () => window.broken.push(name + " at " + {VIDEO}.currentTime));
"""


async def offered(page: Page) -> list[str]:
    """The qualities in the menu."""
    values = await page.evaluate(
        "[...document.querySelector('#quality').options].map(o => o.value)"
    )
    return [str(value) for value in values]


async def test_better_qualities_join_without_a_break_when_they_are_ready(
    recording: Path, site: Site, browser: Browser, tmp_path: Path
) -> None:
    class_id = await site.make_class()
    lecture_id, job_id = await arrived_lecture(site, class_id, recording)
    arriving = Arriving(recording, tmp_path / "arriving.webm")
    making = asyncio.create_task(publisher(site, arriving, CHEAPEST_FIRST).run(job_id))
    await arriving.arrive(0.9)
    await something_to_play(site)
    async with open_page(site, browser, class_id, f"/lectures/{lecture_id}") as page:
        await page.click("#play")
        await until(page, f"{VIDEO}.currentTime > 1")
        assert await offered(page) == ["auto", "still"]
        await until(page, f"{VIDEO}.buffered.end(0) > {VIDEO}.currentTime + 5")
        await page.evaluate(LISTEN)
        await arriving.arrive(1)
        await until(page, "document.querySelector('#quality').options.length === 6")
        await making
        await expect(page.locator("#growing-text")).to_contain_text("in better qualities, too")
        assert await offered(page) == ["auto", "high", "medium", "fair", "low", "still"]
        await expect(page.locator("#growing-again")).to_be_hidden()
        assert await page.evaluate("document.querySelector('#quality').value") == "auto"
        broken: list[str] = await page.evaluate("window.broken")
        # Waiting alone comes of a machine that has no time to serve or to decode.
        assert [one for one in broken if not one.startswith("waiting")] == []
        async with page.expect_request("**/high/*.m4s"):
            await page.select_option("#quality", "high")
        at_s = await position_s(page)
        await until(page, f"{VIDEO}.currentTime > {at_s + 1}")
