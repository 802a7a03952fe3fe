"""Look into all tracks of a lecture, those that still arrive included."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from transcode.arrival import Arrival
from transcode.media import MediaInfo, Source
from transcode.plan import Track
from transcode.probe import probe, probe_head

FIRST_LOOK_BYTES = 1 << 12  # speech alone has a second in it, which is the least to go by


async def look_into(sources: Sequence[Source]) -> tuple[list[Track], Mapping[Path, Arrival]]:
    """What is in each source, and which of them are to be read as they arrive.

    Waits for the first bytes of those that arrive; for all of them where nothing can be made of the
    first (an MP4 with its index at the end). Raises UnreadableMedia, RefusedMedia, OSError,
    and what keeps the rest from arriving; ValueError unless there is one source of each role.
    """
    roles = [source.role for source in sources]
    if not sources or len(set(roles)) != len(roles):
        raise ValueError("one source of each role, and at least one")
    looked = [await _look(source) for source in sources]
    tracks = [
        Track(info, source.role, source.start_offset_s)
        for source, (info, _) in zip(sources, looked, strict=True)
    ]
    return tracks, {info.path: arrival for info, arrival in looked if arrival is not None}


async def _look(source: Source) -> tuple[MediaInfo, Arrival | None]:
    enough, seen = FIRST_LOOK_BYTES, 0
    while source.arrival is not None:
        available = await source.arrival.wait_beyond(seen)
        if available is None:
            break
        seen = available
        if seen < enough:
            continue
        info = await probe_head(source.path, seen)
        if info is not None and info.is_streamable:
            return info, source.arrival
        enough = 2 * seen  # each look reads everything again
    return await probe(source.path), None
