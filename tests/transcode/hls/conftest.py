"""A package of a short lecture, made once for every test of what knows HLS."""

import asyncio
from pathlib import Path

import pytest

from tests.generated_media import recording
from transcode.media import Source
from transcode.package import make_package


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a package of 16.3 s: five segments in each rung. Read only."""
    folder = tmp_path_factory.mktemp("hls")
    source = recording(folder / "a.mp4", seconds=16.3)
    asyncio.run(make_package([Source(source)], folder / "package"))
    return folder / "package"
