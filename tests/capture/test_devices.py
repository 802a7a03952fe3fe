"""What `flipcast-agent devices` finds, in a file tree made for the test and on a real screen."""

import json
from pathlib import Path

import pytest

from capture.devices import Device, cameras, displays, parse_microphones
from tests.capture.conftest import StartAgent
from tests.capture.x11_screen import XVFB, virtual_screen


def camera(root: Path, node: str, name: str, index: int) -> None:
    entry = root / "sys/class/video4linux" / node
    entry.mkdir(parents=True)
    (entry / "name").write_text(f"{name}\n")
    (entry / "index").write_text(f"{index}\n")
    (root / "dev").mkdir(exist_ok=True)
    (root / "dev" / node).touch()


def test_a_camera_is_listed_once_though_it_has_a_node_for_metadata(tmp_path: Path) -> None:
    camera(tmp_path, "video0", "USB Camera", 0)
    camera(tmp_path, "video1", "USB Camera", 1)
    camera(tmp_path, "video2", "HDMI Capture", 0)
    (tmp_path / "dev" / "video2").unlink()  # pulled a moment ago
    assert cameras(tmp_path) == [Device("v4l2:/dev/video0", "USB Camera")]


def test_the_display_of_the_session_and_those_with_a_socket_are_listed_once(
    tmp_path: Path,
) -> None:
    sockets = tmp_path / "tmp/.X11-unix"
    sockets.mkdir(parents=True)
    for name in ("X0", "X7", "README"):
        (sockets / name).touch()
    found = displays(tmp_path, {"DISPLAY": ":0.0"})
    assert [device.source for device in found] == ["x11::0.0", "x11::7.0"]


def test_a_computer_without_anything_lists_nothing(tmp_path: Path) -> None:
    assert cameras(tmp_path) == displays(tmp_path, {}) == []


def test_microphones_are_read_from_what_ffmpeg_says() -> None:
    lines = [
        "Auto-detected sources for pulse:",
        "  alsa_output.pci.monitor [Monitor of Built-in Audio] (none)",
        "* alsa_input.usb-Mic [USB Mic (Mono)] (none)",
    ]
    assert parse_microphones(lines) == [
        Device("pulse:alsa_output.pci.monitor", "Monitor of Built-in Audio"),
        Device("pulse:alsa_input.usb-Mic", "USB Mic (Mono)"),
    ]


@pytest.mark.skipif(XVFB is None, reason="Xvfb is not installed on this machine")
async def test_a_screen_that_runs_is_found_by_the_command(start_agent: StartAgent) -> None:
    async with virtual_screen() as screen:
        agent = await start_agent("devices", "--json", DISPLAY=screen.display)
        out, _ = await agent.process.communicate()
    assert agent.process.returncode == 0
    assert f"x11:{screen.display}.0" in {json.loads(line)["source"] for line in out.splitlines()}
