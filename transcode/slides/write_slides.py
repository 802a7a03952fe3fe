"""Write what was found into a package: pictures, `slides.json` and the chapters."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transcode.grid import segment_starts_s
from transcode.publish import sync_tree
from transcode.slides.chapters import TitledSlide, chapters_vtt, numbered, plan_chapters
from transcode.slides.findings import Findings
from transcode.slides.slide_pictures import SlidePictures
from transcode.slides.slides_json import ChapterEntry, SlideEntry, SlidesJson, slides_json
from transcode.slides.still_track import still_track_bps, still_track_vtt

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
    pictures: SlidePictures | None = None,
) -> SlidesFacts:
    """Write `slides/`, `chapters.vtt`, `stills.vtt` and `slides.json` into the package in `out`.

    The pictures are taken from the rung in `rung_folder` (`init.mp4`, `0.m4s`, ...), whose segments
    begin at `starts_s` (else on the grid of a lecture of `duration_s`); `pictures` are those that
    were taken meanwhile, in a folder on the same disk. Each of the four appears
    complete or not at all, the JSON last; what an earlier call left is replaced. Takes
    a third of a second of processor for each slide, and a quarter more where tesseract is there.
    Raises FfmpegFailed, FfmpegMissing and OSError; then, and when cancelled, what was in `out` is
    as it was, and the folder `slides.new` may remain.
    """
    slides = [slide for slide in found.slides if slide.start_s < duration_s][:MOST_SLIDES]
    if pictures is None:
        pictures = SlidePictures(out / f"{FOLDER_NAME}.new", rung_folder)
        await pictures.begin()
    grid_s = segment_starts_s(duration_s) if starts_s is None else starts_s
    titles = await pictures.take(slides, grid_s, duration_s)
    ends_s = [*(slide.start_s for slide in slides), duration_s][1:]
    titled = [
        TitledSlide(number, slide.start_s, end_s, title)
        for number, (slide, end_s, title) in enumerate(zip(slides, ends_s, titles, strict=True), 1)
    ]
    return await asyncio.to_thread(_publish, out, pictures.folder, titled, duration_s)


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


def _write_whole(path: Path, text: str) -> None:
    """Write a file under another name, bring it to the disk, and give it its name."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
