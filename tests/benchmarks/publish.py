"""Our way: one publish, in a process of its own so that its costs can be told from ours.

python -m tests.benchmarks.publish OUT ROLE PATH START_S [ROLE PATH START_S]
"""

import asyncio
import sys
from pathlib import Path

import msgspec

from tests.benchmarks.costs import Cost, cost_of
from tests.benchmarks.made_rung import MadeRung, size_of
from tests.benchmarks.material.library import Recording
from transcode.media import Source, TrackRole
from transcode.package import make_package

ROOT = Path(__file__).resolve().parents[2]


def publish(recording: Recording, folder: Path) -> tuple[Cost, list[MadeRung]]:
    """Make the package of the recording in `folder`, and find its rungs, the cheapest first."""
    command = [sys.executable, "-m", "tests.benchmarks.publish", str(folder)]
    for source in recording.sources:
        command += [source.role, str(source.path), str(source.start_offset_s)]
    cost = cost_of(command, ROOT)
    facts = msgspec.json.decode((folder / "package.json").read_bytes())
    sound_bytes = size_of(folder / "audio") if facts["audio"] else 0
    rungs = [
        MadeRung(
            name=rung["name"],
            playlist=folder / rung["name"] / "index.m3u8",
            height_px=rung["height_px"],
            frame_rate=rung["frame_rate"],
            size_bytes=size_of(folder / rung["name"]) + sound_bytes,
            shows_camera=len(recording.sources) > 1 and rung["name"] != "still",
        )
        for rung in facts["renditions"]
    ]
    return cost, rungs


def main(out: str, *tracks: str) -> None:
    """Make one package."""
    sources = [
        Source(Path(path), TrackRole(role), float(start_s))
        for role, path, start_s in zip(tracks[::3], tracks[1::3], tracks[2::3], strict=True)
    ]
    asyncio.run(make_package(sources, Path(out)))


if __name__ == "__main__":
    main(*sys.argv[1:])
