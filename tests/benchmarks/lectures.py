"""Encoding lectures: our publish beside one ffmpeg per rung, and what quality the bytes buy."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.costs import Cost
from tests.benchmarks.made_rung import MadeRung
from tests.benchmarks.material.library import (
    Recording,
    camera_lecture,
    coding_screencast,
    demo_lecture,
    hour,
    reference_minute,
    slides_alone,
)
from tests.benchmarks.publish import publish
from tests.benchmarks.quality import Quality, measure
from tests.benchmarks.rivals import one_ffmpeg_per_rung
from tests.benchmarks.words import can_read, share_read

CASES: dict[str, Callable[[], Recording]] = {
    "demo": demo_lecture,
    "slides": slides_alone,
    "reference": reference_minute,
    "camera": camera_lecture,
    "coding": coding_screencast,
    "hour": hour,
}
QUICK: dict[str, Callable[[], Recording]] = {
    "reference": lambda: reference_minute(QUICK_S),
    "coding": lambda: coding_screencast(QUICK_S),
    "camera": lambda: camera_lecture(QUICK_S),
}
QUICK_S = 20.0
RIVAL_LONGEST_S = 600.0  # its cost a minute does not depend on the length, and it takes long
BUDGETS_BPS = (100_000, 160_000, 250_000, 400_000, 600_000)  # of picture and sound
WITHOUT_TEXT = {"camera"}
Way = Callable[[Recording, Path], tuple[Cost, list[MadeRung]]]


@dataclass(frozen=True, slots=True)
class Measured:
    """A rung and what was seen of it."""

    rung: MadeRung
    bps: float  # picture and sound
    quality: Quality
    words: float | None  # share of the source's that can be read


def compare_encoding(cases: Sequence[str], *, is_quick: bool) -> None:
    """Print a table for each case; all of them when `cases` is empty."""
    offered = QUICK if is_quick else CASES
    for name in cases or offered:
        _compare(offered[name]())


def _compare(recording: Recording) -> None:
    print(f"\n{recording.name}: {recording.title}, {recording.seconds:g} s", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        ours = _one_way("ours, one pass", publish, recording, Path(folder, "ours"))
        start = recording.first(RIVAL_LONGEST_S)
        if start.seconds < recording.seconds:
            print(f"  of the other way, only the first {start.seconds:g} s:")
        theirs = _one_way("one ffmpeg per rung", one_ffmpeg_per_rung, start, Path(folder, "theirs"))
    print(
        "  best VMAF at or under    " + "".join(f"{b // 1000:>8}" for b in BUDGETS_BPS) + " kbit/s"
    )
    for title, rungs in (("ours", ours), ("one ffmpeg per rung", theirs)):
        best = "".join(f"{_best(rungs, budget):>8}" for budget in BUDGETS_BPS)
        print(f"    {title:23}{best}", flush=True)


def _one_way(title: str, way: Way, recording: Recording, folder: Path) -> list[Measured]:
    """Encode in one way, look at every rung, and print both."""
    folder.mkdir()
    cost, rungs = way(recording, folder)
    size_mb = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    print(
        f"  {title}: {cost.cpu_s * 60 / recording.seconds:.1f} CPU-s a minute, "
        f"{recording.seconds / cost.wall_s:.1f} x real time, "
        f"{cost.peak_bytes / 1e6:.0f} MB of memory at most, {size_mb:.2f} MB on the disk"
    )
    print(f"    {'':10}{'lines':>6}{'fps':>6}{'kbit/s':>8}{'VMAF':>7}{'SSIM':>8}{'words %':>9}")
    measured = []
    with tempfile.TemporaryDirectory() as scratch:
        for rung in rungs:
            measured.append(_look(recording, rung, Path(scratch)))
            print(_row(measured[-1]), flush=True)
    return measured


def _look(recording: Recording, rung: MadeRung, scratch: Path) -> Measured:
    reads = can_read() and recording.name not in WITHOUT_TEXT
    words = share_read(recording, rung, scratch) if reads else None
    bps = rung.size_bytes * 8 / recording.seconds
    return Measured(rung, bps, measure(recording, rung, scratch), words)


def _row(seen: Measured) -> str:
    rung = seen.rung
    words = f"{100 * seen.words:9.1f}" if seen.words is not None else f"{'-':>9}"
    return (
        f"    {rung.name:10}{rung.height_px:6}{rung.frame_rate:6.4g}{seen.bps / 1000:8.0f}"
        f"{seen.quality.vmaf:7.1f}{seen.quality.ssim:8.4f}{words}"
    )


def _best(rungs: list[Measured], budget_bps: int) -> str:
    """The best VMAF that a viewer with this link gets, or a dash."""
    fitting = [seen.quality.vmaf for seen in rungs if seen.bps <= budget_bps]
    return f"{max(fitting):.1f}" if fitting else "-"
