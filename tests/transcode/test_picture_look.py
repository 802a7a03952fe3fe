"""Before an encode is planned, somebody looks: a screen or a camera, and what moves?"""

from pathlib import Path

import pytest

from tests.generated_media import H264, run_ffmpeg
from tests.tapped_pictures import DEMO
from transcode.locator import locate_ffmpeg
from transcode.picture_content import Motion, PictureContent, PictureKind, content_of
from transcode.picture_look import look_at_picture
from transcode.probe import probe

SLIDES = PictureContent(PictureKind.SCREEN, Motion.STILL)
FILM = PictureContent(PictureKind.CAMERA, Motion.MUCH)
WHITEBOARD = PictureContent(PictureKind.CAMERA, Motion.SOME)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        pytest.param([], None, id="nothing was seen"),
        pytest.param([SLIDES] * 3, SLIDES, id="slides"),
        pytest.param(
            [*[SLIDES] * 4, FILM],
            PictureContent(PictureKind.SCREEN, Motion.MUCH),
            id="slides with a film among them",
        ),
        pytest.param(
            [WHITEBOARD, SLIDES, WHITEBOARD],
            WHITEBOARD,
            id="a teacher at a whiteboard, and a title",
        ),
    ],
)
def test_places_together(places: list[PictureContent], expected: PictureContent | None) -> None:
    assert content_of(places) == expected


def film(path: Path) -> Path:
    """Soft shapes that move, and the noise of a sensor."""
    scene = "gradients=s=640x360:n=5:speed=0.03:d=31,noise=alls=14:allf=t"
    run_ffmpeg("-f", "lavfi", "-i", scene, *H264, str(path))
    return path


@pytest.mark.slow
async def test_slides_are_a_screen_and_a_film_is_not(tmp_path: Path) -> None:
    ffmpeg = await locate_ffmpeg()
    kinds = []
    for source in (DEMO / "presentation.webm", film(tmp_path / "film.mp4")):
        content = await look_at_picture(ffmpeg.path, await probe(source), tmp_path / "look")
        assert content is not None
        kinds.append(content.kind)
        assert not (tmp_path / "look").exists()
    assert kinds == [PictureKind.SCREEN, PictureKind.CAMERA]


async def test_a_short_recording_is_not_looked_at(tmp_path: Path) -> None:
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:d=3", *H264, str(tmp_path / "a.mp4"))
    ffmpeg = await locate_ffmpeg()
    info = await probe(tmp_path / "a.mp4")
    assert await look_at_picture(ffmpeg.path, info, tmp_path / "look") is None
