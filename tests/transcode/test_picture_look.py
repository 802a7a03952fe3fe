"""Before an encode is planned, somebody looks: a screen or a camera, and what moves?"""

import shutil
from pathlib import Path

import pytest

from tests.generated_media import H264, run_ffmpeg
from tests.tapped_pictures import DEMO
from transcode.locator import locate_ffmpeg
from transcode.media import MediaInfo
from transcode.picture_content import (
    Motion,
    PictureContent,
    PictureKind,
    content_of,
    of_a_beginning,
)
from transcode.picture_look import look_at_beginning, look_at_picture
from transcode.probe import probe, probe_head

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


@pytest.mark.parametrize(
    ("seen", "believed"),
    [
        pytest.param(
            SLIDES, PictureContent(PictureKind.SCREEN, Motion.SOME), id="slides may move later"
        ),
        pytest.param(WHITEBOARD, WHITEBOARD, id="a teacher at a whiteboard"),
        pytest.param(FILM, FILM, id="a film"),
    ],
)
def test_of_a_beginning_rest_is_not_believed(
    seen: PictureContent, believed: PictureContent
) -> None:
    assert of_a_beginning(seen) == believed


def film(path: Path, seconds: int = 31, size: str = "640x360") -> Path:
    """Soft shapes that move, and the noise of a sensor."""
    scene = f"gradients=s={size}:n=5:speed=0.03:d={seconds},noise=alls=14:allf=t"
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


async def begun(path: Path, share: float) -> tuple[MediaInfo, int]:
    """The file while it arrives: what is behind this share of it is not yet what it will be."""
    seen_bytes = overwritten(path, share)
    info = await probe_head(path, seen_bytes)
    assert info is not None
    return info, seen_bytes


def overwritten(path: Path, share: float) -> int:
    """Keep so much of a file, and put zeros behind it."""
    data = path.read_bytes()
    kept_bytes = round(len(data) * share)
    path.write_bytes(data[:kept_bytes] + bytes(len(data) - kept_bytes))
    return kept_bytes


@pytest.mark.parametrize(
    ("container", "seconds", "believed"),
    [
        pytest.param("a.mkv", 14, PictureKind.CAMERA, id="a film that has begun to arrive"),
        pytest.param("a.ts", 14, PictureKind.CAMERA, id="as a transport stream"),
        pytest.param("a.mkv", 5, None, id="too little to look at"),
    ],
)
async def test_the_beginning_of_what_arrives_is_looked_at(
    container: str, seconds: int, believed: PictureKind | None, tmp_path: Path
) -> None:
    ffmpeg = await locate_ffmpeg()
    info, seen_bytes = await begun(film(tmp_path / container, seconds, "320x180"), 0.7)
    content = await look_at_beginning(
        ffmpeg.path, info, tmp_path / "look", PictureKind.SCREEN, seen_bytes
    )
    assert (content and content.kind) == believed
    assert not (tmp_path / "look").exists()


async def test_slides_that_arrive_as_camera_are_a_screen(tmp_path: Path) -> None:
    ffmpeg = await locate_ffmpeg()
    source = tmp_path / "slides.webm"
    shutil.copyfile(DEMO / "presentation.webm", source)
    info, seen_bytes = await begun(source, 0.2)
    content = await look_at_beginning(
        ffmpeg.path, info, tmp_path / "look", PictureKind.CAMERA, seen_bytes
    )
    assert content is not None
    assert content.kind is PictureKind.SCREEN


async def test_a_look_at_what_cannot_be_decoded_says_nothing(tmp_path: Path) -> None:
    ffmpeg = await locate_ffmpeg()
    info, seen_bytes = await begun(film(tmp_path / "a.mkv", 14, "320x180"), 0.7)
    overwritten(info.path, 0)
    looking = look_at_beginning(
        ffmpeg.path, info, tmp_path / "look", PictureKind.SCREEN, seen_bytes
    )
    assert await looking is None
