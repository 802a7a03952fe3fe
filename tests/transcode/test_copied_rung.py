"""A recording that is already what the best rung would be is not encoded again."""

import asyncio
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.generated_media import picture, run_ffmpeg, sound
from tests.transcode.played_package import PlayedPackage, play
from transcode.copied_rung import may_be_copied
from transcode.media import AudioStream, MediaInfo, Source, TrackRole, VideoStream
from transcode.package import make_package
from transcode.plan import Track, plan_encode

SECONDS = 15.0
KEYS_S = tuple(float(at_s) for at_s in range(0, 15, 2))
GOOD = VideoStream(
    index=0,
    codec="h264",
    width_px=1280,
    height_px=720,
    rotation_degrees=0,
    frame_rate=Fraction(30),
    end_s=SECONDS,
    key_frames_s=KEYS_S,
    keys_are_idr=True,
    sequence_headers=1,
    profile="High",
    pixel_format="yuv420p",
)


def track(video: VideoStream, bps: int = 700_000, **other: float | str) -> Track:
    info = MediaInfo(
        path=Path("a.mp4"),
        demuxer="mov",
        duration_s=SECONDS,
        size_bytes=int(bps * SECONDS / 8),
        video=video,
        audio=AudioStream(1, "aac", SECONDS),
    )
    return Track(replace(info, **other), TrackRole.PRESENTATION, 0.0)  # type: ignore[arg-type]


def test_what_the_best_rung_would_be_is_copied() -> None:
    assert may_be_copied(plan_encode([track(GOOD)]))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(track(replace(GOOD, codec="vp9")), id="another-codec"),
        pytest.param(track(replace(GOOD, profile="High 4:2:2")), id="browsers-lack-the-profile"),
        pytest.param(track(replace(GOOD, pixel_format="yuv420p10le")), id="ten-bits"),
        pytest.param(track(replace(GOOD, is_interlaced=True)), id="interlaced"),
        pytest.param(track(replace(GOOD, rotation_degrees=90)), id="held-upright"),
        pytest.param(track(replace(GOOD, sequence_headers=2)), id="changes-its-size"),
        pytest.param(track(replace(GOOD, width_px=2560, height_px=1440)), id="too-large"),
        pytest.param(track(replace(GOOD, width_px=1279)), id="an-odd-width"),
        pytest.param(track(replace(GOOD, frame_rate=Fraction(60))), id="too-many-frames"),
        pytest.param(track(replace(GOOD, has_b_frames=True)), id="coded-out-of-order"),
        pytest.param(track(replace(GOOD, keys_are_idr=False)), id="open-groups"),
        pytest.param(track(replace(GOOD, key_frames_s=KEYS_S[:-1])), id="a-key-frame-is-missing"),
        pytest.param(track(replace(GOOD, key_frames_s=())), id="nobody-saw-key-frames"),
        pytest.param(track(replace(GOOD, end_s=14.0)), id="the-sound-goes-on"),
        pytest.param(track(GOOD, bps=2_500_000), id="dearer-than-the-rung-may-be"),
        pytest.param(track(GOOD, bps=100_000), id="cheaper-than-the-rung-below"),
        pytest.param(track(GOOD, demuxer="mpegts"), id="lengths-of-frames-are-not-known"),
    ],
)
def test_anything_else_is_encoded(other: Track) -> None:
    assert not may_be_copied(plan_encode([other]))


def test_a_picture_with_a_camera_over_it_is_encoded() -> None:
    camera = replace(track(GOOD), role=TrackRole.PRESENTER)
    assert not may_be_copied(plan_encode([track(GOOD), camera]))


def recorded(path: Path, *, keys_every: int = 60, profile: str = "high") -> Path:
    run_ffmpeg(
        *(*picture(640, 360), *sound(), "-t", str(SECONDS), "-c:v", "libx264", "-preset"),
        *(
            "veryfast",
            "-profile:v",
            profile,
            "-pix_fmt",
            "yuv420p",
            "-bf",
            "0",
            "-g",
            str(keys_every),
        ),
        *("-sc_threshold", "0", "-b:v", "600k", "-maxrate", "650k", "-bufsize", "650k"),
        *("-c:a", "aac", "-b:a", "32k", str(path)),
    )
    return path


def lumas(path: Path) -> list[bytes]:
    """What a picture shows, for each of a file."""
    import av

    with av.open(str(path)) as container:
        return [
            frame.to_ndarray(format="gray").astype(np.uint8).tobytes()
            for frame in container.decode(video=0)
        ]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("good") / "a.mp4")


@pytest.fixture(scope="module")
def played(source: Path, tmp_path_factory: pytest.TempPathFactory) -> PlayedPackage:
    out = tmp_path_factory.mktemp("package") / "out"
    asyncio.run(make_package([Source(source)], out))
    return play(out)


@pytest.mark.slow
def test_its_frames_are_the_recordings_own(source: Path, played: PlayedPackage) -> None:
    copied = [
        frame.to_ndarray(format="gray").astype(np.uint8).tobytes()
        for _, frame in played.rungs[-1].pictures()
    ]
    assert copied == lumas(source)


@pytest.mark.slow
def test_its_segments_begin_where_those_of_other_rungs_begin(played: PlayedPackage) -> None:
    for rung in played.rungs:
        assert rung.starts_s == pytest.approx([0, 2, 4, 8, 14], abs=0.005)
        assert [at_s for at_s, is_idr in rung.first_pictures() if is_idr] == pytest.approx(
            rung.starts_s, abs=0.005
        )


@pytest.mark.slow
def test_key_frames_beside_the_grid_mean_encoding(tmp_path: Path) -> None:
    source = recorded(tmp_path / "a.mp4", keys_every=50)
    asyncio.run(make_package([Source(source)], tmp_path / "out"))
    played = play(tmp_path / "out")
    assert played.rungs[-1].starts_s == pytest.approx([0, 2, 4, 8, 14], abs=0.005)
    assert played.rungs[-1].picture_at(0.5).tobytes() != lumas(source)[15]


@pytest.mark.slow
def test_a_recording_of_a_lower_profile_is_copied_too(tmp_path: Path) -> None:
    source = recorded(tmp_path / "a.mp4", profile="baseline")
    asyncio.run(make_package([Source(source)], tmp_path / "out"))
    top = play(tmp_path / "out").rungs[-1]
    assert top.picture_at(0.5).tobytes() == lumas(source)[15]
