"""The main job, from the first start to the teacher's page, in real browsers on the demo lecture.

A teacher sends the lecture, the server is killed meanwhile and started again, it encodes, a class
watches, a student plays, pauses, goes back, changes the speed and closes the tab; then the
teacher's page shows exactly that, on top of what it showed before.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from stream.database import open_database
from stream.demo.simulated_class import send_class
from stream.settings import Settings
from tests.browser import accessibility_faults, chromium, overflow_px, until
from tests.running_site import simulated_students
from tests.server_process import ROOT, ServerProcess

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DEMO = ROOT / "deploy" / "demo"
PASSWORD = "a long walk home"
VIDEO = "document.querySelector('video')"
CLASSMATES = 8
UPLOAD_BYTES_S = 600_000


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person at a browser of their own."""

    context: BrowserContext
    page: Page


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "data") as running:
        yield running


async def newcomer(browser: Browser, url: str, name: str, button: str) -> Somebody:
    """Somebody who makes an account at `url`."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(url)
    for field, value in {"name": name, "login": name.lower(), "password": PASSWORD}.items():
        await page.locator(f"input[name={field}]").first.fill(value)
    async with page.expect_navigation():
        await page.get_by_role("button", name=button).click()
    return Somebody(context, page)


async def invitation_by(admin: Somebody) -> str:
    await admin.page.get_by_role("link", name="People").click()
    await admin.page.get_by_role("button", name="Invite a teacher").click()
    return await admin.page.locator("#invitation-link").text_content() or ""


async def class_of(teacher: Somebody) -> tuple[str, str]:
    """Make a class; returns its id and the link students join by."""
    await teacher.page.locator("input[name=name]").first.fill("Maths 11b")
    await teacher.page.get_by_role("button", name="Make the class").click()
    join_link = await teacher.page.locator("#join-link").text_content() or ""
    class_id = re.search(r"/classes/([0-9a-f]{32})", teacher.page.url)
    assert class_id, teacher.page.url
    return class_id[1], join_link


async def send_while_the_server_is_killed(
    teacher: Somebody, server: ServerProcess, class_id: str
) -> str:
    """Upload the demo lecture's two files through the page; returns the lecture's id."""
    page = teacher.page
    await page.goto(f"{server.base}/upload?class={class_id}")
    await page.set_input_files("#recording", DEMO / "presentation.webm")
    await page.click("#with-camera summary")
    await page.set_input_files("#camera", DEMO / "presenter.webm")
    await page.fill("#title", "The flipped classroom")
    protocol = await teacher.context.new_cdp_session(page)
    await protocol.send("Network.enable")
    slow = {"offline": False, "latency": 5, "downloadThroughput": -1}
    await protocol.send(
        "Network.emulateNetworkConditions", slow | {"uploadThroughput": UPLOAD_BYTES_S}
    )
    await page.click("#start")
    await until(page, "document.querySelector('#all').value > 20")
    server.kill()
    await expect(page.locator("#status")).to_contain_text("Nothing is lost", timeout=30_000)
    server.start()
    await page.wait_for_url(re.compile(r"/lectures/[0-9a-f]{32}"), timeout=90_000)
    await protocol.detach()
    return page.url.rpartition("/")[2]


async def classmates_watch(
    server: ServerProcess, data: Path, class_id: str, lecture: dict[str, Any]
) -> None:
    """A small class has watched before, so that there are curves and not only totals."""
    async with open_database(Settings(data=data).effective_database_url) as database:
        tokens = await simulated_students(database, class_id, CLASSMATES)
    await send_class(server.base, tokens, lecture["id"], lecture["duration_s"])


async def asked(somebody: Somebody, path: str) -> dict[str, Any]:
    """What the API answers to this person's browser."""
    found: dict[str, Any] = await somebody.page.evaluate(
        "path => fetch(path).then(answer => answer.json())", path
    )
    return found


async def watch(student: Somebody) -> None:
    """Play 6 s, pause, go on to 30 s, go back 10 s, watch at double speed, close the tab."""
    page = student.page
    await page.select_option("#quality", "still")
    await page.click("#play")
    await until(page, f"{VIDEO}.currentTime >= 6")
    await page.keyboard.press("k")
    await until(page, f"{VIDEO}.paused")
    bar = await page.locator("#seek").bounding_box()
    assert bar is not None
    await page.mouse.click(bar["x"] + bar["width"] / 3, bar["y"] + bar["height"] / 2)
    await until(page, f"{VIDEO}.currentTime >= 29 && !{VIDEO}.seeking")
    await page.keyboard.press("j")
    await until(page, f"{VIDEO}.currentTime < 22 && !{VIDEO}.seeking")
    await page.select_option("#speed", "2")
    await page.click("#play")
    await until(page, f"{VIDEO}.currentTime >= 28")
    await page.close()


async def told_by_then(server: ServerProcess, student: Somebody, lecture_id: str) -> dict[str, Any]:
    """What the server keeps of the student, once the closed tab's last words have arrived."""
    page = await student.context.new_page()
    await page.goto(server.base)
    again = Somebody(student.context, page)
    for _ in range(100):
        kept = await asked(again, f"/api/me/lectures/{lecture_id}/watch")
        if kept["events"] and kept["events"][-1]["kind"] == "visibility":
            return kept
        await asyncio.sleep(0.1)
    raise AssertionError(kept)


async def complete(somebody: Somebody, lecture_id: str) -> dict[str, Any]:
    """The lecture's facts when all of it is made; it can be watched before."""
    for _ in range(240):
        lecture = await asked(somebody, f"/api/lectures/{lecture_id}")
        if lecture["state"] == "ready":
            return lecture
        await asyncio.sleep(1)
    raise AssertionError(lecture)


def difference(after: dict[str, Any], before: dict[str, Any], curve: str) -> dict[int, int]:
    """By how much each second of a curve has changed."""
    pairs = zip(after["seconds"][curve], before["seconds"][curve], strict=True)
    return {second: b - a for second, (b, a) in enumerate(pairs) if b != a}


async def test_one_lecture_end_to_end(server: ServerProcess, tmp_path: Path) -> None:
    async with chromium() as browser:
        admin = await newcomer(browser, server.setup_url, "Okafor", "Make the account")
        teacher = await newcomer(browser, await invitation_by(admin), "Jackson", "Make the account")
        class_id, join_link = await class_of(teacher)
        lecture_id = await send_while_the_server_is_killed(teacher, server, class_id)
        await expect(teacher.page.locator("#player")).to_be_visible(timeout=240_000)
        lecture = await complete(teacher, lecture_id)
        await teacher.page.reload()
        assert lecture["duration_s"] == pytest.approx(90, abs=0.5)

        await classmates_watch(server, tmp_path / "data", class_id, lecture)
        before = await asked(teacher, f"/api/lectures/{lecture_id}/insight")
        student = await newcomer(browser, join_link, "Maria", "Make my account and join")
        await student.page.goto(f"{server.base}/lectures/{lecture_id}")
        await watch(student)
        kept = await told_by_then(server, student, lecture_id)
        after = await asked(teacher, f"/api/lectures/{lecture_id}/insight")
        await teacher.page.goto(f"{server.base}/lectures/{lecture_id}/insight")
        await expect(teacher.page.locator("main")).to_contain_text("Where they went back")
        assert await accessibility_faults(teacher.page) == []
        assert await overflow_px(teacher.page) == 0

    assert [(event["kind"], event.get("cause")) for event in kept["events"]] == [
        ("play", None),
        ("pause", None),
        ("seek", "bar"),
        ("seek", "key"),
        ("speed", None),
        ("play", None),
        ("visibility", "hidden"),
    ]
    assert after["watchers"] - before["watchers"] == 1
    pauses = difference(after, before, "pauses")  # a busy machine presses a little later
    assert list(pauses.values()) == [1]
    assert set(pauses) <= {6, 7, 8}
    assert set(difference(after, before, "rewinds")) <= {19, 20, 21}
    assert sum(difference(after, before, "rewinds").values()) == 1
    played = difference(after, before, "plays")
    assert set(played.values()) == {1}
    assert {*range(6), *range(22, 27)} <= set(played) <= {*range(9), *range(19, 36)}
    assert difference(after, before, "replays") == {}
