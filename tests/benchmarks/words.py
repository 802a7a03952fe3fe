"""How much of a lecture's text can be read in a rung: words that tesseract finds, as it is shown.

Pictures every 8 s are taken from the source and from the rung, both at 1080 lines. A word counts
that was read at the same second in the source; reading the source itself is 100 %.
"""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import imageio_ffmpeg

from tests.benchmarks.costs import cost_of
from tests.benchmarks.made_rung import MadeRung
from tests.benchmarks.material.library import Recording

EVERY_S = 8
LONGEST_S = 300.0
WORD = re.compile(r"\w{2,}")  # of one letter, too many are dirt


def can_read() -> bool:
    """Whether tesseract is installed."""
    return shutil.which("tesseract") is not None


def share_read(recording: Recording, rung: MadeRung, scratch: Path) -> float:
    """The share of the source's words that are read in the rung, 0 to 1."""
    source = scratch / "source-words"
    if not source.exists():
        _take_pictures(recording.sources[0].path, source)
    made = scratch / f"words-{rung.name}"
    _take_pictures(rung.playlist, made)
    expected = found = 0
    for picture in sorted(source.glob("*.png")):
        truth = _read(picture)
        expected += truth.total()
        found += (truth & _read(made / picture.name)).total()
    return found / expected if expected else 1.0


def _take_pictures(path: Path, folder: Path) -> None:
    folder.mkdir()
    every = f"fps=30:start_time=0,select='eq(mod(n,{EVERY_S * 30}),{EVERY_S * 15})'"
    cost_of(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin",
            "-t", str(LONGEST_S), "-i", str(path), "-an",
            "-vf", f"{every},scale=1920:1080:flags=bicubic", "-fps_mode", "passthrough",
            str(folder / "%03d.png"),
        ]
    )  # fmt: skip


def _read(picture: Path) -> Counter[str]:
    """The words tesseract finds; remembered in a file beside the picture."""
    text = picture.with_suffix(".txt")
    if not picture.exists():
        return Counter()
    if not text.exists():
        command = ["tesseract", str(picture), str(picture.with_suffix("")), "--psm", "3"]
        subprocess.run(command, check=True, capture_output=True)
    return Counter(WORD.findall(text.read_text("utf-8")))
