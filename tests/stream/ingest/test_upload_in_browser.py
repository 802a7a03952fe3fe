"""The upload page in Chromium: sent, interrupted in every way, gone on with, cancelled, refused."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import func, select

from stream.app_keys import FOLDERS
from stream.tables import Lecture, SchoolRole
from tests.browser import accessibility_faults, chromium, overflow_px, until
from tests.running_site import Site, open_page, running_site

pytestmark = pytest.mark.slow

SLOW_BYTES_S = 3_000_000
PERCENT = "document.querySelector('#all').value"
PHONE = {"width": 375, "height": 700}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A server that takes up to 20 MB."""
    limits = {"max_upload_bytes": 20_000_000, "class_quota_bytes": 24_000_000}
    async with running_site(tmp_path / "data", **limits) as running:
        yield running


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Page]:
    """The page of a class, as its teacher sees it on a phone."""
    class_id = await site.make_class()
    async with (
        chromium() as browser,
        open_page(
            site, browser, class_id, f"/upload?class={class_id}", SchoolRole.TEACHER, viewport=PHONE
        ) as opened,
    ):
        yield opened


def _file(folder: Path, name: str, size: int) -> Path:
    path = folder / name
    path.write_bytes(random.Random(name).randbytes(size))
    return path


async def _slow_down(page: Page) -> None:
    """Let bytes leave the browser slowly enough to interrupt them."""
    protocol = await page.context.new_cdp_session(page)
    await protocol.send("Network.enable")
    await protocol.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 10,
            "downloadThroughput": -1,
            "uploadThroughput": SLOW_BYTES_S,
        },
    )


async def _lectures(site: Site) -> int:
    async with site.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(Lecture)) or 0)


def _arrived(site: Site) -> set[bytes]:
    return {path.read_bytes() for path in site.app[FOLDERS].originals.iterdir()}


async def _require_good_looks(page: Page) -> None:
    assert await accessibility_faults(page) == []
    assert await overflow_px(page) <= 0


async def test_an_upload_survives_pause_reload_and_a_stopped_server(
    site: Site, page: Page, tmp_path: Path
) -> None:
    slides = _file(tmp_path, "Derivatives_1.webm", 15_000_000)
    camera = _file(tmp_path, "camera.webm", 2_000_000)
    await _require_good_looks(page)
    await page.set_input_files("#recording", slides)
    await expect(page.locator("#title")).to_have_value("Derivatives 1")
    await page.click("#with-camera summary")
    await page.set_input_files("#camera", camera)
    await _slow_down(page)
    await page.click("#start")
    await until(page, f"{PERCENT} > 10")
    await _require_good_looks(page)

    await page.click("#pause")
    await expect(page.locator("#status")).to_have_text("Paused. What has arrived is kept.")
    await page.click("#resume")
    await until(page, f"{PERCENT} > 30")

    await page.reload()
    await expect(page.locator("#interrupted li")).to_contain_text("was interrupted at")
    await _require_good_looks(page)
    await page.set_input_files("#recording", slides)
    await expect(page.locator("#problem")).to_have_text("To go on, choose camera.webm too.")
    await page.click("#with-camera summary")
    await page.set_input_files("#camera", camera)
    await expect(page.locator("#start")).to_contain_text("Go on from")
    await _slow_down(page)
    await page.click("#start")
    await until(page, f"{PERCENT} > 45")

    await site.stop()
    await expect(page.locator("#status")).to_have_text(
        "Connection lost. Nothing is lost; it goes on by itself."
    )
    await _require_good_looks(page)
    await site.start()
    await page.wait_for_url("**/lectures/*")
    assert _arrived(site) == {slides.read_bytes(), camera.read_bytes()}
    assert await _lectures(site) == 1
    await page.goto(f"{site.url}/upload")
    await until(page, "document.readyState === 'complete'")
    assert await page.evaluate("localStorage.length") == 0


async def test_a_dropped_file_is_chosen(page: Page) -> None:
    await page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["some bytes"], "Limits.mp4", { type: "video/mp4" }));
            const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true });
            document.querySelector(".drop").dispatchEvent(drop);
        }"""
    )
    await expect(page.locator("#recording-chosen")).to_have_text("10 bytes")
    await expect(page.locator("#title")).to_have_value("Limits")


async def test_cancelling_removes_lecture_and_bytes(site: Site, page: Page, tmp_path: Path) -> None:
    await page.set_input_files("#recording", _file(tmp_path, "a.webm", 15_000_000))
    await _slow_down(page)
    await page.click("#start")
    await until(page, f"{PERCENT} > 10")
    await page.click("#cancel summary")
    await page.click("#cancel-now")
    await expect(page.locator("#choose")).to_be_visible()
    assert await _lectures(site) == 0
    assert _arrived(site) == set()


async def test_an_interrupted_upload_can_be_deleted_instead(
    site: Site, page: Page, tmp_path: Path
) -> None:
    await page.set_input_files("#recording", _file(tmp_path, "a.webm", 15_000_000))
    await _slow_down(page)
    await page.click("#start")
    await until(page, f"{PERCENT} > 10")
    await page.reload()
    await page.click("#interrupted summary")
    await page.click("#interrupted button")
    await expect(page.locator("#interrupted")).to_be_hidden()
    assert await _lectures(site) == 0


async def test_a_file_that_cannot_be_sent_is_refused_with_a_sentence(
    site: Site, page: Page, tmp_path: Path
) -> None:
    problem = page.locator("#problem")
    await page.set_input_files("#recording", _file(tmp_path, "empty.mp4", 0))
    await expect(problem).to_contain_text("is empty")
    await page.click("#start")
    await page.set_input_files("#recording", _file(tmp_path, "large.mp4", 20_000_001))
    await expect(problem).to_contain_text("is too large")
    await _require_good_looks(page)
    await page.set_input_files("#recording", _file(tmp_path, "right.mp4", 1000))
    await expect(problem).to_be_hidden()
    assert await _lectures(site) == 0


async def test_what_the_server_refuses_is_shown_in_its_words(
    site: Site, page: Page, tmp_path: Path
) -> None:
    for name in ("first.mp4", "second.mp4"):
        await page.goto(f"{site.url}/upload")
        await page.set_input_files("#recording", _file(tmp_path, name, 15_000_000))
        await page.click("#start")
        if name == "first.mp4":
            await page.wait_for_url("**/lectures/*")
    await expect(page.locator("#status")).to_contain_text("This class has no room for it")
    await _require_good_looks(page)
    await page.click("#cancel summary")
    await page.click("#cancel-now")
    await expect(page.locator("#choose")).to_be_visible()
    assert await _lectures(site) == 1
