"""How near a rung comes to its source: VMAF and SSIM, as a viewer with a 1080-line screen sees it.

The rung is enlarged to 1080 lines and its frames are repeated to 30 a second; every 15th frame is
compared with the source at that second.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from tests.benchmarks.costs import cost_of
from tests.benchmarks.made_rung import MadeRung
from tests.benchmarks.material.library import Recording

EVERY = 15  # frames of 30 a second
LONGEST_S = 300.0  # of a long lecture, this much is compared
SHAPE = (
    f"fps=30:start_time=0,select='not(mod(n,{EVERY}))',setpts=N/2/TB,"
    "scale=1920:1080:flags=bicubic:out_range=tv,format=yuv420p"
)


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the compared frames."""

    vmaf: float  # 0 to 100
    ssim: float  # 0 to 1, of the luma


def measure(recording: Recording, rung: MadeRung, scratch: Path) -> Quality:
    """Compare a rung with its source. Some 15 s of processor for each minute."""
    graph = f"{_source_graph(recording, rung)};[0:v]{SHAPE}[made]"
    compare = (
        "[made][source]libvmaf=log_fmt=json:log_path=vmaf.json:n_threads=2"
        ":feature=name=float_ssim:shortest=1"
    )
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin",
        "-t", str(LONGEST_S), "-i", str(rung.playlist), *source_inputs(recording),
        "-filter_complex", f"{graph};{compare}", "-f", "null", "-",
    ]  # fmt: skip
    cost_of(command, scratch)
    pooled = json.loads((scratch / "vmaf.json").read_text("utf-8"))["pooled_metrics"]
    return Quality(pooled["vmaf"]["mean"], pooled["float_ssim"]["mean"])


def source_inputs(recording: Recording) -> list[str]:
    """ffmpeg's inputs 1 and, of two tracks, 2."""
    return [part for source in recording.sources for part in _input(source.path)]


def _input(path: Path) -> list[str]:
    return ["-t", str(LONGEST_S), "-i", str(path)]


def _source_graph(recording: Recording, rung: MadeRung) -> str:
    """The source as it should be seen in this rung, as `[source]`."""
    if not rung.shows_camera:
        return f"[1:v]{SHAPE}[source]"
    start_s = recording.sources[1].start_offset_s
    return (
        f"[1:v]{SHAPE}[slides];"
        f"[2:v]setpts=PTS+{start_s}/TB,fps=30:start_time=0,select='not(mod(n,{EVERY}))',"
        "setpts=N/2/TB,scale=480:270:out_range=tv,format=yuv420p[camera];"
        "[slides][camera]overlay=W-w-18:H-h-18:eof_action=pass[source]"
    )
