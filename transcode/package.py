"""Make a package: the whole HLS tree of a lecture, from one or two recorded tracks.

The tree (`index.m3u8` is the name players and servers rely on):

    index.m3u8                    multivariant playlist
    still|low|medium|high|audio/  index.m3u8, init.mp4, 0.m4s, 1.m4s, ...
                                  iframes.m3u8 where it is the cheapest of its size
    poster.jpg, storyboard.jpg, storyboard.vtt     where there is a picture
    package.json                  the facts of this page's `Package`
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import msgspec

from transcode.errors import UnreadableMedia
from transcode.graph import (
    AUDIO_FOLDER,
    INIT_NAME,
    POSTER_NAME,
    SCRATCH_PLAYLIST,
    STORYBOARD_NAME,
    EncodePlan,
    Track,
    encode_arguments,
)
from transcode.grid import segment_starts_s
from transcode.hls.boxes import codec_name, read_fragments, timescale
from transcode.hls.iframes import read_iframes, rungs_with_iframes
from transcode.hls.playlists import (
    GROWING_TARGET_S,
    MediaTrack,
    Segment,
    Variant,
    media_playlist,
    multivariant_playlist,
)
from transcode.ladder import Rendition, plan_ladder
from transcode.limits import encoding
from transcode.locator import locate_ffmpeg
from transcode.media import Source, TrackRole
from transcode.probe import probe
from transcode.process import EncoderProgress, run
from transcode.publish import sync_tree, write_text_file
from transcode.rest import join_rest, segment_files
from transcode.storyboard import StoryboardPlan, plan_storyboard, storyboard_vtt

INDEX_NAME = "index.m3u8"
FACTS_NAME = "package.json"
STORYBOARD_VTT_NAME = "storyboard.vtt"
UNKNOWN_LANGUAGE = "und"  # BCP 47: nobody has said which
NICENESS = 10  # serving a class comes before making the next lecture


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the encoder is."""

    fraction: float  # 0 to 1
    media_s: float
    speed: float | None  # media seconds per wall second; None while unknown


@dataclass(frozen=True, slots=True)
class RenditionFacts:
    """One rung as it was made; of the sound, the picture's facts are 0."""

    name: str
    codec: str
    width_px: int
    height_px: int
    frame_rate: float
    average_bps: int
    peak_bps: int
    size_bytes: int


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


@dataclass(frozen=True, slots=True)
class Package:
    """A finished HLS tree. Written to `package.json` as it is."""

    duration_s: float
    wall_s: float
    cpu_s: float
    size_bytes: int  # of the files below the package's folder, this page excepted
    renditions: tuple[RenditionFacts, ...]  # the cheapest first
    audio: RenditionFacts | None
    poster: str | None
    storyboard: StoryboardFacts | None


async def make_package(
    sources: Sequence[Source],
    out: Path,
    *,
    on_progress: Callable[[Progress], None] | None = None,
) -> Package:
    """Make the HLS tree of `sources` in the folder `out`, which must not exist or be empty.

    When this returns, every file is complete and on the disk. Raises UnreadableMedia and
    RefusedMedia (sentences for the teacher), FfmpegFailed, FfmpegMissing, OSError; then, and when
    cancelled, nothing runs on, and a partial folder may remain.
    """
    began = time.monotonic()
    tracks = await _probe_all(sources)
    plan = plan_encode(tracks)
    ffmpeg = await locate_ffmpeg()
    await asyncio.to_thread(_make_folders, out, plan)

    def report(progress: EncoderProgress) -> None:
        if on_progress is not None:
            fraction = min(1.0, progress.media_s / plan.duration_s)
            on_progress(Progress(fraction, progress.media_s, progress.speed))

    arguments = encode_arguments(ffmpeg.path, plan)
    limits = encoding([track.info.path for track in tracks], out)
    finished = await run(arguments, report, niceness=NICENESS, folder=out, limits=limits)
    package = await asyncio.to_thread(_complete, out, plan)
    size_bytes = await asyncio.to_thread(sync_tree, out)
    package = replace(
        package,
        wall_s=time.monotonic() - began,
        cpu_s=finished.cpu_s,
        size_bytes=size_bytes,
    )
    await asyncio.to_thread(_write_facts, out, package)
    return package


def plan_encode(tracks: Sequence[Track]) -> EncodePlan:
    """What to encode of probed tracks, the earliest beginning at 0. Raises UnreadableMedia.

    The presenter's sound is preferred: a microphone beside the camera carries the voice, where a
    screen's own sound may be silence.
    """
    earliest_s = min(track.start_s for track in tracks)
    tracks = [replace(track, start_s=track.start_s - earliest_s) for track in tracks]
    shown = {track.role: track for track in tracks if track.info.video is not None}
    heard = {track.role: track for track in tracks if track.info.audio is not None}
    sound = heard.get(TrackRole.PRESENTER) or heard.get(TrackRole.PRESENTATION)
    presentation = shown.get(TrackRole.PRESENTATION)
    presenter = shown.get(TrackRole.PRESENTER)
    ladder = plan_ladder(
        presentation.info.video if presentation else None,
        presenter.info.video if presenter else None,
        has_sound=sound is not None,
    )
    duration_s = max(track.start_s + track.info.duration_s for track in tracks)
    if duration_s <= 0:
        raise UnreadableMedia("This recording has no length: nothing was recorded into it.")
    box = ladder.renditions[-1].box if ladder.renditions else None
    storyboard = plan_storyboard(duration_s, box.width_px, box.height_px) if box else None
    return EncodePlan(presentation, presenter, sound, ladder, storyboard, duration_s)


async def _probe_all(sources: Sequence[Source]) -> list[Track]:
    roles = [source.role for source in sources]
    if not sources or len(set(roles)) != len(roles):
        raise ValueError("one source of each role, and at least one")
    infos = [await probe(source.path) for source in sources]
    return [
        Track(info, source.role, source.start_offset_s)
        for source, info in zip(sources, infos, strict=True)
    ]


def _make_folders(out: Path, plan: EncodePlan) -> None:
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise FileExistsError(f"the folder {out} is not empty")
    for rung in plan.ladder.renditions:
        (out / rung.name).mkdir()
    if plan.ladder.audio:
        (out / AUDIO_FOLDER).mkdir()


def _complete(out: Path, plan: EncodePlan) -> Package:
    """Measure what ffmpeg wrote and write the playlists."""
    if plan.ladder.audio:
        join_rest(out / AUDIO_FOLDER, len(segment_starts_s(plan.duration_s)))
    audio = _measure(out, AUDIO_FOLDER) if plan.ladder.audio else None
    measured = [(rung, _measure(out, rung.name)) for rung in plan.ladder.renditions]
    variants = [
        Variant(track, rung.box.width_px, rung.box.height_px, rung.frame_rate)
        for rung, track in measured
    ]
    for track in [*(track for _, track in measured), *([audio] if audio else [])]:
        write_text_file(out / track.name / INDEX_NAME, media_playlist(track))
    iframes = [read_iframes(out / one.track.name, one) for one in rungs_with_iframes(variants)]
    for frames in iframes:
        write_text_file(out / frames.path, frames.playlist())
    listed = [frames.listed for frames in iframes]
    index = multivariant_playlist(variants, audio, iframes=listed, language=UNKNOWN_LANGUAGE)
    write_text_file(out / INDEX_NAME, index)
    renditions = tuple(_facts(track, rung) for rung, track in measured)
    return Package(
        duration_s=max(track.duration_s for track in [*(t for _, t in measured), *_some(audio)]),
        wall_s=0.0,
        cpu_s=0.0,
        size_bytes=0,
        renditions=renditions,
        audio=_facts(audio, None) if audio else None,
        poster=POSTER_NAME if plan.storyboard else None,
        storyboard=_write_storyboard(out, plan.storyboard, plan.duration_s),
    )


def _measure(out: Path, folder: str) -> MediaTrack:
    """Read a track back from the disk; ffmpeg's scratch playlist goes."""
    init = (out / folder / INIT_NAME).read_bytes()
    (out / folder / SCRATCH_PLAYLIST).unlink(missing_ok=True)
    ticks_per_s = timescale(init)
    found = [(path.name, read_fragments(path)) for path in segment_files(out / folder)]
    segments = tuple(
        Segment(name, fragments.duration_ticks / ticks_per_s, fragments.size_bytes)
        for name, fragments in found
    )
    return MediaTrack(
        folder,
        codec_name(init),
        INIT_NAME,
        len(init),
        segments,
        least_target_s=GROWING_TARGET_S,
    )


def _facts(track: MediaTrack, rung: Rendition | None) -> RenditionFacts:
    return RenditionFacts(
        name=track.name,
        codec=track.codec,
        width_px=rung.box.width_px if rung else 0,
        height_px=rung.box.height_px if rung else 0,
        frame_rate=float(rung.frame_rate if rung else Fraction(0)),
        average_bps=track.average_bps,
        peak_bps=track.peak_bps,
        size_bytes=track.size_bytes,
    )


def _write_storyboard(
    out: Path, plan: StoryboardPlan | None, duration_s: float
) -> StoryboardFacts | None:
    if plan is None:
        return None
    write_text_file(out / STORYBOARD_VTT_NAME, storyboard_vtt(plan, duration_s, STORYBOARD_NAME))
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


def _some(track: MediaTrack | None) -> list[MediaTrack]:
    return [track] if track else []


def _write_facts(out: Path, package: Package) -> None:
    facts = msgspec.json.format(msgspec.json.encode(package), indent=2).decode()
    write_text_file(out / FACTS_NAME, facts + "\n")
    sync_tree(out)
