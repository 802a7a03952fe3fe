"""The AV1 set beside a package: the same lecture in fewer bytes; the package loses nothing."""

import asyncio
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.generated_media import counted, counted_recording
from tests.transcode.played_package import PlayedPackage, PlayedTrack, play
from transcode.av1_set import make_av1_set
from transcode.encoding import Progress
from transcode.errors import EncoderMissing
from transcode.grid import segment_starts_s
from transcode.media import Source
from transcode.package import make_package

pytestmark = pytest.mark.slow

SECONDS = 21.3


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return counted_recording(tmp_path_factory.mktemp("source") / "a.mkv", seconds=SECONDS)


@pytest.fixture(scope="module")
def package(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("package") / "out"
    asyncio.run(make_package([Source(source)], out))
    return out


@pytest.fixture(scope="module")
def made(source: Path, package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("set") / "out"
    asyncio.run(make_av1_set([Source(source)], package, out))
    return out


@pytest.fixture(scope="module")
def played(package: Path, made: Path, tmp_path_factory: pytest.TempPathFactory) -> PlayedPackage:
    return play(together(package, made, tmp_path_factory.mktemp("together")))


def together(package: Path, made: Path, place: Path) -> Path:
    """The set beside the package, in a folder of their own."""
    shutil.copytree(package, place / "out")
    shutil.copytree(made, place / "out", dirs_exist_ok=True)
    return place / "out"


def av1_rungs(played: PlayedPackage) -> list[PlayedTrack]:
    return [rung for rung in played.rungs if rung.name.startswith("av1-")]


def test_what_every_browser_decodes_comes_first(played: PlayedPackage) -> None:
    codecs = [one.stream_info.codecs.split(",")[0] for one in played.index.playlists]
    families = [codec[:4] for codec in codecs]
    assert families == sorted(families, reverse=True) == [*["avc1"] * 10, *["av01"] * 10]


def test_both_sets_share_both_sounds(played: PlayedPackage) -> None:
    heard = {media.group_id: media.uri for media in played.index.media}
    assert heard == {"sound": "audio/index.m3u8", "sound-opus": "opus/index.m3u8"}
    codecs = {"sound": "mp4a.40.2", "sound-opus": "opus"}
    for one in played.index.playlists:
        assert one.stream_info.codecs.split(",")[1] == codecs[one.stream_info.audio]


def test_segments_begin_where_those_of_h264_begin(played: PlayedPackage) -> None:
    for rung in av1_rungs(played):
        assert rung.starts_s == pytest.approx(segment_starts_s(SECONDS), abs=0.001)


def test_a_frame_is_shown_when_it_was_recorded(played: PlayedPackage) -> None:
    for rung in av1_rungs(played):
        shown = [(at_s, frame.to_ndarray(format="gray")) for at_s, frame in rung.pictures()]
        recorded = [counted(luma.astype(np.uint8)) for _, luma in shown]
        assert recorded == pytest.approx([30 * at_s for at_s, _ in shown], abs=2.4)
        assert len(shown) >= 2.5 * SECONDS


def test_the_facts_say_what_was_added(package: Path, made: Path) -> None:
    before, after = (json.loads((one / "package.json").read_text()) for one in (package, made))
    names = [rung["name"] for rung in after["av1"]["renditions"]]
    assert names == ["av1-still", "av1-low", "av1-fair", "av1-medium", "av1-high"]
    assert after["size_bytes"] - before["size_bytes"] == after["av1"]["size_bytes"] > 0
    assert before["renditions"] == after["renditions"]


def test_a_set_that_is_made_again_is_named_once(
    source: Path, package: Path, made: Path, tmp_path: Path
) -> None:
    whole = together(package, made, tmp_path)
    asyncio.run(make_av1_set([Source(source)], whole, tmp_path / "again"))
    again = tmp_path / "again"
    lists = [(one / "all-codecs.m3u8").read_text() for one in (again, made)]
    assert lists[0] == lists[1]
    assert not (again / "index.m3u8").exists()
    sizes = [json.loads((one / "package.json").read_text())["size_bytes"] for one in (again, made)]
    assert sizes[0] == sizes[1]


def test_a_set_that_was_interrupted_goes_on(
    source: Path, package: Path, played: PlayedPackage, tmp_path: Path
) -> None:
    out = tmp_path / "set"
    asyncio.run(interrupted(source, package, out))
    kept = {path: path.stat().st_ino for path in out.glob("av1-*/*.m4s")}
    assert len(kept) >= 2 * len(segment_starts_s(SECONDS))
    asyncio.run(make_av1_set([Source(source)], package, out))
    assert all(path.stat().st_ino == inode for path, inode in kept.items())
    went_on = play(together(package, out, tmp_path))
    for rung in av1_rungs(went_on):
        whole = [at_s for at_s, _ in played.rung(rung.name).pictures()]
        assert [at_s for at_s, _ in rung.pictures()] == whole


async def interrupted(source: Path, package: Path, out: Path) -> None:
    """Cancel the making of a set when it is in its second half."""

    def stop(now: Progress) -> None:
        if now.fraction > 0.5:
            making.cancel()

    making = asyncio.create_task(make_av1_set([Source(source)], package, out, on_progress=stop))
    with pytest.raises(asyncio.CancelledError):
        await making


def test_progress_rises_to_its_end(source: Path, package: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    asyncio.run(make_av1_set([Source(source)], package, tmp_path / "set", on_progress=seen.append))
    fractions = [now.fraction for now in seen]
    assert fractions == sorted(fractions)
    assert 0.9 < fractions[-1] <= 1


def test_an_ffmpeg_without_it_is_told_apart(
    source: Path, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Path("/usr/bin/ffmpeg")
    if not old.exists():
        pytest.skip(f"no ffmpeg at {old}: Debian's is installed by tests/install_packages.sh")
    monkeypatch.setenv("FLIPCAST_FFMPEG", str(old))
    with pytest.raises(EncoderMissing, match="makes no AV1: key frames"):
        asyncio.run(make_av1_set([Source(source)], package, tmp_path / "set"))
    assert not (tmp_path / "set").exists()
