"""The watch page in its states: who sees what, and whether everybody can."""

import pytest
from playwright.async_api import Browser, expect

from stream.clock import utc_now
from stream.ids import new_id
from stream.jobs.notices import NOTICES
from stream.tables import Job, JobState, Lecture, LectureState, SchoolRole
from tests.browser import accessibility_faults, overflow_px
from tests.running_site import Site, Watched, open_page

pytestmark = pytest.mark.slow

REASON = "This file is a text file, not a recording. Choose the video you recorded."


async def encoding(site: Site, class_id: str, fraction: float) -> str:
    """A lecture whose job has been running for a minute."""
    lecture_id = await site.make_lecture(class_id, LectureState.ENCODING)
    job = Job(
        id=new_id(),
        kind="publish",
        lecture_id=lecture_id,
        state=JobState.RUNNING,
        attempt=1,
        fence=1,
        progress=fraction,
        created_at=utc_now(),
        started_at=utc_now(),
        heartbeat_at=utc_now(),
    )
    async with site.database.write() as session:
        session.add(job)
    return lecture_id


async def test_a_lecture_in_the_making_shows_its_progress_and_plays_without_a_reload(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    lecture_id = await encoding(site, lecture.class_id, 0.42)
    path = f"/lectures/{lecture_id}"
    async with open_page(site, browser, lecture.class_id, path) as page:
        await expect(page.locator("#waiting-heading")).to_have_text(
            "This lecture is being prepared"
        )
        await expect(page.locator("#waiting-percent")).to_have_text("42 %")
        await expect(page.locator("#watch")).to_be_hidden()
        await page.evaluate("window.isSamePage = true")
        async with site.database.write() as session:
            made = await session.get_one(Lecture, lecture.lecture_id)
            waiting = await session.get_one(Lecture, lecture_id)
            waiting.package_id = made.package_id
            waiting.state, waiting.duration_s = LectureState.READY, made.duration_s
        site.app[NOTICES].tell(lecture_id)
        await expect(page.locator("#play")).to_be_visible()
        await expect(page.locator("#waiting")).to_be_hidden()
        assert await page.evaluate("window.isSamePage") is True


@pytest.mark.parametrize(
    ("state", "role", "says"),
    [
        (LectureState.RECORDING, SchoolRole.STUDENT, "is being recorded"),
        (LectureState.UPLOADING, SchoolRole.TEACHER, "choose the same file there again"),
        (LectureState.UPLOADING, SchoolRole.STUDENT, "as soon as it is ready"),
        (LectureState.QUEUED, SchoolRole.STUDENT, "waits its turn"),
        (LectureState.FAILED, SchoolRole.TEACHER, REASON),
        (LectureState.FAILED, SchoolRole.STUDENT, "There is nothing you need to do."),
    ],
)
async def test_every_wait_says_what_it_waits_for(
    site: Site, browser: Browser, state: LectureState, role: SchoolRole, says: str
) -> None:
    class_id = await site.make_class()
    lecture_id = await site.make_lecture(class_id, state, REASON)
    async with open_page(site, browser, class_id, f"/lectures/{lecture_id}", role) as page:
        await expect(page.locator("#waiting")).to_contain_text(says)
        if role is SchoolRole.STUDENT:
            await expect(page.locator("#waiting")).not_to_contain_text(REASON)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width_px", [360, 1280])
async def test_everybody_can_use_it(
    site: Site, lecture: Watched, browser: Browser, scheme: str, width_px: int
) -> None:
    failed = await site.make_lecture(lecture.class_id, LectureState.FAILED, REASON)
    made = await encoding(site, lecture.class_id, 0.5)
    faults: dict[str, list[str]] = {}
    async with open_page(
        site,
        browser,
        lecture.class_id,
        lecture.path,
        SchoolRole.TEACHER,
        color_scheme=scheme,
        viewport={"width": width_px, "height": 740},
    ) as page:
        await expect(page.locator("#film button").first).to_be_visible()
        await expect(page.locator("#quality")).to_be_visible()
        for name, identifier in (("ready", None), ("failed", failed), ("in the making", made)):
            if identifier is not None:
                await page.goto(f"{site.url}/lectures/{identifier}")
                await expect(page.locator("#waiting-detail")).not_to_be_empty()
            assert await overflow_px(page) == 0, name
            faults[name] = await accessibility_faults(page)
        await page.goto(site.url + lecture.path)
        await expect(page.locator("#seek")).to_be_enabled()
        await page.keyboard.press("?")
        await expect(page.locator("#help")).to_be_visible()
        faults["help"] = await accessibility_faults(page)
        small = await page.evaluate(
            "[...document.querySelectorAll('.under button, .under select, .under input')]"
            ".filter(e => e.offsetParent && (e.offsetHeight < 44 || e.offsetWidth < 44))"
            ".map(e => `${e.id} ${e.offsetWidth}x${e.offsetHeight}`)"
        )
    assert {name: lines for name, lines in faults.items() if lines} == {}
    assert small == []


async def test_a_stranger_is_told_nothing_and_nobody_is_asked_to_sign_in(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    elsewhere = await site.make_class()
    async with open_page(site, browser, elsewhere, lecture.path) as page:
        await expect(page.locator("#video")).to_have_count(0)
        assert "Derivatives" not in await page.content()
    context = await browser.new_context()
    nobody = await context.new_page()
    await nobody.goto(site.url + lecture.path)
    assert nobody.url == f"{site.url}/login?next={lecture.path}"
    await context.close()


async def test_markup_in_a_title_is_text(site: Site, lecture: Watched, browser: Browser) -> None:
    title = "</script><img src=x onerror=alert(1)> & more"
    async with site.database.write() as session:
        row = await session.get_one(Lecture, lecture.lecture_id)
        row.title = title
    async with open_page(site, browser, lecture.class_id, lecture.path) as page:
        await expect(page.locator("h1")).to_have_text(title)
        await expect(page.locator("#seek")).to_be_enabled()
        assert await page.locator("img").count() == 0
