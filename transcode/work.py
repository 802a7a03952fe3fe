"""The working folder: begin a package in an empty folder, or take up one that was begun.

What was planned is written down, because it is planned once: of a recording that still arrived it
came from its first bytes, and segments of two ladders do not fit together.
"""

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from transcode.ladder import Ladder
from transcode.plan import EncodePlan
from transcode.publish import write_text_file
from transcode.sound.downmix import Downmix
from transcode.sound.loudness import Loudness
from transcode.tree import PLAN_NAME, WORK_FOLDER

LAYOUT = 2  # raised when segments of an older version cannot be gone on with


class Begun(msgspec.Struct, frozen=True):
    """What must be the same for segments of two runs to fit together."""

    layout: int
    ffmpeg: str
    tracks: list[tuple[str, float]]  # role and start
    ladder: Ladder
    loudness: Loudness | None
    downmix: Downmix = Downmix.MEAN


def take_up(out: Path, plan: EncodePlan, ffmpeg_version: str) -> EncodePlan | None:
    """The plan as it was begun in `out`, for what is known of the tracks now.

    None when nothing was begun there, or with another ffmpeg, or of other tracks.
    """
    begun = _read(out / WORK_FOLDER / PLAN_NAME)
    if begun is None or _kept(begun) != _kept(_described(plan, ffmpeg_version)):
        return None
    return replace(plan, ladder=begun.ladder, loudness=begun.loudness, downmix=begun.downmix)


def begin(out: Path) -> None:
    """Make the working folder in `out`. What was begun there before is deleted.

    Raises FileExistsError when the folder holds something else, OSError.
    """
    if (out / WORK_FOLDER).exists():
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise FileExistsError(f"the folder {out} is not empty")
    (out / WORK_FOLDER).mkdir()


def write_plan(out: Path, plan: EncodePlan, ffmpeg_version: str) -> None:
    """Write down what is made in `out`, for `take_up`. Raises OSError."""
    text = msgspec.json.encode(_described(plan, ffmpeg_version), enc_hook=str).decode()
    write_text_file(out / WORK_FOLDER / PLAN_NAME, text)


def _described(plan: EncodePlan, ffmpeg_version: str) -> Begun:
    tracks = [(track.role.value, track.start_s) for track in plan.tracks]
    return Begun(LAYOUT, ffmpeg_version, tracks, plan.ladder, plan.loudness, plan.downmix)


def _kept(begun: Begun) -> tuple[int, str, list[tuple[str, float]]]:
    return begun.layout, begun.ffmpeg, begun.tracks


def _read(path: Path) -> Begun | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Begun, dec_hook=_decoded)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _decoded(kind: type[Any], value: object) -> object:
    if kind is Fraction:
        return Fraction(str(value))
    raise NotImplementedError(kind)
