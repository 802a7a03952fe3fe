"""`flipcast doctor`: what it says about the disk, and how it ends."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from stream.doctor import as_line, data_findings, room_finding, verdict
from stream.settings import Settings
from tests.server_process import ROOT, START
from transcode.doctor import Finding, State

FINE = Finding("ffmpeg", State.OK, "ffmpeg is there.")
BROKEN = Finding("data", State.BROKEN, "Nothing can be written.")


def test_a_data_folder_that_is_not_made_yet_is_looked_at_where_it_will_be(tmp_path: Path) -> None:
    findings = data_findings(Settings(data=tmp_path / "a" / "b", free_space_bytes=0))
    assert [finding.state for finding in findings] == [State.OK, State.OK]
    assert not list(tmp_path.iterdir())


def test_a_data_folder_that_takes_no_file_is_told(tmp_path: Path) -> None:
    findings = data_findings(Settings(data=Path("/proc/flipcast")))
    assert [finding.state for finding in findings] == [State.BROKEN]
    assert "/proc/flipcast" in findings[0].sentence


@pytest.mark.parametrize(
    ("free_bytes", "state"),
    [pytest.param(10**9, State.BROKEN, id="too-little"), pytest.param(10**10, State.OK, id="room")],
)
def test_room_is_measured_against_what_uploads_leave_free(free_bytes: int, state: State) -> None:
    assert room_finding(free_bytes, 2 * 10**9).state is state


def test_lines_are_for_people_or_for_programs() -> None:
    assert as_line(FINE, as_json=False) == "ok      ffmpeg is there."
    assert json.loads(as_line(BROKEN, as_json=True)) == {
        "name": "data",
        "state": "broken",
        "sentence": "Nothing can be written.",
    }
    assert verdict([FINE]) == "Lectures can be made here."
    assert "1 of these" in verdict([FINE, BROKEN])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "status"),
    [
        pytest.param({}, 0, id="usable"),
        pytest.param({"FLIPCAST_FFMPEG": "/bin/false"}, 1, id="no-ffmpeg"),
        pytest.param({"FLIPCAST_LISTN": "x"}, 2, id="a-wrong-setting"),
    ],
)
def test_the_exit_code_says_whether_lectures_can_be_made(
    settings: dict[str, str], status: int, tmp_path: Path
) -> None:
    environment = os.environ | {"FLIPCAST_DATA": str(tmp_path)} | settings
    done = subprocess.run(
        [*START, "doctor", "--json"], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert any(finding["state"] == "broken" for finding in findings) is (status == 1)
