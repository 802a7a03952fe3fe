"""Packages of other shapes than the usual one keep the rules too."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.transcode.hls.measured_package import begun, publish, track, variant
from transcode.hls.check.checker import check_package

RUNGS = ("still", "low", "medium", "high")
CAPS_BPS = {"still": 60_000, "low": 200_000, "medium": 450_000, "high": 1_500_000}


def broken_rules(folder: Path) -> list[str]:
    return [f"{one.rule} {one}" for one in check_package(folder).violations]


@pytest.fixture
def copy(package: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(package, tmp_path / "package"))


@pytest.mark.parametrize("segments", [1, 2, 4])
def test_a_growing_package(copy: Path, segments: int) -> None:
    rungs = [
        replace(rung, track=begun(rung.track, segments, CAPS_BPS[rung.track.name]))
        for rung in (variant(copy / name) for name in RUNGS)
    ]
    publish(copy, rungs, [begun(track(copy / "audio"), segments, 40_000)], is_complete=False)
    assert broken_rules(copy) == []


def test_a_growing_package_whose_upper_rungs_are_behind(copy: Path) -> None:
    rungs = [
        replace(rung, track=begun(rung.track, segments, CAPS_BPS[rung.track.name]))
        for rung, segments in zip(
            (variant(copy / name) for name in RUNGS), (4, 3, 2, 1), strict=True
        )
    ]
    publish(copy, rungs, [begun(track(copy / "audio"), 5, 40_000)], is_complete=False)
    assert broken_rules(copy) == []


def test_a_growing_package_of_the_cheapest_rung_alone(copy: Path) -> None:
    still = variant(copy / "still")
    rungs = [replace(still, track=begun(still.track, 3, CAPS_BPS["still"]))]
    publish(copy, rungs, [begun(track(copy / "audio"), 3, 40_000)], is_complete=False)
    assert broken_rules(copy) == []


def test_two_groups_of_sound(copy: Path) -> None:
    rungs = [variant(copy / name) for name in RUNGS]
    publish(copy, rungs, [track(copy / "audio"), track(copy / "opus")])
    report = check_package(copy)
    assert [f"{one.rule} {one}" for one in report.violations] == []
    assert (copy / "index.m3u8").read_text().count("#EXT-X-STREAM-INF") == 2 * len(RUNGS)


def test_sound_alone(copy: Path) -> None:
    publish(copy, [], [track(copy / "audio")])
    assert broken_rules(copy) == []


def test_pictures_alone(copy: Path) -> None:
    publish(copy, [variant(copy / name) for name in RUNGS], [])
    assert broken_rules(copy) == []


def test_a_media_playlist_of_its_own(copy: Path) -> None:
    report = check_package(copy / "low")
    assert report.violations == ()
    assert {one.rule for one in report.excused} == {"1.13", "7.6"}
