"""A lecture in H.264 and AV1, with AAC and Opus: the browser plays what it decodes best; the page
offers each rung once."""

import asyncio
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from stream.tables import LectureState, SchoolRole
from tests.browser import until, visitor
from tests.generated_media import NO_DURATION, OPUS, VP8, picture, run_ffmpeg, sound
from tests.made_once import made_once
from tests.player.firefox_plays import firefox_plays, folders
from tests.running_site import Site, Watched
from transcode.av1_set import make_av1_set
from transcode.hls.samples import top_level
from transcode.media import Source
from transcode.package import make_package

pytestmark = pytest.mark.slow

SOUNDS = {"audio", "opus"}
VIDEO = "document.querySelector('video')"
CHOICES = "[...document.querySelector('#quality').options].map((one) => one.value)"
HAS_NO_DECODER = """
    navigator.mediaCapabilities.decodingInfo = async () => ({ supported: true, smooth: false });
"""


HAS_NO_OPUS = """
    const known = MediaSource.isTypeSupported.bind(MediaSource);
    MediaSource.isTypeSupported = (type) => !type.toLowerCase().includes("opus") && known(type);
"""


@pytest.fixture(scope="session")
def both_sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of 9 s with an AV1 set beside it, made once."""

    def make(folder: Path) -> None:
        size = picture(320, 180, "15")
        source = folder / "a.webm"
        run_ffmpeg(*size, *sound(), "-t", "9", *VP8, *OPUS, *NO_DURATION, str(source))
        asyncio.run(make_package([Source(source)], folder / "package"))
        asyncio.run(make_av1_set([Source(source)], folder / "package", folder / "set"))
        shutil.copytree(folder / "set", folder / "package", dirs_exist_ok=True)

    return made_once(tmp_path_factory, "package of two codecs", make) / "package"


async def published(site: Site, package: Path) -> Watched:
    class_id = await site.make_class()
    lecture_id = await site.make_lecture(class_id, LectureState.ENCODING)
    await site.publish(lecture_id, package)
    return Watched(class_id, lecture_id)


async def rungs_loaded(
    site: Site, browser: Browser, lecture: Watched, script: str = ""
) -> set[str]:
    """Play the beginning and the end; the folders whose media segments were asked for."""
    folders: set[str] = set()
    url = await site.sign_in_url(SchoolRole.STUDENT, lecture.class_id)
    async with visitor(browser, url) as context:
        page = await context.new_page()
        await page.add_init_script(script)
        page.on("request", lambda asked: folders.add(_rung(asked.url)))
        await page.goto(site.url + lecture.path)
        await until(page, f"{VIDEO}.readyState > 2")
        await page.click("#play")
        await until(page, f"{VIDEO}.currentTime > 0.3")
        await page.evaluate(f"{VIDEO}.currentTime = 7")
        await until(page, f"{VIDEO}.ended", within_s=60)
        assert await page.evaluate(f"{VIDEO}.error") is None
        await _assert_offers_each_rung_once(page)
    return folders - {""}


def _rung(url: str) -> str:
    return url.split("/")[-2] if url.endswith(".m4s") else ""


async def _assert_offers_each_rung_once(page: Page) -> None:
    offered = await page.evaluate(CHOICES)
    assert offered[0] == "auto"
    assert len(offered) == len(set(offered)) > 2
    assert not set(offered) - {"auto", "still", "low", "fair", "medium", "high"}


@pytest.mark.parametrize(
    ("script", "is_av1"),
    [
        pytest.param("", True, id="av1-where-it-is-decoded-with-ease"),
        pytest.param(HAS_NO_DECODER, False, id="h264-where-it-is-not"),
    ],
)
async def test_one_set_is_played_to_the_end(
    script: str, is_av1: bool, both_sets: Path, site: Site, browser: Browser
) -> None:
    loaded = await rungs_loaded(site, browser, await published(site, both_sets), script)
    assert {name.startswith("av1-") for name in loaded - SOUNDS} == {is_av1}
    assert loaded & SOUNDS == {"opus"}


async def test_a_browser_without_opus_hears_aac(
    both_sets: Path, site: Site, browser: Browser
) -> None:
    loaded = await rungs_loaded(site, browser, await published(site, both_sets), HAS_NO_OPUS)
    assert loaded & SOUNDS == {"audio"}
    assert loaded - SOUNDS


async def test_firefox_plays_one_set_to_the_end(both_sets: Path, site: Site) -> None:
    async with firefox_plays(site, await published(site, both_sets)) as firefox:
        takes = await firefox.tells()
        if not takes["takesH264"]:
            pytest.skip("this Firefox cannot decode H.264: install the package `libavcodec-extra`")
        played = await firefox.tells()
    assert played["error"] is None
    rungs = folders(played) - SOUNDS
    assert rungs
    assert {name.startswith("av1-") for name in rungs} == {takes["takesAv1"]}
    assert folders(played) & SOUNDS == {"opus"}
    assert len(played["offered"]) == len(set(played["offered"])) > 2


async def test_frames_that_the_decoder_refuses_are_followed_by_h264(
    both_sets: Path, site: Site, browser: Browser, tmp_path: Path
) -> None:
    damaged = shutil.copytree(both_sets, tmp_path / "damaged")
    for segment in damaged.glob("av1-*/*.m4s"):
        segment.write_bytes(_without_pictures(segment.read_bytes()))
    loaded = await rungs_loaded(site, browser, await published(site, damaged))
    assert {name.startswith("av1-") for name in loaded - SOUNDS} == {True, False}


def _without_pictures(segment: bytes) -> bytes:
    """The segment with noise in place of what is coded."""
    damaged = bytearray(segment)
    for kind, start, end in top_level(segment):
        if kind == b"mdat":
            damaged[start + 8 : end] = b"\xff" * (end - start - 8)
    return bytes(damaged)
