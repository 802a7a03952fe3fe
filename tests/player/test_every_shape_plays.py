"""Whatever shape a recording has, its lecture plays to the end in Chromium, with what it has."""

import pytest
from playwright.async_api import Browser

from stream.tables import LectureState
from tests.browser import until
from tests.recorded_shapes import SHAPES, Published, published_shape
from tests.running_site import Site, open_page

pytestmark = pytest.mark.slow

VIDEO = "document.querySelector('video')"
# The demo lecture and that of two tracks are watched in other tests.
PLAYED = (
    "H.264 and AAC in MP4",
    "a browser's WebM",
    "odd sizes",
    "a phone held upright",
    "a size that changes",
    "sound alone",
    "no sound",
    "one frame",
    "ten minutes of a still picture",
    "three hours of a still picture",
)


@pytest.fixture
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Published:
    return published_shape(tmp_path_factory, request.param)


@pytest.mark.timeout(900)  # three hours take half a minute of two processors
@pytest.mark.parametrize(
    ("shape", "published"), [(name, name) for name in PLAYED], ids=PLAYED, indirect=["published"]
)
async def test_it_plays_to_its_end(
    shape: str, published: Published, site: Site, browser: Browser
) -> None:
    class_id = await site.make_class()
    lecture_id = await site.make_lecture(class_id, LectureState.ENCODING)
    await site.publish(lecture_id, published.out)
    async with open_page(site, browser, class_id, f"/lectures/{lecture_id}") as page:
        await page.click("#play")
        await until(page, f"{VIDEO}.currentTime > 0 || {VIDEO}.ended")
        duration_s = await page.evaluate(f"{VIDEO}.duration")
        assert duration_s == pytest.approx(published.package.duration_s, abs=0.1)
        if duration_s > 60:  # to the end without waiting for it
            await page.keyboard.press("9")
            await until(page, f"!{VIDEO}.seeking && {VIDEO}.currentTime > 0.85 * {duration_s}")
            await page.evaluate(f"{VIDEO}.currentTime = {duration_s - 4}")
        await until(page, f"{VIDEO}.ended", within_s=60)
        assert await page.evaluate(f"{VIDEO}.error") is None
        frames = await page.evaluate(f"{VIDEO}.getVideoPlaybackQuality().totalVideoFrames")
        heard_bytes = await page.evaluate(f"{VIDEO}.webkitAudioDecodedByteCount")
    assert (frames > 0, heard_bytes > 0) == (SHAPES[shape].has_picture, SHAPES[shape].has_sound)
