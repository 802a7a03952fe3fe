"""The way in as people take it, in a real browser: from the first start to a student in a class.

Only a browser shows that our own forms pass the same-origin check, that the cookie is kept, and
that pages are accessible in light and dark and fit a phone.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from stream.clock import utc_now
from stream.people.first_start import setup_link
from tests.browser import accessibility_faults, chromium, overflow_px
from tests.running_site import Site, running_site

PHONE, DESKTOP = {"width": 375, "height": 740}, {"width": 1280, "height": 800}
PASSWORD = "a long walk home"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path / "data") as running:
        yield running


async def look_at(page: Page) -> None:
    """Check the page as it is: accessible in light and dark, and as wide as its window."""
    for size in (PHONE, DESKTOP):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        assert await overflow_px(page) == 0, page.url
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await accessibility_faults(page) == [], page.url


async def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        await page.locator(f"input[name={name}]").first.fill(value)


async def newcomer(browser: Browser, url: str) -> tuple[BrowserContext, Page]:
    """A person with a browser of their own, at `url`."""
    context = await browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.goto(url)
    await look_at(page)
    return context, page


async def make_account(page: Page, name: str, button: str) -> None:
    await fill(page, name=name, login=name.lower(), password=PASSWORD)
    await page.get_by_role("button", name=button).click()


@pytest.mark.slow
async def test_from_the_first_start_to_a_student_in_a_class(site: Site) -> None:
    async with site.database.write() as session:
        setup = await setup_link(session, utc_now())
    assert setup is not None
    async with chromium() as browser:
        invitation = await admin_invites(browser, f"{site.url}{setup}")
        join_link = await teacher_makes_a_class(browser, invitation)
        await student_joins(browser, site.url, join_link)


async def admin_invites(browser: Browser, setup: str) -> str:
    context, page = await newcomer(browser, setup)
    await make_account(page, "Okafor", "Make the account")
    await look_at(page)
    await page.get_by_role("link", name="People").click()
    await page.get_by_role("button", name="Invite a teacher").click()
    await look_at(page)
    await page.get_by_role("button", name="Copy").click()
    copied = str(await page.evaluate("navigator.clipboard.readText()"))
    assert copied == await page.locator("#invitation-link").text_content()
    await context.close()
    return copied


async def teacher_makes_a_class(browser: Browser, invitation: str) -> str:
    context, page = await newcomer(browser, invitation)
    await make_account(page, "Jackson", "Make the account")
    await look_at(page)
    await fill(page, name="Maths 11b")
    await page.get_by_role("button", name="Make the class").click()
    assert await page.get_by_role("heading", name="Maths 11b").count() == 1
    await fill(page, name="Room 7")
    await page.get_by_role("button", name="Connect a device").click()
    await look_at(page)
    join_link = await page.locator("#join-link").text_content()
    await context.close()
    return join_link or ""


async def student_joins(browser: Browser, site_url: str, join_link: str) -> None:
    context, page = await newcomer(browser, site_url)  # the front page of a stranger
    await fill(page, code=join_link[-8:].lower())
    await page.get_by_role("button", name="Join a class").click()
    await look_at(page)
    await make_account(page, "Maria", "Make my account and join")
    await look_at(page)
    assert "Nothing to watch yet" in await page.content()
    await page.get_by_role("button", name="Sign out").click()
    await page.goto(f"{site_url}/join")
    await look_at(page)
    await page.goto(f"{site_url}/login?next=/join")
    await fill(page, login="maria", password="not it at all")
    await page.get_by_role("button", name="Sign in").click()
    await look_at(page)
    await fill(page, password=PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/join")
    await page.goto(site_url)
    assert await page.get_by_role("link", name="Maths 11b").count() == 1
    await context.close()
