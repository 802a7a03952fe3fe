"""Where the demo lecture's recordings lie, and what `lecture.json` says about them."""

from pathlib import Path

import msgspec

import stream
from stream.settings import BadSettings


class RecordedTrack(msgspec.Struct, frozen=True):
    """One recorded file."""

    file: str
    role: str
    start_offset_ms: int


class RecordedLecture(msgspec.Struct, frozen=True):
    """The demo lecture: what `lecture.json` says, as far as the demo needs it."""

    title: str
    class_name: str
    tracks: list[RecordedTrack]


def demo_folder() -> Path:
    """The folder of the recordings: beside this code in a wheel, `deploy/demo` in a checkout.

    Raises BadSettings when neither is there.
    """
    package = Path(stream.__file__).parent
    for folder in (package / "demo_lecture", package.parent / "deploy" / "demo"):
        if (folder / "lecture.json").is_file():
            return folder
    raise BadSettings("the demo lecture is not installed; run it from a checkout")


def read_lecture(folder: Path) -> RecordedLecture:
    """Return what `folder/lecture.json` says."""
    return msgspec.json.decode((folder / "lecture.json").read_bytes(), type=RecordedLecture)
