"""Tell a screen from a camera, and how much moves, from a few small pictures. Pure.

A screen is drawn: large parts of it have one exact brightness (the paper of a slide, the ground of
an editor). A camera's picture has noise and shading: no brightness covers much of it, and something
always moves; a photograph on a slide does not. Bars around a film are drawn too, so they are cut
off first.

The limits lie between what was measured. One brightness: 0.73 to 0.93 of slides and code, 0.13 of a
camera, 0.10 of a film. Cells that change: none of slides, 0.001 of live coding, 0.007 of slides
with a camera in the corner, 0.06 of a camera, 0.15 and more of films and of scrolling text.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from transcode.picture_content import Motion, PictureContent, PictureKind

GreyPicture = NDArray[np.uint8]  # (height, width)
CELL_PX = 6  # of a picture about 480 wide: a word, a part of a face
SCREEN_SHARE = 0.3  # of the picture in one brightness: less may be a camera
LEVELS_ALIKE = 1  # to each side: what coding makes of one brightness
CHANGED_LEVELS = 4.0  # of a cell's mean: more than noise and coding change
STILL_SHARE, MUCH_SHARE = 0.004, 0.12  # of all cells, that change from picture to picture


def analyse_pictures(pictures: Sequence[GreyPicture]) -> PictureContent:
    """What the pictures show: at least two of the same size, two or three for each second.

    Half of the pictures decide, so a change of slide does not make a film of slides.
    """
    shares = [_largest_plain_share(_without_bars(picture)) for picture in pictures]
    cells = [_cells(picture) for picture in pictures]
    changed = [
        float(np.mean(np.abs(now - before) > CHANGED_LEVELS)) for before, now in pairwise(cells)
    ]
    motion = _motion(median(changed))
    is_camera = median(shares) < SCREEN_SHARE and motion is not Motion.STILL
    return PictureContent(PictureKind.CAMERA if is_camera else PictureKind.SCREEN, motion)


def _motion(changed_share: float) -> Motion:
    if changed_share >= MUCH_SHARE:
        return Motion.MUCH
    return Motion.SOME if changed_share >= STILL_SHARE else Motion.STILL


def _largest_plain_share(picture: GreyPicture) -> float:
    """The share of the pixels that have the most frequent brightness, or nearly."""
    counts = np.bincount(picture.ravel(), minlength=256)
    alike = np.convolve(counts, np.ones(2 * LEVELS_ALIKE + 1, np.int64), mode="same")
    return float(alike.max()) / picture.size


def _without_bars(picture: GreyPicture) -> GreyPicture:
    """The picture without rows and columns of black at its edges."""
    light = picture > 24  # video's black is 16
    rows, columns = np.flatnonzero(light.any(axis=1)), np.flatnonzero(light.any(axis=0))
    if not len(rows):
        return picture
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _cells(picture: GreyPicture) -> NDArray[np.float32]:
    """The mean brightness of each cell."""
    high, wide = (length // CELL_PX for length in picture.shape)
    cut = picture[: high * CELL_PX, : wide * CELL_PX].astype(np.float32)
    means = cut.reshape(high, CELL_PX, wide, CELL_PX).mean(axis=(1, 3))
    return np.asarray(means, np.float32)
