"""The teacher's page in Chromium: what it shows of a class, of a few, of nobody; and to whom."""

import re

import pytest
from playwright.async_api import Browser, expect

from stream.demo.simulated_class import send_class
from stream.tables import SchoolRole
from tests.browser import accessibility_faults, overflow_px
from tests.running_site import Site, Watched, open_page, simulated_students

pytestmark = pytest.mark.slow

LECTURE_S = 24  # of the fixture
WIDTHS_PX = (360, 1280)


async def watched_by(site: Site, lecture: Watched, count: int) -> None:
    tokens = await simulated_students(site.database, lecture.class_id, count)
    await send_class(site.url, tokens, lecture.lecture_id, LECTURE_S)


async def test_a_class_is_drawn_can_be_read_out_and_leads_into_the_lecture(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    await watched_by(site, lecture, 20)
    path = f"{lecture.path}/insight"
    async with open_page(site, browser, lecture.class_id, path, SchoolRole.TEACHER) as page:
        await expect(page.locator("main")).to_contain_text("This class is simulated")
        curve = page.get_by_role("slider", name="Moment of the lecture")
        await curve.focus()
        await page.keyboard.press("Home")
        await expect(curve).to_have_attribute(
            "aria-valuetext", re.compile("^0:00: [0-9]+ students played this second")
        )
        await page.keyboard.press("ArrowRight")
        await expect(curve).to_have_attribute("aria-valuenow", "1")
        await page.get_by_text("The same in numbers").click()
        assert await page.locator("table tbody tr").count() > 0
        for width_px in WIDTHS_PX:
            await page.set_viewport_size({"width": width_px, "height": 800})
            assert await overflow_px(page) == 0
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                assert await accessibility_faults(page) == []
        moment = page.locator("a[href*='?t=']").first
        await moment.click()
        await expect(page.locator("#player")).to_be_visible()


@pytest.mark.parametrize(
    ("watchers", "sentence"), [(0, "Nobody has watched"), (3, "once 5 students have watched")]
)
async def test_fewer_than_five_have_no_curve_and_the_page_says_why(
    site: Site, lecture: Watched, browser: Browser, watchers: int, sentence: str
) -> None:
    await watched_by(site, lecture, watchers)
    path = f"{lecture.path}/insight"
    async with open_page(site, browser, lecture.class_id, path, SchoolRole.TEACHER) as page:
        await expect(page.locator("main")).to_contain_text(sentence)
        assert await page.get_by_role("slider", name="Moment of the lecture").count() == 0
        assert await accessibility_faults(page) == []


async def test_a_student_is_not_shown_the_class(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    path = f"{lecture.path}/insight"
    async with open_page(site, browser, lecture.class_id, path) as page:
        await expect(page.locator("main")).to_contain_text("Only a teacher of this class")
