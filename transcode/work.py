"""The working folder: begin a package in an empty folder, or go on with one that was begun.

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
from transcode.tree import PLAN_NAME, WORK_FOLDER

LAYOUT = 2  # raised when segments of an older version cannot be gone on with


class Begun(msgspec.Struct, frozen=True):
    """What must be the same for segments of two runs to fit together."""

    layout: int
    ffmpeg: str
    tracks: list[tuple[str, float]]  # role and start
    ladder: Ladder


def begin(out: Path, plan: EncodePlan, ffmpeg_version: str) -> EncodePlan:
    """Make the working folder in `out`; the plan, with the ladder that was begun there.

    What was begun with another ffmpeg, or of other tracks, is deleted. Raises FileExistsError when
    the folder holds something else, OSError.
    """
    tracks = [(track.role.value, track.start_s) for track in plan.tracks]
    wanted = Begun(LAYOUT, ffmpeg_version, tracks, plan.ladder)
    begun = _read(out / WORK_FOLDER / PLAN_NAME)
    if begun is not None and msgspec.structs.replace(begun, ladder=plan.ladder) == wanted:
        return replace(plan, ladder=begun.ladder)
    if (out / WORK_FOLDER).exists():
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise FileExistsError(f"the folder {out} is not empty")
    (out / WORK_FOLDER).mkdir()
    write_text_file(out / WORK_FOLDER / PLAN_NAME, _as_text(wanted))
    return plan


def _read(path: Path) -> Begun | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Begun, dec_hook=_decoded)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _as_text(begun: Begun) -> str:
    return msgspec.json.encode(begun, enc_hook=str).decode()


def _decoded(kind: type[Any], value: object) -> object:
    if kind is Fraction:
        return Fraction(str(value))
    raise NotImplementedError(kind)
