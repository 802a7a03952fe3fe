"""A package of a short lecture, made once for every test of what knows HLS."""

import asyncio
from pathlib import Path

import pytest

from tests.generated_media import recording
from tests.made_once import made_once
from transcode.media import Source
from transcode.package import make_package


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a package of 16.3 s: five segments in each rung. Read only."""

    def make(folder: Path) -> None:
        source = recording(folder / "a.mp4", seconds=16.3)
        asyncio.run(make_package([Source(source)], folder / "package"))

    return made_once(tmp_path_factory, "package of five segments", make) / "package"
