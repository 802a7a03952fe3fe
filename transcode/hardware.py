"""Find out whether this machine has an H.264 encoder in hardware that may be used, by trying it.

That a driver lists an encoder means little: many ignore the times at which key frames are asked
for, and then rungs cannot be switched. So each candidate encodes a few seconds, and where its IDR
pictures lie is read from the bytes. What passes is used for cameras only: on slides x264 needs far
fewer bits for the same sharpness. No such hardware was at hand when this was written: the decisions
are tested with recorded messages of ffmpeg and with a fake encoder, the arguments with none.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from transcode.errors import FfmpegFailed, FfmpegOverran, FfmpegStalled
from transcode.hardware_encoder import HardwareEncoder as HardwareEncoder
from transcode.idr_grid import grid_fault
from transcode.limits import Limits, encoding
from transcode.locator import Ffmpeg
from transcode.process import run

TRIAL_RATE = 30
TRIAL_FRAMES = 120
TRIAL_KEYS = (0, 30, 75, 90)  # not evenly: an encoder that counts by itself is found out
TRIAL_BPS = 800_000
TRIAL_STALL_S = 15.0
TRIAL_CAP_S = 45.0

_DRI = "/dev/dri/renderD"

_lost: set[str] = set()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a trial of an encoder showed."""

    encoder: HardwareEncoder
    fault: str | None  # None: it may be used

    @property
    def may_be_used(self) -> bool:
        """Whether it did all that was asked."""
        return self.fault is None


_found: dict[str, list[Verdict]] = {}


def candidates(encoders: Iterable[str], nodes: Sequence[str]) -> list[HardwareEncoder]:
    """What is worth a trial, the best first, going by ffmpeg's encoders and the device nodes."""
    known = frozenset(encoders)
    renderers = [node for node in nodes if node.startswith(_DRI)]
    found: list[HardwareEncoder] = []
    if any(node.startswith("/dev/nvidia") for node in nodes):
        obey = ("-preset", "p4", "-rc", "vbr", "-forced-idr", "1", "-no-scenecut", "1")
        found.append(HardwareEncoder("h264_nvenc", None, (), "format=yuv420p", obey))
    for node in renderers:
        device = ("-init_hw_device", f"vaapi=va:{node}", "-init_hw_device", "qsv=hw@va")
        forced = ("-forced_idr", "1", "-look_ahead", "0")
        found.append(HardwareEncoder("h264_qsv", node, device, "format=nv12", forced))
    for node in renderers:
        upload = "format=nv12,hwupload"
        found.append(HardwareEncoder("h264_vaapi", node, ("-vaapi_device", node), upload, ()))
    if any(node.startswith("/dev/video") for node in nodes):
        found.append(HardwareEncoder("h264_v4l2m2m", None, (), "format=yuv420p", ()))
    return [encoder for encoder in found if encoder.name in known]


def device_nodes(devices: Path = Path("/dev")) -> list[str]:
    """The device nodes by which encoders are reached."""
    patterns = ("nvidia[0-9]*", "dri/renderD*", "video*")
    return [str(node) for pattern in patterns for node in sorted(devices.glob(pattern))]


def _as_in_a_job(folder: Path) -> Limits:
    return encoding([], folder)


async def find_hardware(
    ffmpeg: Ffmpeg,
    nodes: Sequence[str] | None = None,
    limits: Callable[[Path], Limits] = _as_in_a_job,
) -> list[Verdict]:
    """Try each candidate, one after the other: a second or two each. Raises OSError.

    Within the limits that `limits` gives for a working folder, which a driver must bear, too.
    """
    if nodes is None:
        nodes = await asyncio.to_thread(device_nodes)
    found = candidates(ffmpeg.encoders, nodes)
    return [await try_encoder(ffmpeg.path, one, limits) for one in found]


async def try_encoder(
    ffmpeg_path: str,
    encoder: HardwareEncoder,
    limits: Callable[[Path], Limits] = _as_in_a_job,
) -> Verdict:
    """Let an encoder make four seconds and read what it made. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="flipcast-trial-") as folder:
        try:
            await run(
                trial_arguments(ffmpeg_path, encoder, "trial.h264"),
                folder=Path(folder),
                limits=encoder.limits(limits(Path(folder))),
                stall_s=TRIAL_STALL_S,
                wall_cap_s=TRIAL_CAP_S,
            )
        except (FfmpegStalled, FfmpegOverran) as error:
            return Verdict(encoder, str(error))
        except FfmpegFailed as error:
            return Verdict(encoder, reason_of(error.log_tail))
        made = Path(folder) / "trial.h264"
        stream = await asyncio.to_thread(made.read_bytes) if made.exists() else b""
    return Verdict(encoder, trial_fault(stream))


def trial_arguments(ffmpeg_path: str, encoder: HardwareEncoder, output: str) -> list[str]:
    """The trial: a moving test card with key frames at uneven times."""
    card = f"testsrc2=s=640x360:r={TRIAL_RATE}:d={TRIAL_FRAMES / TRIAL_RATE}"
    keys = ",".join(f"{frame / TRIAL_RATE:.6f}" for frame in TRIAL_KEYS)
    return [
        *(ffmpeg_path, "-loglevel", "error", *encoder.global_arguments),
        *("-f", "lavfi", "-i", card, "-vf", encoder.filters),
        *encoder.output_arguments(TRIAL_BPS),
        *("-force_key_frames", keys, "-f", "h264", f"file:{output}"),
    ]


def trial_fault(stream: bytes) -> str | None:
    """Why an encoder that made this may not be used; None if it may."""
    if 8 * len(stream) > 2 * TRIAL_BPS * TRIAL_FRAMES / TRIAL_RATE:
        return f"it does not keep its rate: {len(stream)} bytes"
    return grid_fault(stream, TRIAL_FRAMES, TRIAL_KEYS)


def reason_of(log_tail: str) -> str:
    """The line of ffmpeg's log that says why: its first; what follows only passes it on."""
    first = next((line for line in log_tail.splitlines() if line.strip()), "")
    return first.rpartition("] ")[2].strip() or "ffmpeg failed without a word"


async def usable_hardware(ffmpeg: Ffmpeg) -> HardwareEncoder | None:
    """The hardware to encode a camera with, tried once a path and process; None: x264.

    Raises OSError.
    """
    if ffmpeg.path not in _found:
        _found[ffmpeg.path] = await find_hardware(ffmpeg)
    return encoder_for(_found[ffmpeg.path], is_camera=True, lost=frozenset(_lost))


def lose(encoder: HardwareEncoder) -> None:
    """Use an encoder no more that failed in a job, until this process ends: a driver that failed
    once mostly fails again."""
    _lost.add(encoder.name)


def encoder_for(
    verdicts: Sequence[Verdict], *, is_camera: bool, lost: frozenset[str]
) -> HardwareEncoder | None:
    """The hardware to encode a track with; None: x264. `lost` are the names of those that failed.

    A job whose encoder fails goes on with x264 from its last whole segment (`encoding.py`).
    """
    if not is_camera:
        return None
    usable = (v.encoder for v in verdicts if v.may_be_used and v.encoder.name not in lost)
    return next(usable, None)
