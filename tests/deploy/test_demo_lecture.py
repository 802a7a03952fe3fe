"""The demo lecture is what it says it is: a browser's recording whose text can be read."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

DEMO = Path(__file__).resolve().parents[2] / "deploy" / "demo"
LECTURE: dict[str, Any] = json.loads((DEMO / "lecture.json").read_bytes())
DURATION_ID, CUES_ID = bytes.fromhex("4489"), bytes.fromhex("1C53BB6B")  # RFC 9559, section 5


def frame_times(name: str) -> list[float]:
    with av.open(DEMO / name) as media:
        packets = media.demux(video=0)
        return [
            float(packet.pts * packet.time_base) for packet in packets if packet.pts is not None
        ]


def frames(name: str) -> Iterator[tuple[float, av.VideoFrame]]:
    with av.open(DEMO / name) as media:
        for frame in media.decode(video=0):
            yield float(frame.time or 0.0), frame


def picture_at(at_s: float) -> NDArray[np.uint8]:
    """The presentation's last picture until `at_s`: uint8, (1080, 1920, 3), RGB."""
    last = None
    for time_s, frame in frames("presentation.webm"):
        if time_s > at_s:
            break
        last = frame
    assert last is not None
    return last.to_ndarray(format="rgb24").astype(np.uint8)


def test_both_tracks_together_are_at_most_3_mb() -> None:
    assert sum((DEMO / track["file"]).stat().st_size for track in LECTURE["tracks"]) <= 3_000_000


@pytest.mark.parametrize("name", ["presentation.webm", "presenter.webm"])
def test_it_is_webm_as_a_browsers_recorder_writes_it(name: str) -> None:
    head = (DEMO / name).read_bytes()
    assert head.startswith(bytes.fromhex("1A45DFA3"))
    info = head[: head.index(bytes.fromhex("1F43B675"))]  # all before the first cluster
    assert DURATION_ID not in info
    assert CUES_ID not in head
    with av.open(DEMO / name) as media:
        assert media.duration is None


def test_the_tracks_are_a_screen_with_sound_and_a_small_camera() -> None:
    with av.open(DEMO / "presentation.webm") as media:
        assert (media.streams.video[0].width, media.streams.video[0].height) == (1920, 1080)
        assert len(media.streams.audio) == 1
    with av.open(DEMO / "presenter.webm") as media:
        assert (media.streams.video[0].width, media.streams.video[0].height) == (640, 360)
        assert not media.streams.audio


@pytest.mark.parametrize("name", ["presentation.webm", "presenter.webm"])
def test_it_lasts_90_seconds_at_a_varying_frame_rate(name: str) -> None:
    times = frame_times(name)
    assert times[-1] == pytest.approx(90, abs=1.2)
    gaps = np.diff(times)
    assert gaps.min() < 0.8 * gaps.max()
    assert gaps.max() < 1.5  # no freeze


def test_the_sentences_are_heard_where_they_are_said_to_be() -> None:
    with av.open(DEMO / "presentation.webm") as media:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=8000)
        pieces = [
            piece.to_ndarray()[0]
            for frame in media.decode(audio=0)
            for piece in resampler.resample(frame)
        ]
    sound = np.concatenate(pieces)
    loud = np.zeros(len(sound) // 400 + 1)
    for window in range(len(loud) - 1):
        loud[window] = float(np.sqrt(np.mean(sound[window * 400 : window * 400 + 400] ** 2)))
    spoken = LECTURE["spoken"]
    for line in spoken:
        first, last = int(line["start_s"] * 20) + 2, int(line["end_s"] * 20) - 2
        assert loud[first:last].mean() > 0.01, line["text"]
    pauses = [b["start_s"] - a["end_s"] for a, b in pairwise(spoken)]
    assert sum(pause >= 0.7 for pause in pauses) >= 3


def test_the_picture_changes_where_a_slide_begins_and_the_passage_scrolls() -> None:
    starts = [slide["start_s"] for slide in LECTURE["slides"][1:]]
    scroll = LECTURE["scroll"]
    for before_s, after_s in [(at - 0.4, at + 0.8) for at in starts] + [
        (scroll["start_s"], scroll["end_s"])
    ]:
        before, after = picture_at(before_s), picture_at(after_s)
        changed = np.abs(before.astype(np.int16) - after.astype(np.int16)).max(axis=2) > 40
        assert Fraction(int(changed.sum()), changed.size) > Fraction(1, 100), after_s


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 6])
def test_a_slides_words_can_be_read(number: int, tmp_path: Path) -> None:
    if shutil.which("tesseract") is None:
        pytest.skip("no tesseract: install the package `tesseract-ocr` to run this test")
    slide = LECTURE["slides"][number]
    later = [other["start_s"] for other in LECTURE["slides"]] + [89.5]
    last = picture_at(later[number + 1] - 0.5)
    image = tmp_path / "slide.ppm"
    image.write_bytes(b"P6 1920 1080 255\n" + last.tobytes())
    done = subprocess.run(
        ["tesseract", str(image), "-", "--psm", "11"], capture_output=True, text=True, check=True
    )
    read = set(done.stdout.split())
    words = [word for word in slide["words"] if any(char.isalpha() for char in word)]
    assert sum(word in read for word in words) >= 0.9 * len(words)
