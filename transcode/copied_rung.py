"""Take a recording's own picture as the best rung, where it is what that rung would be.

It is copied before anything is encoded, which takes seconds, and then looked at: what does not lie
on the grid, or is dearer than the rung may be, is thrown away and encoded like the others.
"""

import asyncio
import logging
from bisect import bisect_left
from collections.abc import Sequence

from transcode.errors import FfmpegFailed
from transcode.grid import FIRST_SEGMENT_S, SEGMENT_S, segment_starts_s
from transcode.hls.playlists import MediaTrack
from transcode.ladder import Box, Rendition
from transcode.limits import encoding
from transcode.packager import Packager
from transcode.plan import EncodePlan
from transcode.probe import AUDIO_CODECS, MAX_STREAMS, VIDEO_CODECS
from transcode.process import run
from transcode.stretch import Stretch
from transcode.tree import INIT_NAME, SCRATCH_FOLDER, SCRATCH_PLAYLIST
from transcode.watchdog import encode_cap_s

logger = logging.getLogger(__name__)
# What the ladder's encoder writes too: every browser plays these.
PROFILES = {"Constrained Baseline", "Main", "High"}
CONTAINERS = {"mov", "matroska"}  # that say when a frame is shown, and for how long
NEAR_S = 0.005  # time stamps of Matroska are whole milliseconds
NICENESS = 10


def may_be_copied(plan: EncodePlan) -> bool:
    """Whether the only picture is H.264 as the best rung may be: its shape, its rate, its size, a
    closed group at each segment's start, and no picture that is coded before its turn. Pure."""
    track = plan.main
    if track is None or track.info.video is None or len(plan.ladder.renditions) < 2:
        return False
    video, (*_, below, top) = track.info.video, plan.ladder.renditions
    is_alone = plan.presentation is None or plan.presenter is None
    is_plain = video.codec == "h264" and video.profile in PROFILES
    is_plain = is_plain and video.pixel_format == "yuv420p" and not video.is_interlaced
    keeps_shape = video.rotation_degrees == 0 and video.sequence_headers == 1
    fits = Box(video.width_px, video.height_px) == top.box
    in_order = video.keys_are_idr and not video.has_b_frames
    fills = track.start_s == 0 and abs(video.end_s - plan.end_s) <= 1 / video.frame_rate
    return (
        (is_alone and is_plain and keeps_shape and fits and in_order and fills)
        and track.info.demuxer in CONTAINERS
        and video.frame_rate == top.frame_rate
        and below.peak_bps <= 8 * track.info.size_bytes / track.info.duration_s <= top.peak_bps
        and _has_all(video.key_frames_s, segment_starts_s(plan.end_s))
    )


async def copy_rung(ffmpeg_path: str, plan: EncodePlan, packager: Packager) -> float:
    """Make the best rung of the recording's own picture, if that can be; the processor's seconds.

    What was encoded of that rung is gone on with. Raises OSError.
    """
    top = plan.ladder.renditions[-1] if plan.ladder.renditions else None
    if top is None or not may_be_copied(plan):
        return 0.0
    wanted = len(segment_starts_s(plan.end_s))
    if 0 < packager.rungs[top.name].count < wanted:
        return 0.0
    cpu_s = 0.0
    try:
        if packager.rungs[top.name].count == 0:
            cpu_s = await _copy(ffmpeg_path, plan, packager, top)
    except FfmpegFailed as failed:
        logger.warning("the picture is encoded, for it could not be copied: %s", failed)
    made = packager.rungs[top.name].described()
    if made is None or not is_on_grid(made, plan.end_s) or made.peak_bps > top.peak_bps:
        await asyncio.to_thread(packager.begin_again, [top.name])
    return cpu_s


def is_on_grid(track: MediaTrack, end_s: float) -> bool:
    """Whether the segments are those of a lecture that ends at `end_s`. Pure."""
    starts_s, at_s = [], 0.0
    for segment in track.segments:
        starts_s.append(at_s)
        at_s += segment.duration_s
    wanted_s = segment_starts_s(end_s)
    return len(starts_s) == len(wanted_s) and all(
        abs(start_s - wanted) <= NEAR_S for start_s, wanted in zip(starts_s, wanted_s, strict=True)
    )


async def _copy(ffmpeg_path: str, plan: EncodePlan, packager: Packager, top: Rendition) -> float:
    stretch = Stretch(
        pictures_from=0,
        sound_from=0,
        rungs=(top.name,),
        with_pictures=False,
        with_sound=False,
        end_s=plan.end_s,
        pipes={},
    )
    await asyncio.to_thread(packager.prepare, stretch)
    paths = [track.info.path for track in plan.tracks]
    finished = await run(
        [ffmpeg_path, *_arguments(plan, f"{SCRATCH_FOLDER}/{top.name}")],
        niceness=NICENESS,
        folder=packager.work,
        limits=encoding(paths, packager.work),
        wall_cap_s=encode_cap_s(plan.end_s),
    )
    await asyncio.to_thread(lambda: packager.collect(stretch, is_over=True))
    return finished.cpu_s


def _arguments(plan: EncodePlan, folder: str) -> list[str]:
    """Its packets without messages that encoders and cameras leave between them (SEI units, type 6
    of ITU-T H.264, table 7-1), cut where the muxer cuts the sound of other lectures, too."""
    assert plan.main is not None  # noqa: S101 - the caller has looked
    assert plan.main.info.video is not None  # noqa: S101
    info = plan.main.info
    return [
        *("-loglevel", "warning", "-f", info.demuxer, "-protocol_whitelist", "file"),
        *("-codec_whitelist", ",".join(sorted(VIDEO_CODECS | AUDIO_CODECS))),
        *("-max_streams", str(MAX_STREAMS), "-i", f"file:{info.path}"),
        *("-map", f"0:{plan.main.info.video.index}", "-c", "copy"),
        *("-bsf:v", "filter_units=remove_types=6", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-fflags", "+bitexact", "-f", "hls", "-hls_segment_type", "fmp4"),
        *("-hls_init_time", str(FIRST_SEGMENT_S), "-hls_time", str(SEGMENT_S)),
        *("-hls_flags", "temp_file", "-hls_list_size", "1", "-hls_fmp4_init_filename", INIT_NAME),
        *("-hls_segment_options", "use_editlist=0:movflags=+skip_sidx"),
        *("-hls_segment_filename", f"{folder}/%d.m4s", f"file:{folder}/{SCRATCH_PLAYLIST}"),
    ]


def _has_all(key_frames_s: Sequence[float], starts_s: Sequence[float]) -> bool:
    """Whether there is a key frame at each start."""

    def is_near(start_s: float) -> bool:
        place = bisect_left(key_frames_s, start_s - NEAR_S)
        return place < len(key_frames_s) and key_frames_s[place] <= start_s + NEAR_S

    return all(is_near(start_s) for start_s in starts_s)
