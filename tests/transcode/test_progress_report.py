"""Progress is told from the beginning, though some outputs are complete at the very end."""

from pathlib import Path

import pytest

from tests.generated_media import recording
from transcode.media import Source
from transcode.package import Progress, make_package

pytestmark = pytest.mark.slow


async def test_progress_is_told_long_before_the_end(tmp_path: Path) -> None:
    heard: list[Progress] = []
    source = recording(
        tmp_path / "take.mkv", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac",
        seconds=20, width_px=640, height_px=360,
    )  # fmt: skip
    package = await make_package([Source(source)], tmp_path / "package", on_progress=heard.append)
    assert package.storyboard is not None
    assert heard[0].fraction < 0.5
    assert heard[-1].fraction > 0.9
