"""A video as an encoder's tap shows it: gray, small, 2.5 frames a second."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

DEMO = Path(__file__).resolve().parents[1] / "deploy" / "demo"
RATE = 2.5
SIZE_PX = (480, 270)


def tapped(path: Path) -> list[NDArray[np.uint8]]:
    """All its frames, uint8, (270, 480)."""
    width_px, height_px = SIZE_PX
    tap = f"fps={RATE},scale={width_px}:{height_px}:flags=area,format=gray"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(path)]
    done = subprocess.run(
        [*command, "-vf", tap, "-f", "rawvideo", "-"], check=True, capture_output=True
    )
    return [*np.frombuffer(done.stdout, np.uint8).reshape(-1, height_px, width_px)]
