"""The pictures that stand for the lecture, out of what the encoder left in the working folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from transcode.ladder import Rendition
from transcode.limits import encoding
from transcode.process import run
from transcode.publish import write_text_file
from transcode.storyboard import (
    THUMBNAIL_EVERY_S,
    StoryboardPlan,
    plan_storyboard,
    storyboard_vtt,
)
from transcode.tree import (
    INIT_NAME,
    POSTER_NAME,
    STORYBOARD_NAME,
    STORYBOARD_VTT_NAME,
    THUMBNAILS_FOLDER,
    later_inits,
    segment_files,
)

POSTER_LONG_SIDE_PX = 1280
POSTER_CANDIDATES = 12  # key frames, a minute of lecture, among which the most telling is chosen


@dataclass(frozen=True, slots=True)
class StoryboardFacts:
    """The sheet of small pictures; picture k shows the lecture at k x `interval_s`."""

    image: str  # file names within the package
    vtt: str
    interval_s: int
    count: int
    columns: int
    rows: int
    width_px: int  # of one picture
    height_px: int


async def make_small_pictures(
    ffmpeg_path: str, work: Path, out: Path, rung: Rendition, duration_s: float
) -> StoryboardFacts:
    """Put the poster, the storyboard and its WebVTT file into `out`, where `rung` is complete.

    Raises FfmpegFailed, OSError.
    """
    plan = plan_storyboard(duration_s, rung.box)
    _fill_gaps(work / THUMBNAILS_FOLDER, plan)
    for arguments in (
        _sheet_arguments(ffmpeg_path, plan),
        _poster_arguments(ffmpeg_path, out / rung.name),
    ):
        await run(arguments, folder=work, niceness=10, limits=encoding([out], work))
    for name in (POSTER_NAME, STORYBOARD_NAME):
        (work / name).replace(out / name)
    vtt = storyboard_vtt(plan, duration_s, STORYBOARD_NAME)
    write_text_file(out / STORYBOARD_VTT_NAME, vtt)
    return StoryboardFacts(
        image=STORYBOARD_NAME,
        vtt=STORYBOARD_VTT_NAME,
        interval_s=plan.interval_s,
        count=plan.count,
        columns=plan.columns,
        rows=plan.rows,
        width_px=plan.width_px,
        height_px=plan.height_px,
    )


def _fill_gaps(folder: Path, plan: StoryboardPlan) -> None:
    """Put the one before in the place of a picture that a crash left out."""
    found = sorted(folder.glob("*.jpg"), key=lambda path: int(path.stem))
    last = found[0] if found else None
    for number in range(plan.count * plan.interval_s // THUMBNAIL_EVERY_S):
        path = folder / f"{number}.jpg"
        if last is not None and not path.exists():
            shutil.copyfile(last, path)
        last = path


def _sheet_arguments(ffmpeg_path: str, plan: StoryboardPlan) -> list[str]:
    every = plan.interval_s // THUMBNAIL_EVERY_S
    sheet = f"tile={plan.columns}x{plan.rows}:nb_frames={plan.count}"
    thumbnails = ["-f", "image2", "-start_number", "0", "-i", f"file:{THUMBNAILS_FOLDER}/%d.jpg"]
    picture = f"select=not(mod(n\\,{every})),{sheet}"
    return [ffmpeg_path, "-y", *thumbnails, "-vf", picture, *_jpeg(STORYBOARD_NAME, 6)]


def _poster_arguments(ffmpeg_path: str, rung_folder: Path) -> list[str]:
    """The key frames of the first segments; no other frame is decoded."""
    # behind another encoder's init segment they would need that
    ends = [POSTER_CANDIDATES, *(number for number, _ in later_inits(rung_folder))]
    parts = [rung_folder / INIT_NAME, *segment_files(rung_folder)[: min(ends)]]
    names = "|".join(f"../{rung_folder.name}/{part.name}" for part in parts)
    rung = ["-protocol_whitelist", "file,concat", "-skip_frame", "nokey", "-f", "mp4"]
    long = POSTER_LONG_SIDE_PX
    fit = f"scale=w='min({long},iw)':h='min({long},ih)':force_original_aspect_ratio=decrease"
    picture = f"thumbnail={POSTER_CANDIDATES},{fit}:force_divisible_by=2:out_range=pc"
    return [
        ffmpeg_path, "-y", *rung, "-i", f"concat:{names}",
        "-vf", f"{picture},format=yuvj420p", *_jpeg(POSTER_NAME, 4),
    ]  # fmt: skip


def _jpeg(name: str, quality: int) -> list[str]:
    """One picture; `quality` is mjpeg's own, 2 (best) to 31."""
    image = ["-f", "image2", "-update", "1", "-c:v", "mjpeg", "-q:v", str(quality)]
    return ["-loglevel", "warning", "-frames:v", "1", "-map_metadata", "-1", *image, f"file:{name}"]
