"""A real server with a real, small package, and a real browser."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from stream.tables import LectureState
from tests.browser import chromium
from tests.generated_media import NO_DURATION, OPUS, VP8, picture, run_ffmpeg, sound
from tests.made_once import made_once
from tests.running_site import Site, Watched, running_site
from transcode.media import Source, TrackRole
from transcode.package import make_package

HERE = Path(__file__).parent
LECTURE_S = 24


@pytest.fixture(scope="session")
def package_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of two tracks, 24 s long, made once: slides with a camera, all rungs."""

    def make(folder: Path) -> None:
        slides, camera = folder / "slides.webm", folder / "camera.webm"
        size = picture(640, 360, "15")
        run_ffmpeg(*size, *sound(), "-t", str(LECTURE_S), *VP8, *OPUS, *NO_DURATION, str(slides))
        run_ffmpeg(*picture(320, 180, "15"), "-t", str(LECTURE_S), *VP8, *NO_DURATION, str(camera))
        sources = [
            Source(slides, TrackRole.PRESENTATION),
            Source(camera, TrackRole.PRESENTER),
        ]
        asyncio.run(make_package(sources, folder / "package"))

    return made_once(tmp_path_factory, "package of slides and camera", make) / "package"


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A running server with a data folder of its own."""
    async with running_site(tmp_path / "data") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def lecture(site: Site, package_folder: Path) -> Watched:
    """A lecture everybody in its class can watch."""
    class_id = await site.make_class()
    lecture_id = await site.make_lecture(class_id, LectureState.ENCODING)
    await site.publish(lecture_id, package_folder)
    return Watched(class_id, lecture_id)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium for all tests; each opens its pages in profiles of its own."""
    async with chromium() as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this folder in one event loop, to which the browser belongs."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
