"""What a recording will ask of the machine: its length, its kind, its bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

from transcode.errors import TranscodeError
from transcode.media import MediaInfo, Source
from transcode.probe import probe

HEIGHT_CLASSES_PX = (360, 540, 720, 1080)  # of the shorter side; speeds differ by them

GUESSED_S = 45 * 60.0  # a lesson
GUESSED_BYTES = 1 << 40  # more than any: then the length decides how much room is needed


@dataclass(frozen=True, slots=True)
class Weight:
    """What is known of a recording before it is encoded."""

    media_s: float
    content: str  # such as "presentation-1080+presenter-720"
    source_bytes: int
    is_guess: bool = False  # of a recording that still arrives


async def weigh(sources: Sequence[Source]) -> Weight:
    """Look into the recording. One that cannot be used weighs nothing: its job will say why.

    Reads the files once (`transcode.probe`).
    """
    try:
        infos = [await probe(source.path) for source in sources]
    except (TranscodeError, OSError):
        return Weight(0.0, "", 0)
    if not infos:
        return Weight(0.0, "", 0)
    begins_s = [source.start_offset_s for source in sources]
    ends_s = [begin_s + info.duration_s for begin_s, info in zip(begins_s, infos, strict=True)]
    return Weight(
        media_s=max(ends_s) - min(begins_s),
        content="+".join(
            sorted(_kind(source, info) for source, info in zip(sources, infos, strict=True))
        ),
        source_bytes=sum(info.size_bytes for info in infos),
    )


def guess(announced_bytes: Sequence[int | None]) -> Weight:
    """What is supposed of a recording that still arrives; None: a length nobody knows yet."""
    known = [length for length in announced_bytes if length is not None]
    is_known = len(known) == len(announced_bytes)
    return Weight(GUESSED_S, "", sum(known) if is_known else GUESSED_BYTES, is_guess=True)


def _kind(source: Source, info: MediaInfo) -> str:
    if info.video is None:
        return "sound"
    shorter_px = min(info.video.width_px, info.video.height_px)
    height_px = next((each for each in HEIGHT_CLASSES_PX if shorter_px <= each), 2160)
    return f"{source.role}-{height_px}"
