"""The cheapest way to watch: a picture for each slide, and the sound.

A WebVTT file of metadata says which picture is shown when; it is small enough to load first. A
player shows each picture with `<img>`, two ahead, beside the sound of the package; nothing of the
rungs is needed. The bytes are given so that a player can choose before it loads.
"""

from collections.abc import Sequence

import msgspec

from transcode.slides.chapters import cue_time
from transcode.slides.slides_json import SlideEntry


class StillCue(msgspec.Struct, frozen=True):
    """The text of a cue."""

    picture: str  # from the folder in which the file lies
    bytes: int


def still_track_vtt(slides: Sequence[SlideEntry]) -> str:
    """A WebVTT metadata track with a cue of JSON for each slide; the first begins at 0."""
    cues: list[str] = []
    for number, slide in enumerate(slides, 1):
        start_s = slide.start_s if number > 1 else 0.0
        text = msgspec.json.encode(StillCue(slide.picture, slide.picture_bytes)).decode()
        cues.append(f"{number}\n{cue_time(start_s)} --> {cue_time(slide.end_s)}\n{text}\n")
    return "\n".join(["WEBVTT\n", *cues])


def still_track_bps(slides: Sequence[SlideEntry], duration_s: float) -> int:
    """What the pictures cost beside the sound, in bits per second on average."""
    total_bytes = sum(slide.picture_bytes for slide in slides)
    return round(8 * total_bytes / duration_s) if duration_s > 0 else 0
