"""Write what was found into a package: pictures, `slides.json` and the chapters."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transcode.concurrently import concurrently
from transcode.grid import segment_starts_s
from transcode.locator import locate_ffmpeg
from transcode.publish import sync_tree
from transcode.slides.chapters import TitledSlide, chapters_vtt, numbered, plan_chapters
from transcode.slides.findings import Findings, Slide
from transcode.slides.pictures import drop_scratch, moment_of, take_picture, title_name
from transcode.slides.slides_json import ChapterEntry, SlideEntry, SlidesJson, slides_json
from transcode.slides.still_track import still_track_bps, still_track_vtt
from transcode.slides.titles import DEFAULT_LANGUAGES, find_tesseract, read_title

FOLDER_NAME = "slides"
JSON_NAME = "slides.json"
CHAPTERS_NAME = "chapters.vtt"
STILLS_NAME = "stills.vtt"
MOST_SLIDES = 1000  # a film that was taken for slides must not fill the disk


@dataclass(frozen=True, slots=True)
class SlidesFacts:
    """What was written."""

    json: str  # file names within the package
    chapters: str
    stills: str
    slide_count: int
    chapter_count: int
    titles_read: int  # of the slides; the others are numbered
    size_bytes: int  # of all pictures
    still_track_bps: int  # the large pictures, on average over the lecture


async def write_slides(
    found: Findings,
    out: Path,
    rung_folder: Path,
    duration_s: float,
    *,
    starts_s: Sequence[float] | None = None,
    languages: str = DEFAULT_LANGUAGES,
) -> SlidesFacts:
    """Write `slides/`, `chapters.vtt`, `stills.vtt` and `slides.json` into the package in `out`.

    The pictures are taken from the rung in `rung_folder` (`init.mp4`, `0.m4s`, ...), whose segments
    begin at `starts_s` (else on the grid of a lecture of `duration_s`). Each of the four appears
    complete or not at all, the JSON last; what an earlier call left is replaced. Takes
    a third of a second of processor for each slide, and a quarter more where tesseract is there.
    Raises FfmpegFailed, FfmpegMissing and OSError; then, and when cancelled, what was in `out` is
    as it was, and the folder `slides.new` may remain.
    """
    slides = [slide for slide in found.slides if slide.start_s < duration_s][:MOST_SLIDES]
    fresh = out / f"{FOLDER_NAME}.new"
    await asyncio.to_thread(_empty_folder, fresh)
    grid_s = segment_starts_s(duration_s) if starts_s is None else starts_s
    titles = await _take_pictures(slides, fresh, rung_folder, grid_s, duration_s, languages)
    ends_s = [*(slide.start_s for slide in slides), duration_s][1:]
    titled = [
        TitledSlide(number, slide.start_s, end_s, title)
        for number, (slide, end_s, title) in enumerate(zip(slides, ends_s, titles, strict=True), 1)
    ]
    return await asyncio.to_thread(_publish, out, fresh, titled, duration_s)


async def _take_pictures(
    slides: Sequence[Slide],
    folder: Path,
    rung_folder: Path,
    starts_s: Sequence[float],
    duration_s: float,
    languages: str,
) -> list[str | None]:
    """Both pictures of every slide; the titles that could be read from them."""
    ffmpeg = await locate_ffmpeg()
    tesseract = find_tesseract()
    titles: list[str | None] = []
    for number, slide in enumerate(slides, 1):
        moment = moment_of(slide.settled_s, starts_s, duration_s)
        taking = take_picture(ffmpeg.path, rung_folder, moment, folder, str(number))
        reading = _title(folder, number - 1, tesseract, languages)
        _, title = await concurrently(taking, reading)  # of the one before
        titles.append(title)
    titles.append(await _title(folder, len(slides), tesseract, languages))
    await asyncio.to_thread(drop_scratch, folder)
    return titles[1:]


async def _title(folder: Path, number: int, tesseract: str | None, languages: str) -> str | None:
    """What is read in the picture of slide `number`, which is deleted; before the first is none."""
    if number == 0:
        return None
    picture = folder / title_name(str(number))
    title = await read_title(picture, tesseract, languages) if tesseract else None
    await asyncio.to_thread(picture.unlink)
    return title


def _publish(
    out: Path, fresh: Path, titled: Sequence[TitledSlide], duration_s: float
) -> SlidesFacts:
    chapters = plan_chapters(titled, duration_s)
    entries = tuple(_entry(slide, fresh) for slide in titled)
    size_bytes = sync_tree(fresh)
    (out / JSON_NAME).unlink(missing_ok=True)  # it names pictures that go now
    shutil.rmtree(out / FOLDER_NAME, ignore_errors=True)
    fresh.rename(out / FOLDER_NAME)
    _write_whole(out / CHAPTERS_NAME, chapters_vtt(chapters))
    _write_whole(out / STILLS_NAME, still_track_vtt(entries))
    chapter_entries = tuple(ChapterEntry(c.start_s, c.end_s, c.title) for c in chapters)
    _write_whole(out / JSON_NAME, slides_json(SlidesJson(duration_s, entries, chapter_entries)))
    sync_tree(out / FOLDER_NAME)  # again, for the folder that holds all four
    read = sum(slide.title is not None for slide in titled)
    return SlidesFacts(
        json=JSON_NAME,
        chapters=CHAPTERS_NAME,
        stills=STILLS_NAME,
        slide_count=len(entries),
        chapter_count=len(chapters),
        titles_read=read,
        size_bytes=size_bytes,
        still_track_bps=still_track_bps(entries, duration_s),
    )


def _entry(slide: TitledSlide, folder: Path) -> SlideEntry:
    picture, small = f"{slide.number}.webp", f"{slide.number}-small.webp"
    return SlideEntry(
        start_s=slide.start_s,
        end_s=slide.end_s,
        picture=f"{FOLDER_NAME}/{picture}",
        picture_bytes=(folder / picture).stat().st_size,
        small=f"{FOLDER_NAME}/{small}",
        small_bytes=(folder / small).stat().st_size,
        title=slide.title or numbered(slide.number),
    )


def _empty_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _write_whole(path: Path, text: str) -> None:
    """Write a file under another name, bring it to the disk, and give it its name."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
