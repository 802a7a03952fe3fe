"""The slides of a package: whole or not there, and as good as the lecture they were found in."""

import asyncio
import random
import shutil
from pathlib import Path

import cv2
import pytest

from tests.transcode.slides.drawn_pictures import HEIGHT_PX, WIDTH_PX, Picture, Theme, write
from tests.transcode.slides.made_rung import make_rung
from transcode.errors import FfmpegFailed
from transcode.slides.findings import Findings, Slide
from transcode.slides.slide_pictures import SlidePictures
from transcode.slides.slides_json import parse_slides_json
from transcode.slides.titles import find_tesseract
from transcode.slides.write_slides import SlidesFacts, write_slides

TITLES = ("Cells and energy", "What plants need", "Light and dark")
RATE, EACH_S = 2.5, 8.0
DURATION_S = EACH_S * len(TITLES)
FOUND = Findings(
    tuple(Slide(n * EACH_S, (n + 1) * EACH_S - 1) for n in range(len(TITLES))), (), None
)


@pytest.fixture(scope="module")
def rung(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frames: list[Picture] = []
    for number, title in enumerate(TITLES, 1):
        theme = Theme(random.Random(2))
        picture = theme.empty_slide(number)
        write(picture, title, 50, 110, 1.6, theme.ink, theme.font)
        write(picture, "- a point to make", 60, 200, 0.8, theme.ink, theme.font)
        frames += [picture] * round(EACH_S * RATE)
    folder = tmp_path_factory.mktemp("media") / "high"
    return make_rung(folder, frames, RATE, (WIDTH_PX, HEIGHT_PX), DURATION_S)


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


async def test_slides_are_written_with_pictures_titles_and_chapters(
    rung: Path, tmp_path: Path
) -> None:
    facts = await write_slides(FOUND, tmp_path, rung, DURATION_S)
    pictures = {f"slides/{n}{kind}.webp" for n in (1, 2, 3) for kind in ("", "-small")}
    assert names_in(tmp_path) == {"slides.json", "chapters.vtt", "stills.vtt", *pictures}
    page = parse_slides_json((tmp_path / "slides.json").read_bytes())
    read = TITLES if find_tesseract() else ("Slide 1", "Slide 2", "Slide 3")
    assert tuple(slide.title for slide in page.slides) == read
    assert [(slide.start_s, slide.end_s) for slide in page.slides] == [(0, 8), (8, 16), (16, 24)]
    for slide in page.slides:
        assert (tmp_path / slide.picture).stat().st_size == slide.picture_bytes < 60_000
        assert (tmp_path / slide.small).stat().st_size == slide.small_bytes < slide.picture_bytes
    assert [chapter.start_s for chapter in page.chapters] == [0, 8, 16]
    assert (tmp_path / "chapters.vtt").read_text().count("-->") == 3
    assert (tmp_path / "stills.vtt").read_text().count("slides/") == 3
    large = sum(slide.picture_bytes for slide in page.slides)
    assert facts == SlidesFacts(
        json="slides.json",
        chapters="chapters.vtt",
        stills="stills.vtt",
        slide_count=3,
        chapter_count=3,
        titles_read=3 if find_tesseract() else 0,
        size_bytes=large + sum(slide.small_bytes for slide in page.slides),
        still_track_bps=round(8 * large / DURATION_S),
    )


@pytest.mark.slow
async def test_each_picture_shows_its_own_slide(rung: Path, tmp_path: Path) -> None:
    await write_slides(FOUND, tmp_path, rung, DURATION_S)
    one, two = (cv2.imread(str(tmp_path / f"slides/{n}.webp"), 0) for n in (1, 2))
    assert one is not None
    assert two is not None
    assert cv2.absdiff(one, two).max() > 100


@pytest.mark.slow
async def test_writing_again_replaces_what_was_there(rung: Path, tmp_path: Path) -> None:
    await write_slides(FOUND, tmp_path, rung, DURATION_S)
    fewer = Findings(FOUND.slides[:1], (), None)
    await write_slides(fewer, tmp_path, rung, DURATION_S)
    assert names_in(tmp_path) == {
        *("slides.json", "chapters.vtt", "stills.vtt"),
        *("slides/1.webp", "slides/1-small.webp"),
    }


async def test_a_lecture_without_slides_has_an_empty_page(rung: Path, tmp_path: Path) -> None:
    facts = await write_slides(Findings((), (), None), tmp_path, rung, DURATION_S)
    assert (facts.slide_count, facts.chapter_count) == (0, 0)
    assert parse_slides_json((tmp_path / "slides.json").read_bytes()).slides == ()
    assert (tmp_path / "chapters.vtt").read_text() == "WEBVTT\n"


@pytest.mark.slow
async def test_what_fails_leaves_what_was_there(rung: Path, tmp_path: Path) -> None:
    await write_slides(FOUND, tmp_path, rung, DURATION_S)
    before = names_in(tmp_path)
    broken = tmp_path.parent / f"{tmp_path.name}-broken"
    broken.mkdir()
    for name in ("init.mp4", *(f"{number}.m4s" for number in range(6))):
        (broken / name).write_bytes(b"nothing")
    with pytest.raises(FfmpegFailed):
        await write_slides(FOUND, tmp_path, broken, DURATION_S)
    assert {name for name in names_in(tmp_path) if ".new/" not in name} == before


async def test_what_was_taken_meanwhile_is_not_taken_again(rung: Path, tmp_path: Path) -> None:
    pictures = SlidePictures(tmp_path / "work", rung)
    await pictures.begin()
    changed = Slide(FOUND.slides[1].start_s, FOUND.slides[1].settled_s - 2)
    following = asyncio.create_task(pictures.follow(lambda: (FOUND.slides[0], changed)))
    await until_taken(pictures, 2)
    following.cancel()
    first, second = (written_at(tmp_path / "work" / f"{number}.webp") for number in (1, 2))
    facts = await write_slides(FOUND, tmp_path, rung, DURATION_S, pictures=pictures)
    assert written_at(tmp_path / "slides" / "1.webp") == first
    assert written_at(tmp_path / "slides" / "2.webp") != second
    assert facts.slide_count == 3
    page = parse_slides_json((tmp_path / "slides.json").read_bytes())
    read = TITLES if find_tesseract() else ("Slide 1", "Slide 2", "Slide 3")
    assert tuple(slide.title for slide in page.slides) == read
    assert not (tmp_path / "work").exists()


async def test_a_slide_waits_for_its_segment(rung: Path, tmp_path: Path) -> None:
    growing = tmp_path / "high"
    growing.mkdir()
    shutil.copy(rung / "init.mp4", growing)
    pictures = SlidePictures(tmp_path / "work", growing)
    await pictures.begin()
    following = asyncio.create_task(pictures.follow(lambda: FOUND.slides[:1]))
    await asyncio.sleep(1.5)
    assert pictures.taken == 0
    shutil.copytree(rung, growing, dirs_exist_ok=True)
    await until_taken(pictures, 1)
    following.cancel()


async def until_taken(pictures: SlidePictures, count: int) -> None:
    async with asyncio.timeout(60):
        while pictures.taken < count:  # noqa: ASYNC110 - it counts, and tells nobody
            await asyncio.sleep(0.05)


def written_at(path: Path) -> int:
    return path.stat().st_mtime_ns
