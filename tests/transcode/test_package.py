"""Whatever shape a recording has, its package plays: whole, in step, and on one grid."""

import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import m3u8
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.generated_media import FLASH_S
from tests.recorded_shapes import SHAPES, Shape, published_shape
from tests.transcode.played_package import PlayedPackage, PlayedTrack, flashes_s, play, tones_s
from transcode.grid import segment_starts_s
from transcode.hls.check.checker import check_folder
from transcode.package import Package
from transcode.slides.slides_json import parse_slides_json

# The demo lecture takes a minute of two processors; on a busy machine that is many.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

AAC_FRAME_S = 1024 / 24_000
IN_STEP_S = 0.08
OPUS_GROUP = "sound-opus"


@dataclass(frozen=True)
class Made:
    """A package that was made of a shape."""

    shape: Shape
    out: Path
    package: Package
    played: PlayedPackage

    @property
    def tracks(self) -> list[PlayedTrack]:
        return [*self.played.rungs, *self.played.sounds]


# To look at each frame of three hours would take minutes; they are played by a browser.
LOOKED_AT = [name for name in SHAPES if SHAPES[name].duration_s <= 600]


@pytest.fixture(scope="module", params=LOOKED_AT)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Each shape's package, made once for all tests below."""
    published = published_shape(tmp_path_factory, request.param)
    return Made(SHAPES[request.param], published.out, published.package, play(published.out))


def test_it_lasts_as_long_as_the_recording(made: Made) -> None:
    expected = pytest.approx(made.shape.duration_s, abs=made.shape.frame_s)
    assert made.package.duration_s == expected
    for track in made.played.rungs:
        times = [time_s for time_s, _ in track.pictures()]
        assert times[0] == 0
        assert made.package.duration_s - 1.01 <= times[-1] < made.package.duration_s
        assert times == sorted(set(times))
        assert track.extinf_s == pytest.approx(made.package.duration_s, abs=AAC_FRAME_S)
    for sound in made.played.sounds:
        samples, rate = sound.samples
        assert len(samples) / rate == pytest.approx(made.package.duration_s, abs=2 * AAC_FRAME_S)
        assert sound.extinf_s == pytest.approx(made.package.duration_s, abs=2 * AAC_FRAME_S)


def test_it_has_what_the_recording_has(made: Made) -> None:
    assert bool(made.played.rungs) is made.shape.has_picture
    heard = ["audio", "opus"] if made.shape.has_sound else []
    assert [sound.name for sound in made.played.sounds] == heard
    for name in ("poster.jpg", "storyboard.jpg", "storyboard.vtt"):
        assert (made.out / name).exists() is made.shape.has_picture
    if made.shape.has_picture:
        *_, top = made.played.rungs
        assert size_of(top) == made.shape.box
        for track in made.played.rungs:
            wide, high = size_of(track)
            assert wide / high == pytest.approx(made.shape.box[0] / made.shape.box[1], rel=0.01)


def test_all_rungs_begin_their_segments_together_with_an_idr(made: Made) -> None:
    grid = segment_starts_s(made.package.duration_s)
    for track in made.played.rungs:
        assert track.starts_s == pytest.approx(grid, abs=0.001)
        begins_s, are_idr = zip(*track.first_pictures(), strict=True)
        assert begins_s == pytest.approx(grid, abs=1e-4)
        assert all(are_idr)
    for sound in made.played.sounds:
        late_s = AAC_FRAME_S + 1e-6 if sound.name == "audio" else 1e-4
        assert sound.starts_s == pytest.approx(grid, abs=late_s)


def test_its_playlists_say_what_is_there(made: Made) -> None:
    for track in made.tracks:
        lengths = [segment.duration for segment in track.playlist.segments]
        assert track.playlist.target_duration == max(6, *(math.floor(s + 0.5) for s in lengths))
        assert track.playlist.playlist_type == "vod"
        assert track.playlist.is_endlist
    assert made.played.index.is_independent_segments
    infos = [playlist.stream_info for playlist in made.played.index.playlists]
    sounds_bps = [peak_bps(sound) for sound in made.played.sounds] or [0]
    expected = [(track, bps) for bps in sounds_bps for track in made.played.rungs]
    for info, (track, sound_bps) in zip(infos, expected, strict=bool(made.played.rungs)):
        assert info.bandwidth >= peak_bps(track) + sound_bps
        assert info.average_bandwidth <= info.bandwidth or len(track.playlist.segments) == 1
        assert info.resolution == size_of(track)
        assert int(info.codecs[9:11], 16) <= 40  # H.264 level 4.0: every phone decodes it


def test_it_keeps_the_rules_of_hls(made: Made) -> None:
    report = check_folder(made.out)
    assert [f"{one.rule} {one}" for one in report.violations] == []


def test_a_player_that_cannot_choose_among_codecs_finds_one_of_each(made: Made) -> None:
    plain = m3u8.load(str(made.out / "index.m3u8"))
    everything = [(one.uri, one.stream_info.codecs) for one in made.played.index.playlists]
    listed = [(one.uri, one.stream_info.codecs) for one in plain.playlists]
    assert listed == everything[: len(listed)]
    codecs = [codec.partition(".")[0] for _, both in listed for codec in both.split(",")]
    assert set(codecs) <= {"avc1", "mp4a"}
    assert len(plain.media) <= 1


def test_the_cheapest_rung_is_first_and_frames_never_get_fewer(made: Made) -> None:
    playlists = made.played.index.playlists
    infos = [p.stream_info for p in playlists if p.stream_info.audio != OPUS_GROUP]
    infos = infos[: len(infos) // len(made.played.sounds)] if not made.played.rungs else infos
    bandwidths = [info.bandwidth for info in infos]
    by_chance_bps = 1_000  # where hardly anything is shown they differ by some bytes a second
    pairs = pairwise(bandwidths)
    assert all(above > 0.98 * below - by_chance_bps for below, above in pairs)
    rates = [info.frame_rate for info in infos if info.frame_rate]
    assert rates == sorted(rates)


@pytest.mark.parametrize(
    "made", [name for name in LOOKED_AT if SHAPES[name].flashes], indirect=True
)
def test_picture_and_sound_are_in_step(made: Made) -> None:
    seconds = list(range(int(made.shape.duration_s)))
    for track in made.played.rungs:
        seen = flashes_s(track)
        assert seen
        behind_s = [(time_s + IN_STEP_S) % 1 - IN_STEP_S for time_s in seen]
        assert max(behind_s) <= FLASH_S + IN_STEP_S, track.name  # never before: that is late by 0.9
    assert flashes_s(made.played.rungs[-1]) == pytest.approx(seconds, abs=IN_STEP_S)
    for sound in made.played.sounds:
        assert tones_s(sound) == pytest.approx(seconds, abs=IN_STEP_S)


def test_its_facts_are_those_of_the_files(made: Made) -> None:
    facts = msgspec.json.decode((made.out / "package.json").read_bytes(), type=Package)
    assert facts == made.package
    others = [p for p in made.out.rglob("*") if p.is_file() and p.name != "package.json"]
    assert made.package.size_bytes == sum(path.stat().st_size for path in others)
    assert made.package.cpu_s > 0
    lists = {"index.m3u8", "all-codecs.m3u8", "iframes.m3u8"}
    pictures = {
        "poster.jpg",
        "storyboard.jpg",
        "storyboard.vtt",
        "slides.json",
        "chapters.vtt",
        "stills.vtt",
    }
    named = {*lists, "init.mp4", "silence.json", "sound.json", *pictures}
    assert {path.name for path in others if path.suffix not in (".m4s", ".webp")} <= named


def test_what_is_said_of_the_sound_and_the_slides_lies_beside_it(made: Made) -> None:
    assert (made.package.sound is not None) is made.shape.has_sound
    for name in ("silence.json", "sound.json"):
        assert (made.out / name).exists() is made.shape.has_sound
    assert (made.out / "slides.json").exists() is (made.package.slides is not None)


@pytest.mark.parametrize("made", ["the demo lecture"], indirect=True)
def test_slides_are_found_and_named_and_speech_is_made_even(made: Made) -> None:
    assert made.package.slides is not None
    page = parse_slides_json((made.out / "slides.json").read_bytes())
    starts_s = [slide.start_s for slide in page.slides]
    assert starts_s[:4] == pytest.approx([0, 11.6, 30.4, 42], abs=1)
    assert all((made.out / slide.picture).stat().st_size > 1000 for slide in page.slides)
    if shutil.which("tesseract"):
        assert page.chapters[0].title == "The flipped classroom"
    assert made.package.sound is not None
    assert made.package.sound.verdicts == ()
    assert made.package.sound.lufs_after == pytest.approx(-16, abs=1)


@pytest.mark.parametrize("made", ["a size that changes"], indirect=True)
def test_nothing_is_squeezed_when_the_size_changes(made: Made) -> None:
    for track in made.played.rungs:
        assert squares_shape(track.picture_at(0.5)) == (80, 80)
        wide, high = squares_shape(track.picture_at(5))  # 640 pixels in 480: 60 on a side
        assert abs(wide - 60) <= 2
        assert abs(high - 60) <= 2


@pytest.mark.parametrize("made", ["two tracks"], indirect=True)
def test_the_camera_begins_when_it_began_and_is_missing_from_the_cheapest_rung(made: Made) -> None:
    top = made.played.rungs[-1]
    lit = [time_s for time_s, luma in corner(top) if luma > 150]
    begins = [time_s for time_s in lit if not any(0 < time_s - other < 0.15 for other in lit)]
    assert begins == pytest.approx([1, 2, 3, 4], abs=IN_STEP_S)
    for sound in made.played.sounds:
        assert tones_s(sound) == pytest.approx([1, 2, 3, 4], abs=IN_STEP_S)
    assert max(luma for _, luma in corner(made.played.rung("still"))) < 30


def size_of(track: PlayedTrack) -> tuple[int, int]:
    frame = next(track.pictures())[1]
    return frame.width, frame.height


def corner(track: PlayedTrack) -> Iterator[tuple[float, float]]:
    """When, and how bright the lower right corner is."""
    for time_s, frame in track.pictures():
        yield time_s, float(np.mean(frame.to_ndarray(format="gray")[280:350, 490:630]))


def squares_shape(luma: NDArray[np.uint8]) -> tuple[int, int]:
    """How wide and how high the white square is."""
    rows, columns = np.nonzero(luma > 128)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def peak_bps(track: PlayedTrack) -> float:
    """RFC 8216, 4.1: of runs of segments between 0.5 and 1.5 target durations long."""
    target_s = track.playlist.target_duration
    lengths = [segment.duration for segment in track.playlist.segments]
    sizes = [len(data) for data in track.segment_bytes()]
    runs = [
        (sum(lengths[first:end]), sum(sizes[first:end]))
        for first in range(len(lengths))
        for end in range(first + 1, len(lengths) + 1)
    ]
    return max((8 * size / s for s, size in runs if 0.5 <= s / target_s <= 1.5), default=0.0)
