"""The watch page in Chromium: what the controls do, and exactly what the log says about it."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from stream.tables import SchoolRole, WatchEvent
from tests.browser import until
from tests.running_site import Site, Watched, open_page

pytestmark = pytest.mark.slow

LECTURE_S = 24  # of the fixture
VIDEO = "document.querySelector('video')"


async def playing(page: Page, from_s: float) -> None:
    """Wait until the video has played to this place."""
    await until(page, f"{VIDEO}.currentTime >= {from_s}")


async def settled(page: Page) -> None:
    """Wait until the video is neither seeking nor without a picture."""
    await until(page, f"!{VIDEO}.seeking && {VIDEO}.readyState >= 2")


async def standing(page: Page) -> float:
    """Where the video stands, once it no longer moves: the last loaded pictures are still shown
    when it already says that it has nothing more."""
    before_s, now_s = -1.0, 0.0
    while now_s != before_s:
        before_s = now_s
        await asyncio.sleep(1)
        now_s = float(await page.evaluate(f"{VIDEO}.currentTime"))
    return now_s


async def leave(page: Page) -> None:
    """Leave the page: what it has not sent goes by beacon."""
    await page.goto("about:blank")


async def kept(site: Site, lecture: Watched, last: str, visits: int = 1) -> list[WatchEvent]:
    """The events the server has kept, once those of so many visits up to `last` are all there."""
    for _ in range(300):
        events = await site.events(lecture.lecture_id)
        lasts = [event for event in events if event.kind.value == last]
        if len(lasts) == visits and _is_complete(events):
            return events
        await asyncio.sleep(0.1)
    raise AssertionError(f"no {last} at the end of {[event.kind.value for event in events]}")


def _is_complete(events: list[WatchEvent]) -> bool:
    """Batches may arrive in any order: tell whether none before the newest is missing."""
    sessions = {event.session for event in events}
    return len(events) == sum(
        max(event.seq for event in events if event.session == session) for session in sessions
    )


def told(event: WatchEvent) -> tuple[str, str | None]:
    """An event without its numbers."""
    return event.kind.value, event.cause


def near(value: float | None, expected: float, slack_s: float = 0.7) -> bool:
    return value is not None and abs(value - expected) <= slack_s


async def test_a_lecture_plays_and_the_log_says_exactly_what_was_done(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    async with open_page(site, browser, lecture.class_id, lecture.path) as page:
        await page.select_option("#quality", "still")  # so that no change of quality comes between
        await page.click("#play")
        await playing(page, 3)
        await page.click("#play")
        await page.click("#forward")
        await settled(page)
        await page.select_option("#speed", "2")
        await page.keyboard.press("Escape")
        await page.click("#play")
        await playing(page, 16)
        assert await page.evaluate(f"{VIDEO}.preservesPitch") is True
        await page.click("#play")
        await leave(page)
        events = await kept(site, lecture, "visibility")

    assert [told(event) for event in events] == [
        ("play", None),
        ("pause", None),
        ("seek", "button"),
        ("speed", None),
        ("play", None),
        ("pause", None),
        ("visibility", "hidden"),
    ]
    assert [event.seq for event in events] == list(range(1, 8))
    play, pause, seek, speed, again, last, _ = events
    assert near(play.position_s, 0)
    assert near(pause.position_s, 3)
    assert near(seek.position_s, pause.position_s, 0.05)
    assert near(seek.target_s, pause.position_s + 10, 0.05)
    assert (speed.rate_before, speed.rate) == (1, 2)
    assert near(again.position_s, 13)
    assert near(last.position_s, 16)
    covered = await site.covered(lecture.lecture_id)
    assert {0, 1, 2, 14, 15} <= covered
    assert not covered & set(range(5, 13))
    assert max(covered) <= 17


async def test_a_drag_on_the_seek_bar_is_one_seek_from_where_it_began(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    async with open_page(site, browser, lecture.class_id, lecture.path) as page:
        await page.click("#play")
        await playing(page, 1)
        box = await page.locator("#seek").bounding_box()
        assert box is not None
        middle_px = box["y"] + box["height"] / 2
        began_s = await page.evaluate(f"{VIDEO}.currentTime")
        await page.mouse.move(box["x"] + box["width"] * 0.1, middle_px)
        await page.mouse.down()
        for part in (0.2, 0.6, 0.9, 0.75):
            await page.mouse.move(box["x"] + box["width"] * part, middle_px, steps=3)
        await expect(page.locator("#preview")).to_be_visible()
        await page.mouse.up()
        await playing(page, LECTURE_S * 0.7)
        await settled(page)
        await leave(page)
        events = await kept(site, lecture, "visibility")

    seeks = [event for event in events if event.kind.value == "seek"]
    assert [event.cause for event in seeks] == ["bar"]
    assert near(seeks[0].position_s, began_s, 1)
    assert near(seeks[0].target_s, LECTURE_S * 0.75, 1)


KEYS = [
    pytest.param("k", "!v.paused", id="k-plays"),
    pytest.param(" ", "!v.paused", id="space-plays"),
    pytest.param("l", "v.currentTime >= 10", id="l-ten-seconds-on"),
    pytest.param("ArrowRight", "v.currentTime >= 5", id="arrow-five-seconds-on"),
    pytest.param("5", "Math.abs(v.currentTime - v.duration / 2) < 0.5", id="5-half-way"),
    pytest.param(">", "v.playbackRate === 1.25", id="faster"),
    pytest.param("<", "v.playbackRate === 0.75", id="slower"),
    pytest.param("m", "v.muted", id="m-sound-off"),
    pytest.param("ArrowDown", "v.volume < 1", id="arrow-quieter"),
    pytest.param("f", "document.fullscreenElement?.contains(v)", id="f-full-screen-with-controls"),
    pytest.param("?", "document.querySelector('dialog').open", id="help"),
]


async def test_keys_do_what_the_help_says(site: Site, lecture: Watched, browser: Browser) -> None:
    async with open_page(site, browser, lecture.class_id, lecture.path) as page:
        for parameter in KEYS:
            key, holds = parameter.values
            await page.goto(site.url + lecture.path + "?t=0")
            await expect(page.locator("#seek")).to_be_enabled()
            await settled(page)
            await page.keyboard.press(str(key))
            await until(page, f"(v => {holds})({VIDEO})", within_s=5)


async def test_a_lecture_goes_on_where_its_viewer_stopped(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    async with open_page(site, browser, lecture.class_id, lecture.path) as page:
        await page.click("#play")
        await page.keyboard.press("l")
        await playing(page, 11.5)
        await page.click("#play")
        await page.reload()
        await expect(page.locator("#notice-text")).to_contain_text("You stopped at 0:11")
        await settled(page)
        await page.click("#play")
        await playing(page, 13)
        await leave(page)
        events = await kept(site, lecture, "visibility", visits=2)
        resumed = [event for event in events if event.cause == "resume"]
        assert [near(event.target_s, 11.7) for event in resumed] == [True]
        assert resumed[0].position_s == 0

        await page.goto(site.url + lecture.path)
        await page.click("#from-start")
        await until(page, f"{VIDEO}.currentTime < 3 && !{VIDEO}.paused")


async def test_quality_can_be_chosen_and_is_named_in_plain_words(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    async with open_page(site, browser, lecture.class_id, lecture.path) as page:
        await expect(page.locator("#quality")).to_be_visible()
        names = await page.locator("#quality option").all_text_contents()
        assert names[0].startswith("Auto")
        assert names[-1].startswith("Slides only · ")
        assert all(name.endswith("bit/s") for name in names[1:])
        await page.select_option("#speed", "2")
        await page.select_option("#quality", "still")
        await page.click("#play")
        await playing(page, 2)
        await page.select_option("#quality", "high")
        await until(page, "document.querySelector('#quality').value === 'high'")
        await playing(page, 12)
        await leave(page)
        events = await kept(site, lecture, "visibility")
    assert "high" in [event.cause for event in events if event.kind.value == "quality"]


async def test_a_lost_connection_is_said_borne_and_logged_as_a_stall(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    async with open_page(site, browser, lecture.class_id, lecture.path) as page:
        await expect(page.locator("#film")).to_be_visible()  # what is loaded at rest is there
        loaded_s = await page.evaluate(f"{VIDEO}.buffered.end(0)")
        assert 10 <= loaded_s <= LECTURE_S * 0.8
        await site.stop()
        await page.select_option("#speed", "3")
        await page.click("#play")
        notice = page.locator("#notice-text")
        await expect(notice).to_contain_text("Your connection is gone.", timeout=15_000)
        await until(page, f"{VIDEO}.readyState < 3 && !{VIDEO}.paused", within_s=25)
        stopped_s = await standing(page)
        await expect(notice).to_have_text(
            "Your connection is gone. It continues by itself as soon as it is back."
        )
        await site.start()
        await playing(page, stopped_s + 1)
        await expect(notice).to_have_text("")
        await leave(page)
        events = await kept(site, lecture, "visibility")
    kinds = [event.kind.value for event in events]
    assert kinds.count("stall") == 1
    assert "pause" not in kinds
    stall = next(event for event in events if event.kind.value == "stall")
    assert near(stall.position_s, stopped_s)
    assert stall.duration_ms is not None
    assert stall.duration_ms >= 250


async def test_the_log_of_a_closed_tab_arrives_with_the_next_visit(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    async with open_page(site, browser, lecture.class_id, lecture.path) as page:
        await page.click("#play")
        await playing(page, 2)
        await site.stop()  # neither fetch nor beacon can arrive
        await page.click("#play")
        await leave(page)
        await site.start()
        assert await site.events(lecture.lecture_id) == []
        await page.goto(site.url + lecture.path)
        events = await kept(site, lecture, "visibility")
    assert [event.kind.value for event in events if event.kind.value != "quality"] == [
        "play",
        "pause",
        "visibility",
    ]
    assert {0, 1} <= await site.covered(lecture.lecture_id)


async def test_the_log_is_sent_while_playing_without_anybody_leaving(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    async with open_page(site, browser, lecture.class_id, lecture.path) as page:
        await page.click("#play")
        await playing(page, 2)
        async with page.expect_response(lambda response: response.url.endswith("/watch")) as sent:
            pass
        assert (await sent.value).status == 204
    assert {0, 1} <= await site.covered(lecture.lecture_id)


async def test_watching_to_the_end_is_logged_as_ended_and_play_begins_again(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    async with open_page(site, browser, lecture.class_id, lecture.path + "?t=21") as page:
        await settled(page)
        await page.click("#play")
        await until(page, f"{VIDEO}.ended")
        events = await kept(site, lecture, "ended")
        assert [told(event) for event in events if event.kind.value != "quality"] == [
            ("seek", "start"),
            ("play", None),
            ("ended", None),
        ]
        assert {22, 23} <= await site.covered(lecture.lecture_id)
        await page.click("#play")
        await until(page, f"{VIDEO}.currentTime < 3 && !{VIDEO}.paused")


async def test_a_teacher_gets_to_the_class_from_here_and_a_student_does_not(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    link = f"a[href='{lecture.path}/insight']"
    async with open_page(
        site, browser, lecture.class_id, lecture.path, SchoolRole.TEACHER
    ) as teacher:
        await expect(teacher.locator(link)).to_be_visible()
    async with open_page(site, browser, lecture.class_id, lecture.path) as student:
        await expect(student.locator(link)).to_have_count(0)
        await expect(student.locator(".told")).to_contain_text("without your name")


async def test_where_there_are_no_media_sources_the_browser_plays_by_itself(
    site: Site, lecture: Watched, browser: Browser
) -> None:
    """As in Safari: Chromium's own HLS stands in for it."""
    async with open_page(site, browser, lecture.class_id, "/") as page:
        await page.add_init_script("delete window.MediaSource; delete window.ManagedMediaSource")
        scripts: list[str] = []
        page.on("request", lambda request: scripts.append(request.url))
        await page.goto(site.url + lecture.path + "?t=12")
        if (
            await page.evaluate("document.createElement('video').canPlayType('audio/mpegurl')")
            == ""
        ):
            pytest.skip("this Chromium does not play HLS by itself")
        await expect(page.locator("#seek")).to_be_enabled(timeout=20_000)
        await page.click("#play")
        await playing(page, 13)
        await page.keyboard.press("j")
        await until(page, f"{VIDEO}.currentTime < 8 && !{VIDEO}.seeking")
        await expect(page.locator("#quality-field")).to_be_hidden()
        await leave(page)
        events = await kept(site, lecture, "visibility")
    assert [told(event) for event in events] == [
        ("seek", "start"),
        ("play", None),
        ("seek", "key"),
        ("visibility", "hidden"),
    ]
    assert any("native-engine" in url for url in scripts)
