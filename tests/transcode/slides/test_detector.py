"""Slide changes: what counts as one, what does not, and how surely they are found.

The seeds here were not looked at while the numbers of the detector were chosen.
"""

import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.generated_media import run_ffmpeg
from tests.tapped_pictures import DEMO, tapped
from tests.transcode.slides.drawn_pictures import (
    HEIGHT_PX,
    WIDTH_PX,
    Film,
    Picture,
    Theme,
    slide,
    slide_steps,
)
from tests.transcode.slides.found_changes import Score, compare, detect
from tests.transcode.slides.generated_lectures import KINDS, RATE, SIZE_PX, Lecture, make_lecture
from transcode.slides.detector import SlideDetector
from transcode.slides.findings import Slide

SEEDS = (500, 501, 502)
ENOUGH = 0.95


@cache
def score_of(kind: str) -> Score:
    """Over all seeds."""
    total = Score()
    for seed in SEEDS:
        lecture = make_lecture(kind, seed)
        total += compare(detect(lecture.frames()), lecture.truth_s)
    return total


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_changes_are_found_within_a_second(kind: str) -> None:
    score = score_of(kind)
    assert score.found > 10
    assert score.precision >= ENOUGH, score
    assert score.recall >= ENOUGH, score


@pytest.mark.slow
def test_changes_of_all_kinds_together_are_found() -> None:
    score = sum((score_of(kind) for kind in KINDS), Score())
    assert score.precision >= ENOUGH, score
    assert score.recall >= ENOUGH, score


def two_slides(lecture: Lecture) -> tuple[Picture, Picture]:
    theme = Theme(lecture.rng)
    return slide(lecture.rng, theme, 1), slide(lecture.rng, theme, 2)


def nothing_changes(lecture: Lecture) -> None:
    lecture.new_slide()
    lecture.show(two_slides(lecture)[0], 12)


def back_and_forth(lecture: Lecture) -> None:
    one, other = two_slides(lecture)
    for picture in (one, other, one):
        lecture.new_slide()
        lecture.show(picture, 6)


def a_glimpse(lecture: Lecture) -> None:
    one, other = two_slides(lecture)
    lecture.new_slide()
    lecture.show(one, 6)
    lecture.show(other, 0.8)  # leafed over
    lecture.show(one, 6)


def black_before_the_first(lecture: Lecture) -> None:
    lecture.show(np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8), 4)
    lecture.new_slide()
    lecture.show(two_slides(lecture)[0], 6)


def built_from_an_empty_page(lecture: Lecture) -> None:
    theme = Theme(lecture.rng)
    lecture.new_slide()
    lecture.show(theme.empty_slide(1), 4)
    for picture in slide_steps(lecture.rng, theme, 1, 4):
        lecture.show(picture, 3)


def dimmed_points(lecture: Lecture) -> None:
    one, _ = two_slides(lecture)
    lecture.new_slide()
    lecture.show(one, 5)
    paper = int(np.median(one))
    dimmed = (paper + 0.5 * (one.astype(np.float32) - paper)).astype(np.uint8)
    lecture.show(dimmed, 5)


def a_film_on_the_whole_screen(lecture: Lecture) -> None:
    one, other = two_slides(lecture)
    film = Film(4, WIDTH_PX, HEIGHT_PX)
    lecture.new_slide()
    lecture.show(one, 5)
    lecture.new_slide()
    for number in range(40):
        lecture.pictures.append(lambda number=number: film.frame(number / RATE))  # type: ignore[misc]
    lecture.show(film.frame(39 / RATE), 5)  # paused
    lecture.new_slide()
    lecture.show(other, 5)


def nothing_at_all(lecture: Lecture) -> None:
    lecture.show(np.full((HEIGHT_PX, WIDTH_PX), 255, np.uint8), 10)


@pytest.mark.parametrize(
    "play",
    [
        nothing_changes,
        back_and_forth,
        a_glimpse,
        black_before_the_first,
        built_from_an_empty_page,
        dimmed_points,
        a_film_on_the_whole_screen,
        nothing_at_all,
    ],
)
def test_what_counts_as_a_slide(play: Callable[[Lecture], None]) -> None:
    lecture = Lecture(random.Random(play.__name__))
    play(lecture)
    slides = detect(lecture.frames())
    score = compare(slides, lecture.truth_s)
    assert (score.false, score.missed) == (0, 0), (slides, lecture.truth_s)


def test_a_slide_settles_when_its_last_point_is_there() -> None:
    lecture = Lecture(random.Random(5))
    theme = Theme(lecture.rng)
    for picture in slide_steps(lecture.rng, theme, 1, 5):
        complete_s = lecture.now_s
        lecture.show(picture, 4)
    end_s = lecture.now_s
    lecture.show(slide(lecture.rng, theme, 2), 4)
    first, _ = detect(lecture.frames())
    assert first.start_s == 0
    assert complete_s < first.settled_s < end_s


@pytest.mark.parametrize("size", [(270, 480), (480, 6), (16, 16)], ids=str)
def test_frames_of_any_shape_are_taken(size: tuple[int, int]) -> None:
    width, height = size
    detector = SlideDetector(width, height, RATE)
    for number in range(20):
        detector.take(np.full((height, width), 20 * (number // 10), np.uint8), number)
    assert detector.finish(8.0) == ()


def test_an_analysis_that_goes_on_from_a_snapshot_finds_the_same() -> None:
    lecture = make_lecture("picture in picture", 9)
    frames = list(lecture.frames())[:150]
    expected = detect(frames)
    detector = SlideDetector(*SIZE_PX, RATE)
    for number, frame in enumerate(frames):
        if number % 17 == 3:
            saved = detector.snapshot()
            detector = SlideDetector(*SIZE_PX, RATE)
            detector.restore(saved)
        detector.take(frame, number)
    assert len(expected) > 2
    assert detector.finish(len(frames) / RATE) == expected


def test_damaged_snapshots_are_refused() -> None:
    with pytest.raises(ValueError, match=r".+"):
        SlideDetector(*SIZE_PX, RATE).restore(b"PK\x03\x04 nothing that was saved")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["build-up", "picture in picture"])
def test_changes_are_found_in_a_compressed_video(kind: str, tmp_path: Path) -> None:
    lecture = make_lecture(kind, 11)
    raw, video = tmp_path / "frames.gray", tmp_path / "lecture.mp4"
    raw.write_bytes(b"".join(frame.tobytes() for frame in lecture.frames()))
    shape = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", "480x270", "-r", str(RATE))
    enlarged = "scale=960:540,fps=10,format=yuv420p"
    coded = ("-c:v", "libx264", "-preset", "superfast", "-crf", "34", "-g", "60")
    run_ffmpeg(*shape, "-i", str(raw), "-vf", enlarged, *coded, str(video))
    slides: tuple[Slide, ...] = detect(tapped(video))
    score = compare(slides, lecture.truth_s)
    assert score.precision >= ENOUGH, (slides, lecture.truth_s)
    assert score.recall >= ENOUGH, (slides, lecture.truth_s)


@pytest.mark.slow
def test_the_slides_of_the_demo_lecture_are_found() -> None:
    slides = json.loads((DEMO / "lecture.json").read_text(encoding="utf-8"))["slides"]
    found = detect(tapped(DEMO / "presentation.webm"))
    score = compare(found, [slide["start_s"] for slide in slides])
    assert (score.found, score.false) == (len(slides), 0), found
