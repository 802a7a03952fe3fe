"""The rivals' way: one ffmpeg for each rung.

This re-states what lecture and video platforms do by default. Each rung is decoded from the source
again, keeps the source's frame rate, and has a sound of its own; rungs differ in height; x264's
veryfast, a constant quality with a cap, key frames every 2 s, HLS segments of 4 s.
"""

from pathlib import Path

import imageio_ffmpeg

from tests.benchmarks.costs import NOTHING, Cost, cost_of
from tests.benchmarks.made_rung import MadeRung, size_of
from tests.benchmarks.material.library import Recording

RATE = 30
AUDIO = ("-c:a", "aac", "-b:a", "96k")
HEIGHTS_PX = (240, 360, 480, 720, 1080)


def one_ffmpeg_per_rung(recording: Recording, folder: Path) -> tuple[Cost, list[MadeRung]]:
    """Encode the recording's first track at every height, the cheapest rung first."""
    total, rungs = NOTHING, []
    for height_px in HEIGHTS_PX:
        out = folder / f"{height_px}p"
        out.mkdir()
        total += cost_of(_command(recording, height_px, out / "index.m3u8"))
        size_bytes = size_of(out)
        rung = MadeRung(out.name, out / "index.m3u8", height_px, RATE, size_bytes, False)
        rungs.append(rung)
    return total, rungs


def _command(recording: Recording, height_px: int, playlist: Path) -> list[str]:
    return [
        imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin",
        "-t", str(recording.seconds), "-i", str(recording.sources[0].path),
        "-vf", f"fps={RATE},scale=-2:{height_px}",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", str(2 * RATE),
        "-sc_threshold", "0", "-pix_fmt", "yuv420p", *AUDIO,
        "-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", str(playlist),
    ]  # fmt: skip
