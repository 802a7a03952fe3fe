"""The recorder's page in Chromium, with the browser's own fake camera and microphone.

The fake microphone beeps every second. A canvas stands in for the screen: a headless browser has
none to share.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from stream.tables import LectureState, SchoolRole
from tests.browser import CHROMIUM_ARGUMENTS, accessibility_faults, chromium_path, until, visitor
from tests.recorder_desk import arrived, until_ready
from tests.running_site import Site

pytestmark = pytest.mark.slow

FAKE_DEVICES = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SCREEN = """
    navigator.mediaDevices.getDisplayMedia = async () => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
        const pen = canvas.getContext("2d");
        setInterval(() => { pen.fillStyle = `hsl(${performance.now() / 20} 80% 60%)`; pen.fillRect(0, 0, 640, 360); }, 100);
        window.screenShared = canvas.captureStream(10);
        return window.screenShared;
    };
"""  # noqa: E501
REFUSING = """
    navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException("no", "NotAllowedError");
    };
"""


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def recording_browser() -> AsyncIterator[Browser]:
    path = chromium_path()
    async with async_playwright() as playwright:
        arguments = [*CHROMIUM_ARGUMENTS, *FAKE_DEVICES]
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        await browser.close()


@asynccontextmanager
async def recorder(
    site: Site, browser: Browser, class_id: str, script: str = SCREEN, **options: object
) -> AsyncIterator[Page]:
    url = await site.sign_in_url(SchoolRole.TEACHER, class_id)
    async with visitor(browser, url, **options) as context:
        page = await context.new_page()
        await page.add_init_script(script)
        await page.goto(f"{site.url}/record?class={class_id}")
        yield page


async def test_a_lecture_is_recorded_from_the_first_press_to_the_link(
    site: Site, recording_browser: Browser
) -> None:
    class_id = await site.make_class()
    async with recorder(site, recording_browser, class_id) as page:
        await expect(page.locator("#record")).to_be_disabled()
        assert await accessibility_faults(page) == []
        for source in ("screen", "camera", "microphone"):
            await page.click(f"#{source}")
        await expect(page.locator("#microphone-state")).to_have_text("on: it hears you")
        await page.fill("#title", "Derivatives 1")
        await page.click("#record")
        await expect(page.locator("#phase")).to_have_text("Recording", timeout=20_000)
        assert await accessibility_faults(page) == []
        await until(page, "document.title.startsWith('● 0:02')")
        await page.keyboard.press("c")
        await expect(page.locator("#marks")).to_have_text("1 marked")
        await page.click("#pause")
        assert (await page.title()).startswith("❚❚")
        await page.click("#pause")
        await expect(page.locator("#safe-server")).to_contain_text("Safe on the server to 0:0")
        await page.click("#stop")
        await expect(page.locator("#done")).to_be_visible(timeout=30_000)
        assert await accessibility_faults(page) == []
        address = await page.get_attribute("#watch", "href")
    [(lecture_id, tracks)] = (await arrived(site, class_id)).items()
    assert address == f"/lectures/{lecture_id}"
    assert [track.role for track in tracks] == ["presentation", "presenter"]
    lecture = await until_ready(site, lecture_id)
    assert (lecture.title, lecture.state) == ("Derivatives 1", LectureState.READY)


async def test_without_a_voice_it_begins_only_on_purpose(
    site: Site, recording_browser: Browser
) -> None:
    class_id = await site.make_class()
    async with recorder(site, recording_browser, class_id) as page:
        await page.click("#screen")
        await expect(page.locator("#hint")).to_contain_text("Choose the microphone")
        await expect(page.locator("#record")).to_be_disabled()
        await page.check("#without-sound")
        await expect(page.locator("#record")).to_be_enabled()


async def test_a_screen_that_is_no_longer_shared_is_said_and_the_voice_goes_on(
    site: Site, recording_browser: Browser
) -> None:
    class_id = await site.make_class()
    async with recorder(site, recording_browser, class_id) as page:
        await page.click("#screen")
        await page.click("#microphone")
        await page.click("#record")
        await expect(page.locator("#phase")).to_have_text("Recording", timeout=20_000)
        await page.evaluate("screenShared.getTracks()[0].dispatchEvent(new Event('ended'))")
        await expect(page.locator("#alarm")).to_contain_text("no longer shared")
        await until(page, "document.title.includes('0:03 Recording')")


async def test_a_refusal_says_what_to_do(site: Site, recording_browser: Browser) -> None:
    class_id = await site.make_class()
    async with recorder(site, recording_browser, class_id, REFUSING) as page:
        await page.click("#microphone")
        await expect(page.locator("#problem")).to_contain_text("Allow it beside the address")
        await expect(page.locator("#microphone")).to_have_attribute("aria-pressed", "false")


async def test_a_browser_that_cannot_record_is_told_the_other_way(
    site: Site, recording_browser: Browser
) -> None:
    class_id = await site.make_class()
    script = "delete window.MediaRecorder"
    async with recorder(site, recording_browser, class_id, script) as page:
        await expect(page.locator("#unable")).to_contain_text("cannot record")
        await expect(page.locator("#unable a")).to_have_attribute("href", "/upload")
