"""Which rungs the AV1 set of a recording has, beside the H.264 ladder. Pure; measured numbers.

Each of its rungs is one of the ladder's, coded anew for fewer bits, so a viewer is offered the same
choice whatever the browser decodes. Frames come at equal distances, and of `medium` more: they are
cheap.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

from transcode.ladder import SVT_AV1, Ladder, Rendition
from transcode.picture_content import PictureKind

AV1_PREFIX = "av1-"  # of the rungs' names, which are folders beside those of H.264

PEAK_WINDOW_S = 8.0  # SVT-AV1 takes 10 at most


@dataclass(frozen=True, slots=True)
class _Step:
    crf: int  # 0 to 63: lower is better
    peak_bps: int
    preset: int
    tuning: str
    rate: float | None = None  # frames a second at most; None: those of the ladder
    sharpening: float = 0.0  # see `Rendition`


# Screen tools (palettes, copies within a picture): only at presets up to 8 does SVT-AV1 use them.
# More than two threads want more memory, and a set is made behind everything else anyway.
_TEXT = "scm=1:lp=2"
_FILM = "scm=0:lp=2"
_SCREEN = {
    "still": _Step(63, 60_000, 6, _TEXT, 2.5, sharpening=0.3),
    "low": _Step(63, 150_000, 8, _TEXT, 2.5, sharpening=0.3),
    "fair": _Step(63, 220_000, 8, _TEXT, 5, sharpening=0.3),
    "medium": _Step(55, 350_000, 8, _TEXT, 15),
    "high": _Step(47, 700_000, 8, _TEXT, 30),
}
_CAMERA = {
    "still": _Step(50, 40_000, 8, _FILM),
    "low": _Step(46, 180_000, 10, _FILM),
    "medium": _Step(42, 550_000, 10, _FILM),
    "high": _Step(40, 1_400_000, 10, _FILM),
}


def av1_ladder(ladder: Ladder, kind: PictureKind) -> Ladder:
    """The AV1 set to `ladder`, the cheapest rung first, without sound: that is shared."""
    steps = _SCREEN if kind is PictureKind.SCREEN else _CAMERA
    fastest = ladder.renditions[-1].frame_rate if ladder.renditions else Fraction(0)
    rungs = (
        _av1(rung, steps[rung.name], fastest) for rung in ladder.renditions if rung.name in steps
    )
    return replace(ladder, renditions=tuple(rungs), audio=None, other_audio=())


def _av1(rung: Rendition, step: _Step, fastest: Fraction) -> Rendition:
    return replace(
        rung,
        frame_rate=min(fastest, Fraction(step.rate)) if step.rate else rung.frame_rate,
        name=AV1_PREFIX + rung.name,
        encoder=SVT_AV1,
        crf=step.crf,
        peak_bps=step.peak_bps,
        preset=str(step.preset),
        tuning=step.tuning,
        peak_window_s=PEAK_WINDOW_S,
        sharpening=step.sharpening,
        steady_every=1,  # SVT-AV1 takes frames at equal distances only
    )
