"""Which rungs an encoder in hardware makes, and what it is told. Pure.

The dear rungs of a camera: there it takes most of the work from the processor and its bits are
nearly as well spent. On slides x264 needs far fewer for the same sharpness, and the cheap rungs
cost little to make and must be small.
"""

from dataclasses import replace

from transcode.ladder import HARDWARE, Ladder, Rendition
from transcode.picture_content import PictureKind

FEWEST_LINES = 720  # of the shorter side


def with_hardware(ladder: Ladder, kind: PictureKind) -> Ladder:
    """The ladder with its dear rungs made by hardware, if it is a camera's."""
    if kind is not PictureKind.CAMERA or ladder.camera is not None:
        return ladder
    rungs = (
        replace(rung, encoder=HARDWARE) if _lines(rung) >= FEWEST_LINES else rung
        for rung in ladder.renditions
    )
    return replace(ladder, renditions=tuple(rungs))


def wants_hardware(ladder: Ladder) -> bool:
    """Whether a rung is to be made by hardware."""
    return any(rung.encoder == HARDWARE for rung in ladder.renditions)


def _lines(rung: Rendition) -> int:
    return min(rung.box.width_px, rung.box.height_px)
