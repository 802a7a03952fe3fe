"""Look through the frames that an encoder leaves in a folder; the child process of `watcher.py`.

    watch_child.py FOLDER WIDTH_PX HEIGHT_PX RATE EXPECTED

Run as a script, by path: OpenCV and the pictures of strangers stay out of the server's process.
The launcher has set its limits.
Frame N is `FOLDER/N.gray`, raw bytes. Every few frames what is known is saved in `FOLDER/state`,
and only then the frames go; started again on the same folder it goes on from there. It ends when
`FOLDER/end` exists (the lecture's length in seconds) and no frame is left. On stdout it writes a
line of JSON for each span that is complete, and in the last line the slides.
"""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

FRAMES_A_STATE = 25  # 10 s of the lecture
POLL_S = 0.1

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy: its threads would reserve memory
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2  # noqa: E402 - what is above comes first
import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from transcode.picture_analysis import PictureMeter  # noqa: E402
from transcode.picture_content import PictureKind  # noqa: E402
from transcode.slides.detector import SlideDetector  # noqa: E402
from transcode.slides.findings import PictureSpan, Slide  # noqa: E402
from transcode.slides.snapshot import named, pack, part, unpack  # noqa: E402


class Analysis:
    """Slides and kinds of one lecture, and how far it is."""

    def __init__(self, width_px: int, height_px: int, rate: float, expected: PictureKind) -> None:
        self.next = 0  # the number of the next frame
        self.detector = SlideDetector(width_px, height_px, rate)
        self.meter = PictureMeter(width_px, height_px, rate, expected)

    def take(self, frame: NDArray[np.uint8], number: int) -> None:
        """Look at a frame."""
        self.detector.take(frame, number)
        self.meter.take(frame, number)
        self.next = number + 1

    def save(self, path: Path) -> None:
        """Write the state in one step: it is the old or the new one, whatever happens."""
        state = {"next": np.array(self.next)}
        state |= named("detector", self.detector.state()) | named("meter", self.meter.state())
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(pack(state))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a saved state, if there is one."""
        if path.exists():
            state = unpack(path.read_bytes())
            self.next = int(state["next"])
            self.detector.go_on_from(part(state, "detector"))
            self.meter.go_on_from(part(state, "meter"))

    def found(self, end_s: float) -> dict[str, Any]:
        """Everything but the spans. A camera's picture has no slides."""
        whole = self.meter.whole()
        is_camera = whole is not None and whole.kind is PictureKind.CAMERA
        return {
            "slides": [] if is_camera else slides_as_objects(self.detector.finish(end_s)),
            "whole": as_object(whole) if whole else None,
        }

    def gone(self) -> list[dict[str, float]]:
        """The slides that do not change any more: all but the one that is shown."""
        return slides_as_objects(self.detector.gone())


def slides_as_objects(slides: Iterable[Slide]) -> list[dict[str, float]]:
    """Slides for JSON."""
    return [{"start_s": slide.start_s, "settled_s": slide.settled_s} for slide in slides]


def as_object(span: PictureSpan) -> dict[str, Any]:
    """A span for JSON."""
    return {
        "start_s": span.start_s,
        "end_s": span.end_s,
        "kind": span.kind.value,
        "motion": span.motion.value,
    }


def numbers_in(folder: Path) -> list[int]:
    """The numbers of the frames that lie in the folder, in order."""
    stems = (path.stem for path in folder.glob("*.gray"))
    return sorted(int(stem) for stem in stems if stem.isdecimal())


def arriving(folder: Path, analysis: Analysis) -> Iterator[int]:
    """The number of each frame as it appears, until the end. At the end gaps are passed over."""
    while True:
        number = analysis.next
        if (folder / f"{number}.gray").exists():
            yield number
        elif (folder / "end").exists():
            later = [number for number in numbers_in(folder) if number >= analysis.next]
            if not later:
                return
            yield later[0]
        else:
            time.sleep(POLL_S)


def drop_taken(folder: Path, analysis: Analysis) -> None:
    """Delete the frames that the saved state contains; also those that came a second time."""
    for number in numbers_in(folder):
        if number < analysis.next:
            (folder / f"{number}.gray").unlink(missing_ok=True)


def watch(
    folder: Path, width_px: int, height_px: int, rate: float, expected: PictureKind
) -> dict[str, Any]:
    """Look at all frames; what was found. Raises ValueError if a frame has another size."""
    analysis = Analysis(width_px, height_px, rate, expected)
    analysis.load(folder / "state")
    drop_taken(folder, analysis)
    told = gone = shown = 0
    for number in arriving(folder, analysis):
        raw = np.fromfile(folder / f"{number}.gray", np.uint8)
        analysis.take(raw.reshape(height_px, width_px), number)
        if len(analysis.detector.slides) > shown:
            shown = len(analysis.detector.slides)
            gone = tell_gone(analysis, gone)
        if analysis.next % FRAMES_A_STATE == 0:
            analysis.save(folder / "state")
            drop_taken(folder, analysis)
            told = tell_spans(analysis, told, len(analysis.meter.closed))
    tell_spans(analysis, told, len(analysis.meter.spans()))
    return analysis.found(float((folder / "end").read_text()))


def tell_gone(analysis: Analysis, told: int) -> int:
    """Write the slides that others have followed, if there are more than `told`; how many."""
    slides = analysis.gone()
    if len(slides) > told:
        json.dump({"gone": slides}, sys.stdout)
        sys.stdout.write("\n")
        sys.stdout.flush()
    return len(slides)


def tell_spans(analysis: Analysis, told: int, complete: int) -> int:
    """Write the spans that are complete and not yet told; how many are told then."""
    for span in analysis.meter.spans()[told:complete]:
        json.dump({"span": as_object(span)}, sys.stdout)
        sys.stdout.write("\n")
    sys.stdout.flush()
    return complete


if __name__ == "__main__":
    cv2.setNumThreads(1)
    folder, width_px, height_px, rate, expected = sys.argv[1:]
    found = watch(Path(folder), int(width_px), int(height_px), float(rate), PictureKind(expected))
    json.dump({"found": found}, sys.stdout)
    sys.stdout.write("\n")
