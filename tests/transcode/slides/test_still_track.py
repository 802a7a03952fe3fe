"""The track of still pictures: one for each slide, from the beginning, with its cost."""

from transcode.slides.slides_json import SlideEntry
from transcode.slides.still_track import still_track_bps, still_track_vtt


def entry(number: int, start_s: float, end_s: float, size_bytes: int) -> SlideEntry:
    small = f"slides/{number}-small.webp"
    return SlideEntry(start_s, end_s, f"slides/{number}.webp", size_bytes, small, 900, "A title")


SLIDES = (entry(1, 2.4, 30.0, 40_000), entry(2, 30.0, 100.0, 35_000))


def test_each_slide_has_a_cue_and_the_first_begins_with_the_lecture() -> None:
    assert still_track_vtt(SLIDES) == (
        "WEBVTT\n\n"
        '1\n00:00:00.000 --> 00:00:30.000\n{"picture":"slides/1.webp","bytes":40000}\n\n'
        '2\n00:00:30.000 --> 00:01:40.000\n{"picture":"slides/2.webp","bytes":35000}\n'
    )


def test_its_cost_is_known_beforehand() -> None:
    assert still_track_bps(SLIDES, 100.0) == 6000
    assert still_track_bps((), 0.0) == 0
