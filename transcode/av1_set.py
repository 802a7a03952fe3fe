"""Make the AV1 set of a lecture, beside a package that is complete: fewer bytes, the same rungs.

From the recording again and not from the H.264 rungs: what these have lost would be lost twice. One
rung after the other but for the slowest, because an encoder of AV1 holds many pictures in memory
(two of 15 frames a second took 1.35 GB). The sound, the slides and all else are the package's; its
rungs stay as they are.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from transcode.av1_ladder import av1_ladder
from transcode.av1_trial import av1_fault
from transcode.encoding import Encoding, Pace, Progress
from transcode.errors import EncoderMissing
from transcode.growing_track import GrowingTrack
from transcode.hls.iframes import read_iframes, rungs_with_iframes
from transcode.hls.joined_index import sound_folders, with_set
from transcode.hls.playlists import MediaTrack
from transcode.ladder import Rendition
from transcode.locator import Ffmpeg, locate_ffmpeg
from transcode.look import look_into
from transcode.media import Source
from transcode.package import RenditionFacts, rendition_facts
from transcode.packager import Growth, Packager
from transcode.picture_content import UNSEEN_CAMERA, UNSEEN_SCREEN
from transcode.picture_look import look_at_picture
from transcode.plan import EncodePlan, Track, plan_encode
from transcode.publish import sync_tree, write_text_file
from transcode.tree import ALL_CODECS_NAME, FACTS_NAME, INDEX_NAME, LOOK_FOLDER, WORK_FOLDER
from transcode.work import begin, take_up, write_plan

# Rungs of so few frames a second are made together: their encoders need little memory, and the
# recording is decoded once less.
TOGETHER_UP_TO = 2.5
NICENESS = 19  # everything else on the machine comes first


@dataclass(frozen=True, slots=True)
class Av1Facts:
    """The set as it was made; it is `av1` in `package.json`."""

    wall_s: float  # of the call that completed it
    cpu_s: float
    size_bytes: int
    renditions: tuple[RenditionFacts, ...]  # the cheapest first


async def make_av1_set(
    sources: Sequence[Source],
    package: Path,
    out: Path,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Av1Facts:
    """Make the AV1 set to the complete `package` of `sources` in the folder `out`.

    Then `out` has the set's rungs (`av1-low/`, …) and what the package's index and facts are to be
    replaced by when they lie beside its own; nothing is written into `package`. `out` must not
    exist, be empty, or hold what an earlier call left unfinished: then this one goes on there.

    Raises EncoderMissing, and what `make_package` raises. A recording without a picture has no set.
    """
    began = time.monotonic()
    ffmpeg = await require_av1()
    tracks, _ = await look_into(sources)
    plan = await _begun(tracks, out, ffmpeg)
    cpu_s = await _encode(ffmpeg.path, plan, out, on_progress)
    return await asyncio.to_thread(_finish, plan, package, out, time.monotonic() - began, cpu_s)


async def require_av1() -> Ffmpeg:
    """The ffmpeg, if it can make a set. Raises EncoderMissing, FfmpegMissing, OSError."""
    ffmpeg = await locate_ffmpeg()
    if fault := await av1_fault(ffmpeg):
        raise EncoderMissing(f"{ffmpeg.path} makes no AV1: {fault}")
    return ffmpeg


async def _begun(tracks: Sequence[Track], out: Path, ffmpeg: Ffmpeg) -> EncodePlan:
    """The plan as an earlier call began it, or begun now."""
    plan = replace(plan_encode(tracks), has_taps=False)
    taken_up = await asyncio.to_thread(take_up, out, plan, ffmpeg.version)
    if taken_up is not None:
        return taken_up
    await asyncio.to_thread(begin, out)
    content = None
    if plan.main:
        folder = out / WORK_FOLDER / LOOK_FOLDER
        content = await look_at_picture(ffmpeg.path, plan.main.info, folder, plan.expected_kind)
    seen = content or (UNSEEN_SCREEN if plan.presentation else UNSEEN_CAMERA)
    ladder = av1_ladder(plan_encode(tracks, content).ladder, seen.kind)
    plan = replace(plan, ladder=ladder)
    await asyncio.to_thread(write_plan, out, plan, ffmpeg.version)
    return plan


async def _encode(
    ffmpeg_path: str, plan: EncodePlan, out: Path, on_progress: Callable[[Progress], None]
) -> float:
    """Make the rungs, one after the other; the processor time it took."""
    whole, done, cpu_s = sum(map(_weight, plan.ladder.renditions)), 0.0, 0.0
    for rungs in runs(plan.ladder.renditions):
        share = sum(map(_weight, rungs)) / whole

        def report(now: Progress, done: float = done, share: float = share) -> None:
            on_progress(replace(now, fraction=done + share * now.fraction))

        part_plan = replace(plan, ladder=replace(plan.ladder, renditions=rungs))
        encoding = Encoding(
            ffmpeg_path=ffmpeg_path,
            plan=part_plan,
            packager=await asyncio.to_thread(Packager, out, part_plan),
            arrivals={},
            when_whole=_never,
            on_progress=report,
            on_growth=_nobody_looks,
            pace=Pace(slowest=0),  # nobody waits for these
            niceness=NICENESS,
        )
        await encoding.run()
        cpu_s, done = cpu_s + encoding.cpu_s, done + share
    return cpu_s


def runs(rungs: Sequence[Rendition]) -> list[tuple[Rendition, ...]]:
    """Which rungs are made together, in order. Pure."""
    slow = tuple(rung for rung in rungs if rung.frame_rate <= TOGETHER_UP_TO)
    return [*([slow] if slow else []), *((rung,) for rung in rungs if rung not in slow)]


def _weight(rung: Rendition) -> float:
    """What a rung costs beside others, roughly: its pixels a second."""
    return float(rung.box.width_px * rung.box.height_px * rung.frame_rate)


async def _never() -> EncodePlan:
    raise AssertionError("no source still arrives")


def _nobody_looks(growth: Growth) -> None:
    """The set is shown when it is whole."""


def _finish(plan: EncodePlan, package: Path, out: Path, wall_s: float, cpu_s: float) -> Av1Facts:
    packager = Packager(out, plan)
    packager.write_playlists((), plan.end_s, is_over=True)
    variants = packager.complete_variants(plan.end_s)
    iframes = [
        read_iframes(out / one.track.name, one).listed for one in rungs_with_iframes(variants)
    ]
    index = (package / ALL_CODECS_NAME).read_text("utf-8")
    sounds = {name: _sound(package / name) for name in sound_folders(index)}
    packager.close()
    facts = Av1Facts(
        wall_s=wall_s,
        cpu_s=cpu_s,
        size_bytes=sum(variant.track.size_bytes for variant in variants),
        renditions=tuple(
            rendition_facts(variant.track, rung)
            for variant, rung in zip(variants, plan.ladder.renditions, strict=True)
        ),
    )
    (out / INDEX_NAME).unlink()  # of this set alone; the package's own stays
    write_text_file(out / ALL_CODECS_NAME, with_set(index, variants, iframes, sounds))
    write_text_file(out / FACTS_NAME, _with_av1(package / FACTS_NAME, facts))
    sync_tree(out)
    return facts


def _sound(folder: Path) -> MediaTrack:
    described = GrowingTrack(folder).described()
    if described is None:
        raise FileNotFoundError(f"the package's sound {folder} is gone")
    return described


def _with_av1(package_facts: Path, facts: Av1Facts) -> str:
    """The facts of the package with those of the set; of a set that it has already, once."""
    whole = msgspec.json.decode(package_facts.read_bytes())
    former_bytes = (whole.get("av1") or {"size_bytes": 0})["size_bytes"]
    whole["size_bytes"] += facts.size_bytes - former_bytes
    whole["av1"] = facts
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"
