"""Say what this machine can do for encoding, in sentences for the person who runs the server.

Nothing is assumed: ffmpeg is asked, the walls around it are tried (`confinement.py`).
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from transcode.av1_trial import av1_fault
from transcode.confinement import Layer, keeps_off_network, try_confinement
from transcode.errors import FfmpegFailed, FfmpegMissing
from transcode.hardware import Verdict, find_hardware
from transcode.ladder import SVT_AV1
from transcode.limits import encoding
from transcode.locator import Ffmpeg, locate_ffmpeg
from transcode.process import run

TRIAL_CAP_S = 60.0
NEEDED_ENCODERS = ("libx264", "aac")
NEEDED_FILTERS = ("scale", "pad", "fps", "split", "overlay", "tile")
# What is gained with each; without it a lecture is watchable all the same.
WELCOME_ENCODERS = {
    "libsvtav1": "smaller lectures as AV1",
    "libopus": "sound as Opus",
    "libwebp": "slides as small pictures",
}


class State(StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    LESS = "less"  # it works, with something less; the sentence says what
    BROKEN = "broken"  # no lecture can be made or kept


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; the sentence says what it means, and what to do if anything."""

    name: str
    state: State
    sentence: str


async def examine(configured_ffmpeg: str | None = None) -> list[Finding]:
    """Everything that encoding depends on, the needed first. Starts children; takes seconds."""
    return [*await ffmpeg_findings(configured_ffmpeg), text_reader(), *await wall_findings()]


async def ffmpeg_findings(configured: str | None = None) -> list[Finding]:
    """Which ffmpeg is used, and what it can do."""
    try:
        ffmpeg = await locate_ffmpeg(configured)
    except FfmpegMissing as error:
        sentence = f"No ffmpeg was found; looked at {', '.join(error.tried)}."
        return [Finding("ffmpeg", State.BROKEN, sentence)]
    except (FfmpegFailed, TimeoutError) as error:
        return [
            Finding("ffmpeg", State.BROKEN, f"The ffmpeg that was found does not work: {error}.")
        ]
    found = Finding("ffmpeg", State.OK, f"ffmpeg {ffmpeg.version} is used, from {ffmpeg.path}.")
    hardware = hardware_findings(await find_hardware(ffmpeg))
    av1 = av1_findings(await av1_fault(ffmpeg)) if SVT_AV1 in ffmpeg.encoders else []
    trial = await trial_finding(ffmpeg.path)
    return [found, *capability_findings(ffmpeg), *av1, trial, *hardware]


def capability_findings(ffmpeg: Ffmpeg) -> list[Finding]:
    """What an ffmpeg has of the encoders and filters that lectures need or are better with."""
    missing = [name for name in NEEDED_ENCODERS if name not in ffmpeg.encoders]
    missing += [name for name in NEEDED_FILTERS if name not in ffmpeg.filters]
    if missing:
        sentence = f"This ffmpeg cannot make lectures: it lacks {', '.join(missing)}."
        findings = [Finding("encoders", State.BROKEN, sentence)]
    else:
        findings = [Finding("encoders", State.OK, "It encodes H.264 and AAC.")]
    for name, gain in WELCOME_ENCODERS.items():
        if name in ffmpeg.encoders:
            findings.append(Finding(name, State.OK, f"It has {name}: {gain}."))
        else:
            findings.append(Finding(name, State.LESS, f"It lacks {name}, so no {gain}."))
    return findings


async def trial_finding(ffmpeg_path: str) -> Finding:
    """Whether ffmpeg encodes within its limits; some installations need more than that."""
    inputs = ("-f", "lavfi", "-i", "testsrc2=s=320x180:d=1", "-f", "lavfi", "-i", "sine=d=1")
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-f", "mp4", "a.mp4")
    with tempfile.TemporaryDirectory(prefix="flipcast-trial-") as folder:
        where = Path(folder)
        try:
            await run(
                [ffmpeg_path, *inputs, *codecs], folder=where, limits=encoding([], where),
                wall_cap_s=TRIAL_CAP_S,
            )  # fmt: skip
        except FfmpegFailed as error:
            sentence = f"It does not encode within its limits: {error}."
            return Finding("trial", State.BROKEN, sentence)
    return Finding("trial", State.OK, "A trial encode within all limits was fine.")


def av1_findings(fault: str | None) -> list[Finding]:
    """What the trial of an encoder of AV1 showed."""
    if fault is None:
        return []
    return [Finding("av1", State.LESS, f"No AV1 is made with it: {fault.rstrip('.')}.")]


def hardware_findings(verdicts: Sequence[Verdict]) -> list[Finding]:
    """What the trials of encoders in hardware showed."""
    if not verdicts:
        sentence = "No video hardware was found: the processor encodes, which is enough."
        return [Finding("hardware", State.OK, sentence)]
    findings = []
    for number, verdict in enumerate(verdicts, start=1):
        at = f" at {verdict.encoder.device}" if verdict.encoder.device else ""
        which = f"{verdict.encoder.name}{at}"
        if verdict.may_be_used:
            found = Finding(f"hardware-{number}", State.OK, f"{which} may encode cameras.")
        else:
            why = (verdict.fault or "").rstrip(".")
            found = Finding(f"hardware-{number}", State.LESS, f"{which} is not used: {why}.")
        findings.append(found)
    return findings


def text_reader(path: str | None = None) -> Finding:
    """Whether titles of slides can be read; `path` is searched instead of PATH."""
    if shutil.which("tesseract", path=path):
        return Finding(
            "tesseract", State.OK, "tesseract is there: chapters get the slides' titles."
        )
    return Finding(
        "tesseract",
        State.LESS,
        "tesseract is not installed: chapters are numbered instead of named"
        " (on Debian: apt install tesseract-ocr).",
    )


async def wall_findings() -> list[Finding]:
    """Each wall around an encoder, tried out."""
    try:
        layers = await try_confinement()
    except (FfmpegFailed, TimeoutError) as error:
        return [Finding("confinement", State.BROKEN, f"No child can be started: {error}.")]
    return [*(_as_finding(layer) for layer in layers), _network(layers), _account()]


def _as_finding(layer: Layer) -> Finding:
    return Finding(layer.name, State.OK if layer.is_active else State.LESS, layer.sentence)


def _network(layers: tuple[Layer, ...]) -> Finding:
    if keeps_off_network(layers):
        return Finding("network", State.OK, "A hostile recording cannot reach the network.")
    return Finding(
        "network",
        State.LESS,
        "A hostile recording could reach the network: run the worker as its own unit with"
        " PrivateNetwork=yes, or allow user namespaces.",
    )


def _account() -> Finding:
    if os.geteuid() == 0:
        sentence = "This runs as root: the server needs an account of its own without rights."
        return Finding("account", State.LESS, sentence)
    return Finding("account", State.OK, "This runs without root's rights.")
