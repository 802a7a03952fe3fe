"""The watch page in Debian's Firefox: it plays, and the log says what was done."""

import asyncio
import json

import pytest

from stream.tables import SchoolRole, WatchEvent, WatchKind
from tests.browser import PLAYER, firefox_path, node_path
from tests.running_site import Site, Watched

pytestmark = pytest.mark.slow

DRIVER = PLAYER / "tests" / "browser" / "firefox.mjs"


async def test_a_lecture_plays_in_firefox_and_the_log_says_what_was_done(
    site: Site, lecture: Watched
) -> None:
    node, firefox = node_path(), firefox_path()
    link = await site.sign_in_url(SchoolRole.STUDENT, lecture.class_id)
    process = await asyncio.create_subprocess_exec(
        *(node, str(DRIVER), firefox, link, site.url + lecture.path),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, log = await asyncio.wait_for(process.communicate(), 90)
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode == 0, log.decode()
    seen = json.loads(out)
    if seen is None:
        pytest.skip("this Firefox cannot decode H.264: install the package `libavcodec-extra`")
    assert seen["width"] > 0
    assert seen["hasSound"] is True
    assert seen["pitch"] is True
    assert seen["rate"] == 1.25

    async with asyncio.timeout(10):
        while len(events := await done_by_hand(site, lecture)) < 7:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert [(event.kind.value, event.cause) for event in events] == [
        ("play", None),
        ("pause", None),
        ("seek", "key"),
        ("speed", None),
        ("play", None),
        ("pause", None),
        ("visibility", "hidden"),
    ]
    covered = await site.covered(lecture.lecture_id)
    assert {0, 1, 12, 13} <= covered
    assert not covered & set(range(4, 11))


async def done_by_hand(site: Site, lecture: Watched) -> list[WatchEvent]:
    """What the viewer did; which rung fits the machine's load is the engine's business."""
    events = await site.events(lecture.lecture_id)
    return [event for event in events if event.kind is not WatchKind.QUALITY]
