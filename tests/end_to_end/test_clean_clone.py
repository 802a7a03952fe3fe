"""The first command of the README, as a new user runs it: a clean clone and an empty home."""

import json
import os
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.server_process import ROOT, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# What pip and npm need to find their packages may be set in the environment of a test machine.
PASSED_ON = ("PIP_", "NPM_CONFIG_", "npm_config_", "SSL_CERT", "NODE_EXTRA", "HTTP", "http")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of the last commit."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so there is nothing to clone")
    target = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(target)], check=True)
    return target


def test_make_run_shows_the_demo_from_a_clean_clone(clone: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    environment |= {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    port = free_port()
    with (tmp_path / "log").open("w+") as log:
        making = subprocess.Popen(
            ["make", "--silent", "run", f"DEMO=--json --port {port}"], cwd=clone, env=environment,
            stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            links = first_json_line(making)
            log.seek(0)
            assert links, log.read()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                assert json.load(answer)["ok"] is True
            assert links["url"] == f"http://127.0.0.1:{port}"
            assert links["lecture_url"] == f"{links['url']}/lectures/{links['lecture_id']}"
        finally:
            os.killpg(making.pid, signal.SIGTERM)
            making.wait(30)


def first_json_line(process: subprocess.Popen[str]) -> dict[str, str]:
    """The first line that is a JSON object; empty when the process ends without one."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):
            found: dict[str, str] = json.loads(line)
            return found
    return {}
