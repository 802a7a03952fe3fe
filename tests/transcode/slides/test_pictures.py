"""Pictures of slides show the very frame that is shown at their time."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.transcode.slides.made_rung import make_rung
from transcode.errors import FfmpegFailed
from transcode.grid import segment_starts_s
from transcode.locator import find_ffmpeg
from transcode.slides.pictures import Moment, drop_scratch, moment_of, take_picture

RATE, DURATION_S, SIZE = 5, 18.0, (640, 360)
STEP = 2  # levels of gray from frame to frame


@pytest.mark.parametrize(
    ("time_s", "expected"),
    [
        pytest.param(0.0, Moment(0, 0.0), id="the beginning"),
        pytest.param(3.5, Moment(1, 1.5), id="within a short segment"),
        pytest.param(8.0, Moment(3, 0.0), id="where a segment begins"),
        pytest.param(15.0, Moment(4, 1.0), id="within the last"),
        pytest.param(99.0, Moment(4, 3.95), id="beyond the end: the last moment"),
        pytest.param(-1.0, Moment(0, 0.0), id="before the beginning"),
    ],
)
def test_moment_of(time_s: float, expected: Moment) -> None:
    moment = moment_of(time_s, segment_starts_s(DURATION_S), DURATION_S)
    assert (moment.segment, round(moment.offset_s, 6)) == (expected.segment, expected.offset_s)


@pytest.fixture(scope="module")
def rung(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Frames that say by their gray which they are."""
    width, height = SIZE
    frames = [
        np.full((height, width), 30 + STEP * number, np.uint8)
        for number in range(round(RATE * DURATION_S))
    ]
    folder = tmp_path_factory.mktemp("media") / "high"
    return make_rung(folder, frames, RATE, SIZE, DURATION_S)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("time_s", [0.0, 1.0, 3.99, 4.0, 9.3, 13.95, 17.9, 30.0])
async def test_the_picture_is_the_frame_that_is_shown(
    rung: Path, tmp_path: Path, time_s: float
) -> None:
    moment = moment_of(time_s, segment_starts_s(DURATION_S), DURATION_S)
    for_ocr = await take_picture(find_ffmpeg(), rung, moment, tmp_path, "1")
    large = cv2.imread(str(tmp_path / "1.webp"), cv2.IMREAD_GRAYSCALE)
    small = cv2.imread(str(tmp_path / "1-small.webp"), cv2.IMREAD_GRAYSCALE)
    assert large is not None
    assert small is not None
    assert (large.shape, small.shape) == ((360, 640), (180, 320))
    assert for_ocr.stat().st_size > 1000
    shown = int(min(time_s, DURATION_S - 0.01) * RATE + 1e-6)
    frame = (float(large.mean()) - 30) / STEP  # gray is coded in 220 levels: near, not equal
    assert abs(frame - shown) < 0.9, frame
    drop_scratch(tmp_path)
    assert names_in(tmp_path) == {"1.webp", "1-small.webp"}


async def test_a_segment_that_is_no_video_fails_clearly(tmp_path: Path) -> None:
    (tmp_path / "init.mp4").write_bytes(b"nothing")
    (tmp_path / "0.m4s").write_bytes(b"at all")
    with pytest.raises(FfmpegFailed):
        await take_picture(find_ffmpeg(), tmp_path, Moment(0, 0.0), tmp_path, "1")
