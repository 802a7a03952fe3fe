"""Make a package: the whole HLS tree of a lecture (see `tree.py`), from one or two recorded tracks.

While it is made, what is complete of it can be played. What was complete when a process died is
kept by the next one, if it is given the same folder.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import msgspec

from transcode.arrival import Arrival
from transcode.concurrently import concurrently
from transcode.copied_rung import copy_rung
from transcode.encoding import NICENESS, Encoding
from transcode.encoding import Pace as Pace
from transcode.encoding import Progress as Progress  # a part of this module's face, as are others
from transcode.extras import Extras, add_extras, taking_slides
from transcode.hardware import usable_hardware
from transcode.hardware_encoder import HardwareEncoder
from transcode.hardware_rungs import wants_hardware, with_hardware
from transcode.hls.playlists import MediaTrack
from transcode.ladder import Rendition
from transcode.locator import Ffmpeg, locate_ffmpeg
from transcode.look import look_into
from transcode.media import Source
from transcode.packager import Growth as Growth
from transcode.packager import Packager
from transcode.picture_content import UNSEEN_CAMERA, UNSEEN_SCREEN, PictureContent
from transcode.picture_look import look_at_beginning, look_at_picture
from transcode.plan import EncodePlan, Track, plan_encode, replan
from transcode.publish import sync_tree, write_text_file
from transcode.slides.watcher import Watcher, watching
from transcode.slides.write_slides import SlidesFacts
from transcode.small_pictures import StoryboardFacts
from transcode.sound.downmix import Downmix
from transcode.sound.loudness import Loudness, first_downmix, measure_loudness
from transcode.sound.report import SoundFacts
from transcode.sound_encoder import without_missing
from transcode.storyboard import ANALYSED_RATE, analysed_box
from transcode.tree import FACTS_NAME as FACTS_NAME
from transcode.tree import FRAMES_FOLDER, LOOK_FOLDER, POSTER_NAME, WORK_FOLDER
from transcode.tree import INDEX_NAME as INDEX_NAME
from transcode.work import begin, take_up, write_plan


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
class Package:
    """A finished HLS tree. Written to `package.json` as it is."""

    duration_s: float
    wall_s: float
    cpu_s: float
    size_bytes: int  # of the files below the package's folder, this page excepted
    renditions: tuple[RenditionFacts, ...]  # the cheapest first
    audio: RenditionFacts | None  # that every player decodes
    other_audio: tuple[RenditionFacts, ...]  # the same in other codecs
    poster: str | None
    storyboard: StoryboardFacts | None
    slides: SlidesFacts | None
    sound: SoundFacts | None


async def make_package(
    sources: Sequence[Source],
    out: Path,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_growth: Callable[[Growth], None] = lambda _: None,
    pace: Pace = Pace(),  # noqa: B008 - it cannot change
    hardware: Callable[[Ffmpeg], Awaitable[HardwareEncoder | None]] = usable_hardware,
    niceness: int = NICENESS,
) -> Package:
    """Make the HLS tree of `sources` in the folder `out`.

    The folder must not exist, be empty, or hold what an earlier call for the same sources left
    unfinished; then this one goes on at the last complete segment. Sources with an `arrival` are
    read while they arrive. `on_growth` is called when there is more to play.

    When this returns, every file is complete and on the disk. Raises UnreadableMedia and
    RefusedMedia (sentences for the teacher), FfmpegFailed, FfmpegMissing, OSError; then, and when
    cancelled, nothing runs on, and a partial folder may remain.
    """
    began = time.monotonic()
    (tracks, arrivals), ffmpeg = await concurrently(look_into(sources), locate_ffmpeg())
    plan = await _begun(tracks, out, ffmpeg, arrivals)

    async def plan_whole() -> EncodePlan:
        whole, _ = await look_into([replace(source, arrival=None) for source in sources])
        return replan(plan, whole)

    encoding = Encoding(
        ffmpeg_path=ffmpeg.path,
        plan=plan,
        packager=await asyncio.to_thread(Packager, out, plan),
        arrivals=arrivals,
        when_whole=plan_whole,
        on_progress=on_progress,
        on_growth=on_growth,
        pace=pace,
        hardware=await hardware(ffmpeg) if wants_hardware(plan.ladder) else None,
        niceness=niceness,
    )
    packager = encoding.packager
    async with _watching(plan, packager.work) as watcher:
        async with taking_slides(plan, packager.work, out, watcher) as pictures:
            if not arrivals:
                encoding.cpu_s += await copy_rung(ffmpeg.path, plan, packager)
            plan = await encoding.run()
        extras = await add_extras(ffmpeg.path, plan, packager.work, out, watcher, pictures)
    wall_s = time.monotonic() - began
    return await asyncio.to_thread(_finish, packager, plan, extras, wall_s, encoding.cpu_s)


async def _begun(
    tracks: Sequence[Track], out: Path, ffmpeg: Ffmpeg, arrivals: Mapping[Path, Arrival]
) -> EncodePlan:
    """The plan as an earlier call began it, or begun now, after a look at what is there."""
    plan = plan_encode(tracks)
    taken_up = await asyncio.to_thread(take_up, out, plan, ffmpeg.version)
    if taken_up is not None:
        return taken_up
    await asyncio.to_thread(begin, out)
    folder = out / WORK_FOLDER / LOOK_FOLDER
    looking = _content(ffmpeg.path, plan, folder, arrivals)
    content, heard = await concurrently(looking, _heard(plan, arrivals))
    plan = replace(plan_encode(tracks, content), loudness=heard[0], downmix=heard[1])
    seen = content or (UNSEEN_SCREEN if plan.presentation else UNSEEN_CAMERA)
    ladder = without_missing(with_hardware(plan.ladder, seen.kind), ffmpeg.encoders)
    plan = replace(plan, ladder=ladder)
    await asyncio.to_thread(write_plan, out, plan, ffmpeg.version)
    return plan


async def _content(
    ffmpeg_path: str, plan: EncodePlan, folder: Path, arrivals: Mapping[Path, Arrival]
) -> PictureContent | None:
    if plan.main is None:
        return None
    info, expected = plan.main.info, plan.expected_kind
    if (arrival := arrivals.get(info.path)) is None:
        return await look_at_picture(ffmpeg_path, info, folder, expected)
    seen_bytes = await arrival.wait_beyond(0) or info.size_bytes  # its first bytes are there
    return await look_at_beginning(ffmpeg_path, info, folder, expected, seen_bytes)


async def _heard(
    plan: EncodePlan, arrivals: Mapping[Path, Arrival]
) -> tuple[Loudness | None, Downmix]:
    """How loud the sound is, if all of it is there; else how one channel is made of it."""
    if plan.sound is None or plan.sound.info.audio is None:
        return None, Downmix.MEAN
    info, audio = plan.sound.info, plan.sound.info.audio
    if (arrival := arrivals.get(info.path)) is None and not arrivals:
        loudness = await measure_loudness(info.path, info.demuxer, audio.index, audio.channels)
        return loudness, loudness.downmix
    seen_bytes = await arrival.wait_beyond(0) if arrival else None
    return None, await first_downmix(info, audio, seen_bytes or info.size_bytes)


@asynccontextmanager
async def _watching(plan: EncodePlan, work: Path) -> AsyncIterator[Watcher | None]:
    """Look for slides in what the encoder leaves in the working folder, if there is a picture."""
    if not plan.ladder.renditions:
        yield None
        return
    box = analysed_box(plan.ladder.renditions[-1].box)
    frames = work / FRAMES_FOLDER
    await asyncio.to_thread(frames.mkdir, exist_ok=True)
    rate, expected = float(ANALYSED_RATE), plan.expected_kind
    async with watching(frames, box.width_px, box.height_px, rate, expected) as watcher:
        yield watcher


def _finish(
    packager: Packager, plan: EncodePlan, extras: Extras, wall_s: float, cpu_s: float
) -> Package:
    packager.close()
    out = packager.out
    rungs = [(rung, packager.rungs[rung.name].described()) for rung in plan.ladder.renditions]
    sounds = [found for sound in packager.sounds.values() if (found := sound.described())]
    tracks = [*(track for _, track in rungs if track is not None), *sounds]
    package = Package(
        duration_s=max(track.duration_s for track in tracks),
        wall_s=wall_s,
        cpu_s=cpu_s,
        size_bytes=sync_tree(out),
        renditions=tuple(
            rendition_facts(track, rung) for rung, track in rungs if track is not None
        ),
        audio=rendition_facts(sounds[0], None) if sounds else None,
        other_audio=tuple(rendition_facts(sound, None) for sound in sounds[1:]),
        poster=POSTER_NAME if extras.storyboard else None,
        storyboard=extras.storyboard,
        slides=extras.slides,
        sound=extras.sound,
    )
    text = msgspec.json.format(msgspec.json.encode(package), indent=2).decode()
    write_text_file(out / FACTS_NAME, text + "\n")
    sync_tree(out)
    return package


def rendition_facts(track: MediaTrack, rung: Rendition | None) -> RenditionFacts:
    """What is said of a rung, or (None) of the sound, in `package.json`."""
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
