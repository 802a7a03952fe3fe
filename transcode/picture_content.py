"""What a picture shows: a screen or a camera, and how much of it moves. The ladder follows it.

Known from the track's role before anything was looked at, and better once the first seconds were
analysed: teachers upload their screen as "camera" and films as "presentation".
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class PictureKind(StrEnum):
    """Where the picture comes from. Text needs lines, a face needs frames."""

    SCREEN = "screen"  # slides, code, a desktop
    CAMERA = "camera"  # a person, a room, a film


class Motion(StrEnum):
    """How much moves for most of the time."""

    STILL = "still"  # slides that change now and then, a pointer, typing
    SOME = "some"  # a camera picture in a corner, small animations, a person who speaks
    MUCH = "much"  # a film or a game on the whole screen, somebody who walks


@dataclass(frozen=True, slots=True)
class PictureContent:
    """What the main picture of a recording shows."""

    kind: PictureKind
    motion: Motion


# Where nobody has looked, frames are not taken away from what may move.
UNSEEN_SCREEN = PictureContent(PictureKind.SCREEN, Motion.SOME)
UNSEEN_CAMERA = PictureContent(PictureKind.CAMERA, Motion.SOME)


def content_of(places: Sequence[PictureContent]) -> PictureContent | None:
    """The kind that most places show, and the most that moves in any of them; None of none."""
    if not places:
        return None
    kind, _ = Counter(place.kind for place in places).most_common(1)[0]
    return PictureContent(kind, max((p.motion for p in places), key=list(Motion).index))


def of_a_beginning(content: PictureContent) -> PictureContent:
    """What is believed of a recording whose beginning shows this: what rests may move later."""
    still = content.motion is Motion.STILL
    return PictureContent(content.kind, Motion.SOME if still else content.motion)
