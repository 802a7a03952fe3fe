"""Hardware that fails in the middle of a job is followed by x264, and no segment is lost.

No such hardware exists where these tests run: x264 with other parameters stands in its place, and
a kill in the place of its failure. So this tests what the job does, and no driver.
"""

import asyncio
import os
import signal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.generated_media import H264, counted, counted_recording, run_ffmpeg
from tests.processes import encoders_below
from tests.transcode.played_package import PlayedPackage, play
from transcode.grid import segment_starts_s
from transcode.hardware_encoder import HardwareEncoder
from transcode.hardware_rungs import with_hardware
from transcode.ladder import HARDWARE, plan_ladder
from transcode.locator import Ffmpeg
from transcode.media import Source, TrackRole, VideoStream
from transcode.package import Growth, Pace, make_package
from transcode.picture_content import PictureKind

pytestmark = pytest.mark.slow

SECONDS = 20.4
OBEYS = ("-preset", "veryfast", "-refs", "2", "-forced-idr", "1", "-sc_threshold", "0")
PRETENDED = HardwareEncoder("libx264", None, (), "format=yuv420p", OBEYS)
MADE_BY_HARDWARE = {"medium", "high"}


async def pretended(_: Ffmpeg) -> HardwareEncoder:
    return PRETENDED


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("camera")
    small = counted_recording(folder / "small.mkv", seconds=SECONDS)
    large = ("-vf", "scale=1280:720:flags=neighbor", "-r", "15")
    run_ffmpeg("-i", str(small), *large, *H264, "-c:a", "copy", str(folder / "a.mkv"))
    return folder / "a.mkv"


@pytest.fixture(scope="module")
def followed(camera: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The package whose hardware failed, and the segment at which it did."""
    out, seen_s = tmp_path_factory.mktemp("package") / "out", 0.0

    def fail(growth: Growth) -> None:
        nonlocal seen_s
        if growth.media_s >= 8 and not seen_s:
            seen_s = growth.media_s
            for pid in encoders_below(os.getpid()):
                os.kill(pid, signal.SIGKILL)

    source = Source(camera, TrackRole.PRESENTER)
    patient = Pace(slowest=0)  # a busy machine would put the dear rungs off
    asyncio.run(make_package([source], out, on_growth=fail, pace=patient, hardware=pretended))
    return out, segment_starts_s(SECONDS).index(seen_s)


@pytest.fixture(scope="module")
def played(followed: tuple[Path, int]) -> PlayedPackage:
    return play(followed[0])


def test_the_rungs_that_hardware_made_have_a_second_init_segment(
    played: PlayedPackage, followed: tuple[Path, int]
) -> None:
    for rung in played.rungs:
        names = [one.uri for one in rung.playlist.segment_map]
        maps = list(dict.fromkeys(segment.init_section.uri for segment in rung.playlist.segments))
        assert len(maps) == (2 if rung.name in MADE_BY_HARDWARE else 1)
        assert sorted(names) == sorted(maps) == sorted(p.name for p in rung.folder.glob("init*"))


def test_what_was_complete_stays(played: PlayedPackage, followed: tuple[Path, int]) -> None:
    _, failed_at = followed
    for rung in (one for one in played.rungs if one.name in MADE_BY_HARDWARE):
        firsts = [one.init_section.uri for one in rung.playlist.segments[:failed_at]]
        assert firsts == ["init.mp4"] * failed_at


def test_every_frame_is_there_once(played: PlayedPackage) -> None:
    for rung in played.rungs:
        shown = [
            (at_s, counted(f.to_ndarray(format="gray").astype(np.uint8)))
            for at_s, f in rung.pictures_by_map()
        ]
        times = [at_s for at_s, _ in shown]
        assert times == pytest.approx([n * times[1] for n in range(len(times))], abs=0.01)
        assert times[-1] == pytest.approx(SECONDS, abs=times[1] + 0.01)
        assert [number for _, number in shown] == pytest.approx([30 * at for at in times], abs=5)


def test_every_track_says_where_something_changed(
    played: PlayedPackage, followed: tuple[Path, int]
) -> None:
    segments = played.rung("high").playlist.segments
    joint = [one.init_section.uri for one in segments].count("init.mp4")
    assert joint >= followed[1]
    assert played.audio is not None
    for track in (*played.rungs, played.audio):
        changed = [n for n, one in enumerate(track.playlist.segments) if one.discontinuity]
        assert changed == [joint]


def test_hardware_makes_the_dear_rungs_of_a_camera_alone() -> None:
    camera = VideoStream(0, "h264", 1920, 1080, 0, Fraction(30), 60.0)
    ladder = plan_ladder(None, camera, has_sound=True)
    by_kind = {
        kind: [r.name for r in with_hardware(ladder, kind).renditions if r.encoder == HARDWARE]
        for kind in PictureKind
    }
    assert by_kind == {PictureKind.SCREEN: [], PictureKind.CAMERA: ["medium", "high"]}
