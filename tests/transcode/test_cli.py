"""`flipcast transcode`, as it is run: what it prints and how it exits."""

import json
import subprocess
import sys
from pathlib import Path

import m3u8
import pytest

from tests.generated_media import OPUS, VP8, recording, run_ffmpeg
from transcode.hls.check.checker import check_package
from transcode.tree import ALL_CODECS_NAME

ROOT = Path(__file__).resolve().parents[2]


def transcode(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "transcode", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording(tmp_path_factory.mktemp("source") / "a.mp4", seconds=1)


def test_json_is_one_object_with_the_facts(source: Path, tmp_path: Path) -> None:
    done = transcode(source, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["duration_s"] == pytest.approx(1, abs=1 / 30)
    assert facts["wall_s"] > 0
    assert facts["cpu_s"] > 0
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    others = [path.stat().st_size for path in files if path.name != "package.json"]
    assert facts["size_bytes"] == sum(others)
    rungs = ["still", "low", "fair", "medium", "high"]
    assert [rung["name"] for rung in facts["renditions"]] == rungs
    assert all(rung["average_bps"] > 0 for rung in facts["renditions"])
    assert m3u8.load(facts["index"]).is_variant


def test_words_are_for_people(source: Path, tmp_path: Path) -> None:
    done = transcode(source, "--out", tmp_path / "out", "--presenter", source)
    assert done.returncode == 0, done.stderr
    assert "kbit/s" in done.stdout
    assert "320x180" in done.stdout
    assert done.stderr == ""


@pytest.mark.slow
def test_an_av1_set_joins_the_package(tmp_path: Path) -> None:
    source = recording(tmp_path / "a.webm", *VP8, *OPUS, seconds=1)
    done = transcode(source, "--out", tmp_path / "out", "--av1", "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    rungs = [rung["name"] for rung in facts["av1"]["renditions"]]
    index = m3u8.load(str(tmp_path / "out" / ALL_CODECS_NAME))
    assert {one.uri.split("/")[0] for one in index.playlists} >= set(rungs)
    assert all(name.startswith("av1-") for name in rungs)
    assert check_package(tmp_path / "out").violations == ()
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert facts["size_bytes"] <= sum(path.stat().st_size for path in files)
    assert not (tmp_path / "out" / ".work").exists()


@pytest.mark.slow
def test_sound_alone_gets_no_av1_set(source: Path, tmp_path: Path) -> None:
    run_ffmpeg("-i", str(source), "-vn", "-c:a", "copy", str(tmp_path / "a.m4a"))
    done = transcode(tmp_path / "a.m4a", "--out", tmp_path / "out", "--av1", "--json")
    assert done.returncode == 0, done.stderr
    assert "av1" not in json.loads(done.stdout)


def test_a_bad_recording_is_a_sentence_and_1(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("Notes for Monday.")
    done = transcode(tmp_path / "notes.mp4", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "This file is a text file, not a recording."
        " Choose the video or sound file that you recorded.\n"
    )


@pytest.mark.parametrize("wrong", ["no source", "no out", "a file that is not there", "a full out"])
def test_wrong_usage_is_2(wrong: str, source: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    arguments: dict[str, list[str | Path]] = {
        "no source": ["--out", tmp_path / "out"],
        "no out": [source],
        "a file that is not there": [tmp_path / "gone.mp4", "--out", tmp_path / "out"],
        "a full out": [source, "--out", tmp_path],
    }
    done = transcode(*arguments[wrong])
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
