"""What the service units and the proxy's file promise, read from the files that IT installs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = ["flipcast.service", "flipcast-agent.service"]
MAX_EXPOSURE = 2.0  # what `systemd-analyze security` says of the whole unit; 10 is "unsafe"

LOCKED = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "DevicePolicy": "closed",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectControlGroups": "yes",
    "ProtectClock": "yes",
    "ProtectHostname": "yes",
    "ProtectProc": "invisible",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "UMask": "0077",
    "StateDirectoryMode": "0700",
    "KillMode": "mixed",
    "Restart": "on-failure",
}


def directives(unit: str) -> dict[str, list[str]]:
    """Every directive of a unit with all its values; lines that end in `\\` are joined."""
    text = (DEPLOY / unit).read_text().replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^([A-Za-z]+)=(.*)$", text, re.MULTILINE):
        found.setdefault(name, []).append(" ".join(value.split()))
    return found


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("name", "value"), LOCKED.items(), ids=LOCKED)
def test_a_unit_is_locked_down(unit: str, name: str, value: str) -> None:
    assert directives(unit)[name] == [value]


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_runs_as_nobody_special_and_bounds_its_ffmpeg(unit: str) -> None:
    found = directives(unit)
    assert found["User"] == found["Group"] == found["StateDirectory"] == [Path(unit).stem]
    assert {"MemoryHigh", "MemoryMax", "TasksMax", "CPUWeight"} <= set(found)
    assert found["OOMPolicy"] == ["continue"]  # a killed ffmpeg is one failed try, not the service


def test_the_server_listens_to_its_proxy_alone_and_sees_no_device() -> None:
    found = directives("flipcast.service")
    assert found["ExecStart"] == ["/opt/flipcast/bin/flipcast serve"]
    assert "FLIPCAST_LISTEN=127.0.0.1:8080" in found["Environment"]
    assert "FLIPCAST_DATA=/var/lib/flipcast" in found["Environment"]
    assert (found["IPAddressDeny"], found["IPAddressAllow"]) == (["any"], ["localhost"])
    assert found["PrivateDevices"] == ["yes"]


def test_the_agent_sees_cameras_and_no_other_device() -> None:
    found = directives("flipcast-agent.service")
    assert found["PrivateDevices"] == ["no"]
    assert found["DeviceAllow"] == ["char-video4linux rw"]


def test_the_agents_token_is_in_no_command_line_and_every_option_exists() -> None:
    (command,) = directives("flipcast-agent.service")["ExecStart"]
    assert "token" not in command.lower()
    options = set(re.findall(r"--[a-z-]+", command))
    shown = subprocess.run(
        [sys.executable, "-m", "capture", "record", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert options <= set(re.findall(r"--[a-z-]+", shown.stdout))


def test_stopping_the_agent_gives_it_time_to_send_the_rest() -> None:
    found = directives("flipcast-agent.service")
    assert found["TimeoutStopSec"] == ["2h"]
    assert "KillSignal" not in found  # SIGTERM, which the agent takes as "finish"


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_a_unit_little_exposed(unit: str, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed on this machine")
    shutil.copy(DEPLOY / unit, tmp_path)
    answer = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", str(tmp_path / unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", answer.stdout)
    if exposure is None:
        pytest.skip(f"this systemd-analyze cannot judge a file: {answer.stderr.strip()}")
    assert float(exposure[1]) <= MAX_EXPOSURE


def test_the_proxy_hides_what_is_for_the_machine_itself() -> None:
    text = (DEPLOY / "Caddyfile").read_text()
    assert "respond @inside 404" in text
    assert "reverse_proxy 127.0.0.1:8080" in text


def test_the_proxy_understands_its_file() -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("caddy is not installed on this machine")
    answer = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")],
        env={"FLIPCAST_HOST": "school.example", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
