"""`flipcast` at a terminal: what it prints, and how it ends."""

import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stream.cli import app
from tests.server_process import ROOT, START

ANEW = pytest.mark.slow  # starts Python anew


def flipcast(data: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a data folder."""
    environment = os.environ | {"FLIPCAST_DATA": str(data)} | settings
    data.mkdir(exist_ok=True)
    return subprocess.run(
        [*START, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    "words", [(), ("serve",), ("demo",), ("transcode",), ("check-hls",), ("doctor",), ("person",)]
)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*words, "--help"])
    assert (done.exit_code, "Usage" in done.stdout) == (0, True), done.stderr


@ANEW
def test_the_program_explains_itself(tmp_path: Path) -> None:
    done = flipcast(tmp_path / "data", "--help")
    assert (done.returncode, "Usage" in done.stdout) == (0, True), done.stderr


@ANEW
def test_a_wrong_setting_ends_with_one_line_and_2(tmp_path: Path) -> None:
    done = flipcast(tmp_path / "data", "serve", FLIPCAST_LISTN="x")
    assert done.returncode == 2
    assert done.stderr == "flipcast: unknown setting FLIPCAST_LISTN in the environment\n"


@ANEW
def test_a_teacher_can_be_invited_from_the_terminal(tmp_path: Path) -> None:
    address = {"FLIPCAST_PUBLIC_URL": "https://school.example/"}
    done = flipcast(tmp_path / "data", "person", "invite", **address)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("https://school.example/invite/")


@ANEW
def test_nobody_by_that_name_is_a_sentence(tmp_path: Path) -> None:
    done = flipcast(tmp_path / "data", "person", "link", "nobody")
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("Nobody has the login name 'nobody'.")
    assert flipcast(tmp_path / "data", "person", "list").stdout == ""
