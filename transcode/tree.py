"""The names in a package's folder, and in the working folder inside it while it is made.

index.m3u8                    multivariant playlist of H.264 and AAC; players rely on the name
all-codecs.m3u8               the same and more: with Opus, and the AV1 set if there is one
still|low|...|high|audio|opus/  index.m3u8, init.mp4, 0.m4s, 1.m4s, ...
                              init-7.mp4 where another encoder has made it from segment 7 on
av1-still|av1-low|.../        the AV1 set, if there is one
poster.jpg, storyboard.jpg, storyboard.vtt     where there is a picture
package.json                  the facts, when all is made

.work/plan.txt                what is being made: an encode goes on only with the same plan
.work/scratch/                where ffmpeg writes, emptied before each stretch
.work/thumbnails/0.jpg, ...   a picture every 2 s
"""

from pathlib import Path

INDEX_NAME = "index.m3u8"
ALL_CODECS_NAME = "all-codecs.m3u8"
INIT_NAME = "init.mp4"
AUDIO_FOLDER = "audio"
FACTS_NAME = "package.json"
POSTER_NAME = "poster.jpg"
STORYBOARD_NAME = "storyboard.jpg"
STORYBOARD_VTT_NAME = "storyboard.vtt"

WORK_FOLDER = ".work"
PLAN_NAME = "plan.json"
SCRATCH_FOLDER = "scratch"
SCRATCH_PLAYLIST = "ffmpeg.m3u8"  # the muxer insists on one; we write our own
THUMBNAILS_FOLDER = "thumbnails"
FRAMES_FOLDER = "frames"
LOOK_FOLDER = "look"


def segment_name(number: int) -> str:
    """The file of segment `number`, from 0, within its track's folder."""
    return f"{number}.m4s"


def later_init_name(number: int) -> str:
    """The init segment that holds from segment `number` on, where another encoder went on."""
    return f"init-{number}.mp4"


def later_inits(folder: Path) -> list[tuple[int, Path]]:
    """Those in a track's folder, with the segments from which they hold, in order."""
    found = ((int(path.stem.removeprefix("init-")), path) for path in folder.glob("init-*.mp4"))
    return sorted(found)


def segment_files(folder: Path) -> list[Path]:
    """The complete media segments in a track's folder, in the order in which they play."""
    return sorted(folder.glob("*.m4s"), key=lambda path: int(path.stem))
