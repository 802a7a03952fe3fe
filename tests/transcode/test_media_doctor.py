"""What the person who runs the server is told about ffmpeg and the walls around it."""

import os
from pathlib import Path

import pytest

from tests.transcode.fake_ffmpeg import fake_ffmpeg
from transcode.doctor import (
    NEEDED_ENCODERS,
    NEEDED_FILTERS,
    Finding,
    State,
    av1_findings,
    capability_findings,
    examine,
    ffmpeg_findings,
    hardware_findings,
    text_reader,
    trial_finding,
)
from transcode.hardware import Verdict, candidates
from transcode.locator import Ffmpeg


def states(findings: list[Finding]) -> dict[str, State]:
    return {finding.name: finding.state for finding in findings}


def ffmpeg_with(*encoders: str, filters: tuple[str, ...] = NEEDED_FILTERS) -> Ffmpeg:
    return Ffmpeg("/opt/ffmpeg", "9", frozenset(encoders), frozenset(filters), frozenset())


def test_an_ffmpeg_with_everything_is_fine() -> None:
    full = ffmpeg_with(*NEEDED_ENCODERS, "libsvtav1", "libopus", "libwebp")
    assert set(states(capability_findings(full)).values()) == {State.OK}


def test_what_is_only_welcome_breaks_nothing() -> None:
    found = states(capability_findings(ffmpeg_with(*NEEDED_ENCODERS)))
    assert found["encoders"] is State.OK
    assert found["libsvtav1"] is State.LESS


def test_av1_that_cannot_be_cut_into_segments_is_told() -> None:
    assert av1_findings(None) == []
    found = av1_findings("key frames were asked for at [0, 7] and came at [0]")
    assert [finding.state for finding in found] == [State.LESS]
    assert found[0].sentence.endswith("came at [0].")


@pytest.mark.parametrize(
    ("ffmpeg", "lacks"),
    [
        pytest.param(ffmpeg_with("aac"), "libx264", id="no-h264"),
        pytest.param(ffmpeg_with(*NEEDED_ENCODERS, filters=("scale",)), "overlay", id="no-filter"),
    ],
)
def test_what_is_needed_and_missing_is_named(ffmpeg: Ffmpeg, lacks: str) -> None:
    finding = capability_findings(ffmpeg)[0]
    assert finding.state is State.BROKEN
    assert lacks in finding.sentence


async def test_a_wrong_path_is_told(tmp_path: Path) -> None:
    findings = await ffmpeg_findings(str(tmp_path / "fmpeg"))
    assert [finding.state for finding in findings] == [State.BROKEN]
    assert "fmpeg" in findings[0].sentence


async def test_a_program_that_is_no_ffmpeg_is_told() -> None:
    findings = await ffmpeg_findings("/bin/false")
    assert [finding.state for finding in findings] == [State.BROKEN]


async def test_an_ffmpeg_that_cannot_bear_its_limits_is_told(tmp_path: Path) -> None:
    needs_more = fake_ffmpeg(tmp_path / "ffmpeg", "open(os.path.expanduser('~/.ffmpeg'), 'w')")
    assert (await trial_finding(needs_more)).state is State.BROKEN


def test_hardware_is_named_with_what_its_trial_showed() -> None:
    card = candidates(["h264_vaapi"], ["/dev/dri/renderD128"])[0]
    good, bad = hardware_findings([Verdict(card, None), Verdict(card, "No display.")])
    assert (good.state, bad.state) == (State.OK, State.LESS)
    assert good.sentence == "h264_vaapi at /dev/dri/renderD128 may encode cameras."
    assert bad.sentence == "h264_vaapi at /dev/dri/renderD128 is not used: No display."
    assert hardware_findings([])[0].state is State.OK


def test_without_tesseract_chapters_are_numbered(tmp_path: Path) -> None:
    assert text_reader(str(tmp_path)).state is State.LESS


async def test_this_machine_can_make_lectures_and_every_sentence_is_one() -> None:
    findings = await examine()
    assert State.BROKEN not in states(findings).values()
    assert all(finding.sentence.endswith((".", ").")) for finding in findings)
    names = [finding.name for finding in findings]
    assert len(set(names)) == len(names)
    assert states(findings)["account"] is (State.LESS if os.geteuid() == 0 else State.OK)
