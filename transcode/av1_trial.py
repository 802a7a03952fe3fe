"""Find out whether this ffmpeg makes AV1 that can be cut into segments, by trying it.

That an encoder is listed does not say so: ffmpeg 5 has SVT-AV1, and does not tell it where key
frames are wanted (seen with Debian's 5.1.9: one, at the beginning). Read once a path and process.
"""

import asyncio
import tempfile
from itertools import accumulate
from pathlib import Path

from transcode.errors import FfmpegFailed
from transcode.hls.samples import read_segment
from transcode.ladder import SVT_AV1
from transcode.limits import ENCODE_LIMITS
from transcode.locator import Ffmpeg
from transcode.process import run

TRIAL_FRAMES = 20
TRIAL_KEYS = (0, 7, 12)  # not evenly: an encoder that counts by itself is found out
_RATE = 5
_STALL_S = 15.0
_WALL_S = 45.0

_faults: dict[str, str | None] = {}


async def av1_fault(ffmpeg: Ffmpeg) -> str | None:
    """Why this ffmpeg cannot make an AV1 set; None if it can. Raises OSError."""
    if SVT_AV1 not in ffmpeg.encoders:
        return f"it was built without the encoder {SVT_AV1}"
    if ffmpeg.path not in _faults:
        _faults[ffmpeg.path] = await _tried(ffmpeg.path)
    return _faults[ffmpeg.path]


def keys_fault(keys: list[int], frames: int) -> str | None:
    """What is wrong with a trial in which the pictures `keys` of `frames` were key frames."""
    if frames != TRIAL_FRAMES:
        return f"of {TRIAL_FRAMES} pictures it made {frames}"
    if keys != list(TRIAL_KEYS):
        return f"key frames were asked for at {list(TRIAL_KEYS)} and came at {keys}"
    return None


async def _tried(ffmpeg_path: str) -> str | None:
    with tempfile.TemporaryDirectory(prefix="flipcast-trial-") as folder:
        try:
            await run(
                _arguments(ffmpeg_path),
                folder=Path(folder),
                limits=ENCODE_LIMITS,
                stall_s=_STALL_S,
                wall_cap_s=_WALL_S,
            )
        except FfmpegFailed as failed:
            return str(failed)
        made = await asyncio.to_thread(Path(folder, "trial.mp4").read_bytes)
    counts = [len(fragment.samples) for fragment in read_segment(made)]
    return keys_fault([0, *accumulate(counts)][:-1], sum(counts))


def _arguments(ffmpeg_path: str) -> list[str]:
    """Drawn pictures, each group behind a key frame a fragment of its own."""
    card = f"testsrc2=s=320x180:r={_RATE}:d={TRIAL_FRAMES / _RATE}"
    keys = ",".join(f"{frame / _RATE:.6f}" for frame in TRIAL_KEYS)
    return [
        *(ffmpeg_path, "-loglevel", "error", "-f", "lavfi", "-i", card),
        *("-c:v", SVT_AV1, "-preset", "10", "-crf", "50", "-pix_fmt", "yuv420p", "-g", "100000"),
        *("-force_key_frames", keys, "-movflags", "frag_keyframe+empty_moov"),
        *("-f", "mp4", "file:trial.mp4"),
    ]
