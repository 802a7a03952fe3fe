"""The one ffmpeg command of a stretch: one decode, every rung, each sound, the small pictures.

Pure: a plan in, an argument list out; the only module that imports ffmpeg-python, which compiles
lists and nothing else. No text of a user reaches the list but the path of a source, behind `file:`.

The picture goes through one cascade. Each rung is taken from the rung above it, so a frame is
scaled from the nearest larger size, and no frame is decoded or composed twice. What only one rung
does to its frames (bursts, sharpening) happens beside the cascade:

    track -> fps -> fixed box -> endless last frame, cut at the lecture's end
          -> (camera over it) -> high -> medium -> low -> still
                              -> small pictures -> thumbnails, frames to look for slides in

Of a recording that still grows nobody knows the end: then nothing is made endless or cut. All time
stamps are media times, also when the run begins in the middle (`-copyts`): what lies before its
start is dropped, and the frame that is shown then is the first one.

`reinit_filter 0` keeps the graph alive when the frame size changes in the middle of a recording;
the box is computed for each frame, so nothing is squeezed.
"""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from transcode.grid import key_frames, segment_start_s
from transcode.hls_output import hls_output
from transcode.ladder import HARDWARE, Box, Rendition
from transcode.plan import EncodePlan, Track
from transcode.probe import AUDIO_CODECS, MAX_PIXELS, MAX_STREAMS, VIDEO_CODECS
from transcode.process import EncoderProgress
from transcode.rung_encoder import encoder_options
from transcode.sound.filters import RUN_UP_S
from transcode.sound_outputs import sound_outputs
from transcode.storyboard import ANALYSED_RATE, THUMBNAIL_EVERY_S, analysed_box, thumbnail_box
from transcode.stretch import Stretch
from transcode.tree import FRAMES_FOLDER, THUMBNAILS_FOLDER

# Parts of the picture, cells of 8 x 8 pixels, that differ from the frame before, and by how much in
# all: less is a pointer, or a camera in the corner; what scrolls, or a film on a slide, is more.
MOVING_SHARE, MOVING_LEVELS = 0.07, 384
ANYTHING_LEVELS = 16_320  # 64 pixels of 255: no single cell makes a frame one that moves
THUMBNAIL_QUALITY = 3  # of mjpeg's 2 (best) to 31
TICKS_PER_S = 90_000
SEEKABLE = {"matroska", "mov", "wav"}  # in others a seek lands beside the time that was asked for

Stream = Any  # ffmpeg-python has no types
_Made = tuple[Rendition, Stream]


def stretch_arguments(ffmpeg_path: str, plan: EncodePlan, stretch: Stretch) -> list[str]:
    """The argument list, program first, to be run in the working folder (see `tree.py`)."""
    inputs = _Inputs(stretch)
    outputs: list[Stream] = []
    if stretch.rungs:
        outputs += _picture_outputs(inputs, plan, stretch)
    if stretch.with_sound and plan.sound:
        audio = plan.sound.info.audio
        assert audio is not None  # noqa: S101 - only a track with sound is planned
        heard = inputs.stream(plan.sound, audio.index)
        outputs += sound_outputs(heard, audio.channels, plan, stretch)
    compiled: list[str] = ffmpeg.merge_outputs(*outputs).compile(cmd=ffmpeg_path)
    devices = stretch.hardware.global_arguments if stretch.hardware else ()
    return [compiled[0], "-loglevel", "warning", "-copyts", *devices, *compiled[1:]]


class _Inputs:
    """One ffmpeg input per file, however many of its streams are used."""

    def __init__(self, stretch: Stretch) -> None:
        self._stretch = stretch
        self._by_path: dict[Path, Stream] = {}

    def stream(self, track: Track, index: int) -> Stream:
        path = track.info.path
        if path not in self._by_path:
            self._by_path[path] = self._opened(track)
        return self._by_path[path][str(index)]

    def _opened(self, track: Track) -> Stream:
        info, pipe = track.info, self._stretch.pipes.get(track.info.path)
        from_s = self._stretch.start_s - RUN_UP_S - track.start_s
        seek = (
            {"ss": f"{from_s:.6f}"}
            if pipe is None and from_s > 0 and info.demuxer in SEEKABLE
            else {}
        )
        return ffmpeg.input(
            f"file:{info.path}" if pipe is None else f"pipe:{pipe}",
            f=info.demuxer,
            protocol_whitelist="file,pipe",
            codec_whitelist=",".join(sorted(VIDEO_CODECS | AUDIO_CODECS)),
            max_pixels=MAX_PIXELS,
            max_streams=MAX_STREAMS,
            reinit_filter=0,
            noaccurate_seek=None,  # the picture that is shown at the start may be much older
            itsoffset=f"{track.start_s - info.container_start_s:.6f}",
            **seek,
        )


def _picture_outputs(inputs: _Inputs, plan: EncodePlan, stretch: Stretch) -> list[Stream]:
    rungs = _wanted(plan, stretch)
    assert plan.main is not None  # noqa: S101 - a ladder with rungs is planned from a picture
    composed = [rung for rung in rungs if rung.shows_camera]
    alone = [rung for rung in rungs if not rung.shows_camera]
    canvas = replace(rungs[0], box=plan.ladder.renditions[-1].box) if composed else rungs[0]
    full_rate = plan.frame_rate
    start_s = segment_start_s(stretch.pictures_from)
    main = _at_rate(_upright(inputs, plan.main), full_rate, start_time=start_s)
    stream = _without_end(_sampled(main, full_rate, canvas), canvas, stretch)
    outputs: list[_Made] = []
    taps: list[Stream] = []
    if composed and plan.presenter and plan.ladder.camera:
        if alone:
            bare, stream = _fork(stream)
            outputs += _rung_outputs(_until(bare, stretch.end_s), alone, canvas, stretch)
        camera = _sampled(_at_rate(_upright(inputs, plan.presenter), full_rate), full_rate, canvas)
        stream = _with_camera(stream, camera, plan.ladder.camera, canvas)
    stream = _until(stream, stretch.end_s)
    if stretch.with_pictures and plan.has_taps:
        stream, pictures = _fork(stream)
        taps = _taps(pictures, plan.ladder.renditions[-1].box, canvas, stretch)
    outputs = _rung_outputs(stream, composed or alone, canvas, stretch) + outputs
    counted = [made for rung, made in outputs if _is_counted(rung)]
    return counted + [made for rung, made in outputs if not _is_counted(rung)] + taps


def made_s(plan: EncodePlan, stretch: Stretch, progress: EncoderProgress) -> float:
    """How far a run of this command is, in media time.

    With `-copyts` ffmpeg's own answer counts from whatever it had written when it first said
    something; the pictures of its first output are counted from the first one. Where that has no
    steady rate, only the segments tell: then this is the start of the stretch.
    """
    if not stretch.rungs:
        return stretch.start_s + progress.media_s
    started_s = segment_start_s(stretch.pictures_from)
    rates = [rung.frame_rate for rung in _wanted(plan, stretch) if _is_counted(rung)]
    return started_s + float(progress.frames / rates[0]) if rates else started_s


def _is_counted(rung: Rendition) -> bool:
    return rung.steady_every == 1


def _wanted(plan: EncodePlan, stretch: Stretch) -> list[Rendition]:
    """The rungs of a stretch, the highest first."""
    return [rung for rung in reversed(plan.ladder.renditions) if rung.name in stretch.rungs]


def _rung_outputs(
    stream: Stream, rungs: list[Rendition], above: Rendition, stretch: Stretch
) -> list[_Made]:
    """The outputs of `rungs`, the highest first, each made from the one above it."""
    outputs: list[_Made] = []
    for position, rung in enumerate(rungs):
        stream = _sampled(stream, above.frame_rate, rung)
        if rung.box != above.box:
            stream = stream.filter("scale", rung.box.width_px, rung.box.height_px)
            stream = stream.filter("setsar", 1)
        shown = stream
        if position < len(rungs) - 1:
            shown, stream = _fork(stream)
        outputs.append((rung, _rung_output(_own_frames(shown, rung), rung, stretch)))
        above = rung
    return outputs


def _own_frames(stream: Stream, rung: Rendition) -> Stream:
    """What only this rung does to its frames; those below are taken from before it."""
    if rung.sharpening:
        stream = stream.filter("unsharp", 3, 3, rung.sharpening, 3, 3, 0)
    return stream if rung.steady_every == 1 else _while_moving(stream, rung)


def _while_moving(stream: Stream, rung: Rendition) -> Stream:
    """Some frames at equal distances, and between them those that differ from the one before.

    At least one a second of the latter, which bounds what `interleave` holds. Each frame once.
    """
    steady, moving = _fork(stream)
    steady = steady.filter("select", f"not(mod(n,{rung.steady_every}))")
    moving = moving.filter(
        "mpdecimate",
        max=int(rung.frame_rate) - 1,
        hi=ANYTHING_LEVELS,
        lo=MOVING_LEVELS,
        frac=MOVING_SHARE,
    )
    both = ffmpeg.filter([steady, moving], "interleave")
    return both.filter("select", "isnan(prev_selected_pts)+gt(pts,prev_selected_pts)")


def _fork(stream: Stream) -> tuple[Stream, Stream]:
    both = stream.filter_multi_output("split", 2)
    return both[0], both[1]


def _upright(inputs: _Inputs, track: Track) -> Stream:
    assert track.info.video is not None  # noqa: S101 - only tracks with pictures are planned
    return inputs.stream(track, track.info.video.index)  # ffmpeg turns rotated frames itself


def _without_end(stream: Stream, top: Rendition, stretch: Stretch) -> Stream:
    """The main track in its box, which its last frame fills to the end.

    Where it ends is not known of a recording that still arrives; then it ends there.
    """
    stream = _boxed(stream, top.box)
    if stretch.end_s is None:
        return stream
    return stream.filter("tpad", stop_mode="clone", stop=-1)


def _until(stream: Stream, end_s: float | None) -> Stream:
    """Up to the lecture's end. Whatever changes the rate comes later: it hears of the end here, and
    from ffmpeg 5's `overlay` it would not.
    """
    if end_s is None:
        return stream
    stream = stream.filter("settb", f"1/{TICKS_PER_S}")  # trim cuts at whole ticks only
    return stream.filter("trim", end=f"{end_s:.6f}")


def _at_rate(stream: Stream, rate: Fraction, **options: float | str) -> Stream:
    """Constant frame rate; a last frame is kept however short a time it is shown."""
    fps = f"{rate.numerator}/{rate.denominator}"
    return stream.filter("fps", fps=fps, eof_action="pass", **options)


def _sampled(stream: Stream, rate: Fraction, rung: Rendition) -> Stream:
    """Of a stream of constant rate the frames that are shown when this rung has one: so a rung has
    the same frames whichever are made with it. (The nearest would at times be the next one.)"""
    return stream if rung.frame_rate == rate else _at_rate(stream, rung.frame_rate, round="up")


def _boxed(stream: Stream, box: Box) -> Stream:
    """Each frame as large as the box allows, in its own shape, centred; pixels become square."""
    wide, high = box.width_px, box.height_px
    stream = stream.filter(
        "scale",
        w=f"2*max(1,round(min({wide},{high}*dar)/2))",
        h=f"2*max(1,round(min({high},{wide}/dar)/2))",
        eval="frame",
        out_range="tv",
    )
    stream = stream.filter("format", "yuv420p")
    stream = stream.filter("pad", wide, high, "(ow-iw)/2", "(oh-ih)/2", eval="frame")
    return stream.filter("setsar", 1)


def _with_camera(slides: Stream, camera: Stream, place: Box, top: Rendition) -> Stream:
    """The camera in the lower right corner, from its own start to its own end."""
    margin_px = top.box.height_px // 60
    camera = _boxed(camera, place)
    return ffmpeg.overlay(
        slides, camera, x=f"W-w-{margin_px}", y=f"H-h-{margin_px}", eof_action="pass"
    )


def _taps(stream: Stream, frame: Box, canvas: Rendition, stretch: Stretch) -> list[Stream]:
    """Small pictures for the storyboard, and gray ones for who looks for slides; each is a file
    under its number from the lecture's start."""
    stream, looked_at = _fork(stream)
    start_s = int(segment_start_s(stretch.pictures_from))
    small = thumbnail_box(frame)
    stream = stream.filter("select", f"not(mod(n,{THUMBNAIL_EVERY_S * canvas.frame_rate}))")
    stream = stream.filter("scale", small.width_px, small.height_px, out_range="pc")
    stream = stream.filter("format", "yuvj420p")
    thumbnails = stream.output(
        f"file:{THUMBNAILS_FOLDER}/%d.jpg",
        vcodec="mjpeg",
        start_number=start_s // THUMBNAIL_EVERY_S,
        **{"q:v": THUMBNAIL_QUALITY},
        **_one_file_each(),
    )
    gray = analysed_box(frame)
    looked_at = _at_rate(looked_at, ANALYSED_RATE)
    looked_at = looked_at.filter("scale", gray.width_px, gray.height_px, flags="area")
    frames = looked_at.filter("format", "gray").output(
        f"file:{FRAMES_FOLDER}/%d.gray",
        vcodec="rawvideo",
        start_number=int(start_s * ANALYSED_RATE),
        **_one_file_each(),
    )
    return [thumbnails, frames]


def _one_file_each() -> dict[str, str | int]:
    """Under its name only when it is complete."""
    return {"f": "image2", "atomic_writing": 1, "fps_mode": "passthrough", "map_metadata": -1}


def _rung_output(stream: Stream, rung: Rendition, stretch: Stretch) -> Stream:
    """One rung: its pictures, its key frames on the grid, its segments."""
    if rung.encoder == HARDWARE and stretch.hardware:
        for name in stretch.hardware.filters.split(","):
            stream = stream.filter(*name.split("="))
    options = {
        **encoder_options(rung, stretch.hardware),
        "force_key_frames": key_frames(stretch.pictures_from, stretch.last_segment),
        "fps_mode": "passthrough",
        "enc_time_base": f"1:{TICKS_PER_S}",
        **_frames_last(stretch.end_s, rung),
        "hls_time": 1,  # less than any distance of key frames: a cut at each of them
        "start_number": stretch.pictures_from,
    }
    return hls_output(stream, rung.name, options)


def _frames_last(end_s: float | None, rung: Rendition) -> dict[str, str]:
    """A bitstream filter for how long frames are shown: to the next one where their distances
    differ, and the last no longer than the lecture.

    ffmpeg 5 does not know here how long a frame is shown.
    """
    shown = f"max(DURATION\\,{round(TICKS_PER_S / rung.frame_rate)})"
    if rung.steady_every > 1:
        at_last = f"{round(end_s * TICKS_PER_S)}-PTS" if end_s is not None else shown
        shown = f"if(gt(NEXT_PTS\\,PTS)\\,NEXT_PTS-PTS\\,{at_last})"
    elif end_s is None:
        return {}
    if end_s is not None:
        end = round(end_s * TICKS_PER_S)
        shown = f"if(gt(PTS+{shown}\\,{end})\\,max(1\\,{end}-PTS)\\,{shown})"
    return {"bsf:v": f"setts=duration={shown}"}
