"""What this computer can record from: asked of the kernel, the display and the sound server."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from transcode.locator import Ffmpeg
from transcode.process import started

ANSWER_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Device:
    """One thing to record from."""

    source: str  # what to write as SOURCE
    name: str  # for people


async def list_devices(
    ffmpeg: Ffmpeg, root: Path = Path("/"), environment: Mapping[str, str] = os.environ
) -> list[Device]:
    """Cameras, displays and microphones that `ffmpeg` can open here."""
    found: list[Device] = []
    if {"v4l2", "video4linux2"} & ffmpeg.input_devices:
        found += cameras(root)
    if "x11grab" in ffmpeg.input_devices:
        found += displays(root, environment)
    if "pulse" in ffmpeg.input_devices:
        found += await microphones(ffmpeg.path)
    return found


def cameras(root: Path) -> list[Device]:
    """V4L2 nodes that have a device file; of a camera with several nodes the capturing one."""
    found = []
    for entry in sorted(root.glob("sys/class/video4linux/video*")):
        is_first = _line(entry / "index") in ("", "0")  # the others carry metadata
        if is_first and (root / "dev" / entry.name).exists():
            found.append(Device(f"v4l2:/dev/{entry.name}", _line(entry / "name") or "camera"))
    return found


def displays(root: Path, environment: Mapping[str, str]) -> list[Device]:
    """X11 displays: the one of DISPLAY, and those with a socket on this computer."""
    sockets = (path.name for path in root.glob("tmp/.X11-unix/X*"))
    names = {f":{name[1:]}" for name in sockets if name[1:].isdigit()}
    if environment.get("DISPLAY"):
        names.add(environment["DISPLAY"].split(".")[0])
    return [Device(f"x11:{name}.0", f"display {name}") for name in sorted(names)]


async def microphones(ffmpeg: str) -> list[Device]:
    """What the sound server offers; none when it cannot be reached."""
    lines: list[str] = []
    try:
        async with (
            asyncio.timeout(ANSWER_TIMEOUT_S),
            started(
                [ffmpeg, "-hide_banner", "-loglevel", "error", "-sources", "pulse"],
                on_line=lines.append,
            ) as child,
        ):
            await child.wait()
    except TimeoutError:
        return []
    return parse_microphones(lines)


def parse_microphones(lines: list[str]) -> list[Device]:
    """The devices in what `ffmpeg -sources pulse` prints: `* name [description] (type)`.

    A star marks the default. Pure.
    """
    found = []
    for line in lines:
        if not line.startswith((" ", "*")):
            continue
        name, _, rest = line.lstrip("* ").partition(" [")
        if rest:
            found.append(Device(f"pulse:{name.strip()}", rest.partition("]")[0]))
    return found


def _line(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
