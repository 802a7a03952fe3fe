"""The media work alike with the ffmpeg that comes with pip and with the one of Debian.

Every other test runs with the bundled one, or with the one that `FLIPCAST_FFMPEG` names.
"""

from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.generated_media import OPUS, VP8, browser_recording, recording, run_ffmpeg, sound
from tests.transcode.played_package import flashes_s, play, tones_s
from transcode.grid import segment_starts_s
from transcode.hls.check.checker import check_folder
from transcode.locator import Ffmpeg, locate_ffmpeg
from transcode.media import Source, TrackRole
from transcode.package import make_package

pytestmark = pytest.mark.slow

DEBIANS = Path("/usr/bin/ffmpeg")
IN_STEP_S = 0.08
FRAME_S = 1 / 15


def two_tracks(path: Path) -> list[Source]:
    """A screen that is stopped early, and a camera whose last frame alone comes after 5 s, when
    slower rungs have one too."""
    screen = ("-f", "lavfi", "-i", "color=s=640x360:r=15", "-t", "4.5")
    run_ffmpeg(*screen, *VP8, str(path / "a.webm"))
    camera = recording(path / "b.webm", *VP8, *OPUS, seconds=5.04, rate="15")
    return [Source(path / "a.webm"), Source(camera, TrackRole.PRESENTER)]


def sound_alone(path: Path) -> list[Source]:
    run_ffmpeg(*sound(), "-t", "5", str(path / "a.wav"))
    return [Source(path / "a.wav")]


# what it is: how it is made, and at which seconds picture and sound flash and tone together
KINDS: dict[str, tuple[Callable[[Path], list[Source]], list[int], list[int]]] = {
    "MP4": (lambda path: [Source(recording(path / "a.mp4"))], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]),
    "a browser's WebM": (
        lambda path: [Source(browser_recording(path / "a.webm"))],
        [0, 1, 2, 3, 4],
        [0, 1, 2, 3, 4],
    ),
    "two tracks": (two_tracks, [], [0, 1, 2, 3, 4, 5]),
    "sound alone": (sound_alone, [], [0, 1, 2, 3, 4]),
}


@pytest.fixture(params=["bundled", "Debian's"])
def ffmpeg_path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One generation of ffmpeg, which the library uses while the test runs."""
    path = DEBIANS if request.param == "Debian's" else Path(imageio_ffmpeg.get_ffmpeg_exe())
    if not path.exists():
        pytest.skip(f"no ffmpeg at {path}: Debian's is installed by tests/install_packages.sh")
    monkeypatch.setenv("FLIPCAST_FFMPEG", str(path))
    return str(path)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_package_is_whole_and_keeps_the_rules(
    kind: str, ffmpeg_path: str, tmp_path: Path
) -> None:
    make, flashes, tones = KINDS[kind]
    package = await make_package(make(tmp_path), tmp_path / "out")
    assert package.duration_s == pytest.approx(5, abs=FRAME_S + 0.001)
    played = play(tmp_path / "out")
    report = check_folder(tmp_path / "out")
    assert [f"{one.rule} {one}" for one in report.violations] == []
    grid = segment_starts_s(package.duration_s)
    for track in played.rungs:
        assert track.extinf_s == pytest.approx(package.duration_s, abs=0.01)
        begins_s, are_idr = zip(*track.first_pictures(), strict=True)
        assert begins_s == pytest.approx(grid, abs=1e-4)
        assert all(are_idr)
    if flashes:
        assert flashes_s(played.rungs[-1]) == pytest.approx(flashes, abs=IN_STEP_S)
    assert played.audio is not None
    assert tones_s(played.audio) == pytest.approx(tones, abs=IN_STEP_S)


async def test_it_is_asked_what_it_can_and_never_how_old_it_is(ffmpeg_path: str) -> None:
    ffmpeg: Ffmpeg = await locate_ffmpeg()
    assert ffmpeg.path == ffmpeg_path
    assert {"libx264", "aac"} <= ffmpeg.encoders
    assert {"scale", "tpad", "settb", "trim", "overlay", "tile", "fps"} <= ffmpeg.filters
