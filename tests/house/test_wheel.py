"""What is installed holds everything the server needs, and nothing the browser code was made of."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

NEEDED = (
    "player/templates/base.html",
    "player/dist/.vite/manifest.json",
    "stream/migrations/env.py",
    "stream/migrations/versions/0001_first_schema.py",
    "stream/demo_lecture/lecture.json",
    "stream/demo_lecture/presentation.webm",
    "stream/demo_lecture/presenter.webm",
    "transcode/probe_child.py",
    "transcode/launcher.py",
    "capture/cli.py",
)


@pytest.mark.slow
def test_the_wheel_is_complete_and_carries_no_sources_of_the_pages(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("flipcast-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert [name for name in NEEDED if name not in names] == []
    assert any(name.startswith("player/dist/") and name.endswith(".js.br") for name in names)
    assert [name for name in names if name.endswith(".ts") or "node_modules" in name] == []
    assert not any(name.startswith(("tests/", "deploy/")) for name in names)
