"""Encoding a lecture: our one pass beside one ffmpeg per rung.

The rival's way re-states what video platforms do: each rung is decoded from the source again,
encoded at the source's frame rate with x264 veryfast, with its own sound. Both sides get the demo
lecture's presentation track alone, so that neither composes two pictures.
"""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from stream.demo.recorded import demo_folder
from transcode.locator import locate_ffmpeg
from transcode.media import Source
from transcode.package import make_package
from transcode.process import run

RUNS = 3
RIVAL_HEIGHTS_PX = (1080, 720, 480, 360, 240)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one publish took."""

    wall_s: float
    cpu_s: float
    size_bytes: int


async def compare_encoding() -> None:
    """Print both ways' medians of RUNS, alternating, and the ratio between them."""
    source = demo_folder() / "presentation.webm"
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(await _publish(source))
        theirs.append(await _one_ffmpeg_per_rung(source))
    a, b = _middle(ours), _middle(theirs)
    print(f"\nEncoding the demo lecture's slides, medians of {RUNS} runs")
    print(f"  {'':28}{'wall s':>9}{'CPU s':>9}{'MB':>8}")
    print(f"  {'one pass (ours, 4 rungs)':28}{_row(a)}")
    print(f"  {'one ffmpeg per rung (5)':28}{_row(b)}")
    print(
        f"  ours / theirs: wall {a.wall_s / b.wall_s:.2f}, CPU {a.cpu_s / b.cpu_s:.2f}, "
        f"bytes {a.size_bytes / b.size_bytes:.2f}"
    )


async def _publish(source: Path) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        package = await make_package([Source(source)], Path(folder, "out"))
        size_bytes = await asyncio.to_thread(_size_of, Path(folder))
    return Cost(package.wall_s, package.cpu_s, size_bytes)


async def _one_ffmpeg_per_rung(source: Path) -> Cost:
    ffmpeg = await locate_ffmpeg()
    wall_s = cpu_s = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for height in RIVAL_HEIGHTS_PX:
            out = Path(folder, str(height))
            await asyncio.to_thread(out.mkdir)
            done = await run([str(ffmpeg.path), *_rung(source, height, out)])
            wall_s, cpu_s = wall_s + done.wall_s, cpu_s + done.cpu_s
        size_bytes = await asyncio.to_thread(_size_of, Path(folder))
    return Cost(wall_s, cpu_s, size_bytes)


def _rung(source: Path, height_px: int, out: Path) -> list[str]:
    return [
        "-y", "-i", str(source), "-vf", f"fps=30,scale=-2:{height_px}",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", "60",
        "-c:a", "aac", "-b:a", "96k", "-f", "hls", "-hls_time", "4",
        "-hls_playlist_type", "vod", str(out / "index.m3u8"),
    ]  # fmt: skip


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _middle(costs: list[Cost]) -> Cost:
    return Cost(
        median(cost.wall_s for cost in costs),
        median(cost.cpu_s for cost in costs),
        int(median(cost.size_bytes for cost in costs)),
    )


def _row(cost: Cost) -> str:
    return f"{cost.wall_s:9.1f}{cost.cpu_s:9.1f}{cost.size_bytes / 1e6:8.2f}"
