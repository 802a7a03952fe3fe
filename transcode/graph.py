"""The one ffmpeg command that makes a whole package: one decode, every rung, the sound, the
pictures.

Pure: a plan in, an argument list out; the only module that imports ffmpeg-python, which compiles
lists and nothing else. No text of a user reaches the list but the path of a source, behind `file:`.

The picture goes through one cascade. Each rung is taken from the rung above it, so a frame is
scaled from the nearest larger size, and no frame is decoded or composed twice:

    track -> fps -> fixed box -> endless last frame, cut at the lecture's end
          -> (camera over it) -> high -> medium -> low -> still
                              -> one picture every N s -> poster, storyboard

`reinit_filter 0` keeps the graph alive when the frame size changes in the middle of a recording;
the box is computed for each frame, so nothing is squeezed.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from transcode.grid import FIRST_SEGMENT_S, SEGMENT_S, key_frames, segment_starts_s
from transcode.ladder import AudioRendition, Box, Ladder, Rendition
from transcode.media import MediaInfo, TrackRole
from transcode.probe import AUDIO_CODECS, MAX_PIXELS, MAX_STREAMS, VIDEO_CODECS
from transcode.storyboard import StoryboardPlan

AUDIO_FOLDER = "audio"
INIT_NAME = "init.mp4"
SCRATCH_PLAYLIST = "ffmpeg.m3u8"  # the muxer insists on one; it is deleted, we write our own
POSTER_NAME = "poster.jpg"
STORYBOARD_NAME = "storyboard.jpg"
POSTER_LONG_SIDE_PX = 1280
POSTER_CANDIDATES = 30  # pictures among which the most telling is chosen; 1.4 MB of memory each
TICKS_PER_S = 90_000
AAC_PRIMING_SAMPLES = 1024  # what ffmpeg's encoder puts before the first sample

Stream = Any  # ffmpeg-python has no types


@dataclass(frozen=True, slots=True)
class Track:
    """A probed source and where it begins on the lecture's clock."""

    info: MediaInfo
    role: TrackRole
    start_s: float


@dataclass(frozen=True, slots=True)
class EncodePlan:
    """Everything the command depends on. Paths of outputs are relative to the package's folder."""

    presentation: Track | None  # the tracks whose pictures are shown
    presenter: Track | None
    sound: Track | None  # the track whose sound is heard
    ladder: Ladder
    storyboard: StoryboardPlan | None
    duration_s: float


def encode_arguments(ffmpeg_path: str, plan: EncodePlan) -> list[str]:
    """The argument list, program first, to be run in the package's folder."""
    inputs = _Inputs()
    outputs: list[Stream] = []
    if plan.ladder.renditions:
        outputs += _picture_outputs(inputs, plan)
    if plan.ladder.audio and plan.sound:
        outputs.append(_sound_output(inputs, plan.sound, plan.ladder.audio, plan.duration_s))
    compiled: list[str] = ffmpeg.merge_outputs(*outputs).compile(cmd=ffmpeg_path)
    return [compiled[0], "-loglevel", "warning", *compiled[1:]]


class _Inputs:
    """One ffmpeg input per file, however many of its streams are used."""

    def __init__(self) -> None:
        self._by_path: dict[Path, Stream] = {}

    def stream(self, track: Track, index: int) -> Stream:
        info = track.info
        if info.path not in self._by_path:
            self._by_path[info.path] = ffmpeg.input(
                f"file:{info.path}",
                f=info.demuxer,
                protocol_whitelist="file,pipe",
                codec_whitelist=",".join(sorted(VIDEO_CODECS | AUDIO_CODECS)),
                max_pixels=MAX_PIXELS,
                max_streams=MAX_STREAMS,
                reinit_filter=0,
                itsoffset=f"{track.start_s:.6f}",
            )
        return self._by_path[info.path][str(index)]


def _picture_outputs(inputs: _Inputs, plan: EncodePlan) -> list[Stream]:
    *lower, top = plan.ladder.renditions
    main = plan.presentation or plan.presenter
    assert main is not None  # noqa: S101 - a ladder with rungs is planned from a picture
    stream = _without_end(_upright(inputs, main), top)
    outputs: list[Stream] = []
    alone = [rung for rung in lower if plan.ladder.camera and not rung.shows_camera]
    if plan.presenter and plan.ladder.camera:
        bare, stream = _fork(stream)
        bare = _until(bare, plan.duration_s)
        outputs += _rung_outputs(bare, [*alone], top, plan.duration_s)
        stream = _with_camera(stream, _upright(inputs, plan.presenter), plan.ladder.camera, top)
    stream = _until(stream, plan.duration_s)
    if plan.storyboard:
        stream, pictures = _fork(stream)
        outputs += _still_outputs(pictures, plan.storyboard, top.box)
    shown = [rung for rung in reversed(lower) if rung not in alone]
    stream, below = _fork(stream) if shown else (stream, None)
    outputs.append(_rung_output(stream, top, plan.duration_s))
    return outputs + _rung_outputs(below, shown, top, plan.duration_s)


def _rung_outputs(
    stream: Stream, rungs: list[Rendition], above: Rendition, duration_s: float
) -> list[Stream]:
    """The outputs of `rungs`, the highest first, each made from the one above it."""
    outputs: list[Stream] = []
    for position, rung in enumerate(rungs):
        if rung.frame_rate != above.frame_rate:
            stream = _at_rate(stream, rung.frame_rate)
        if rung.box != above.box:
            stream = stream.filter("scale", rung.box.width_px, rung.box.height_px)
            stream = stream.filter("setsar", 1)
        if position < len(rungs) - 1:
            stream, following = _fork(stream)
            outputs.append(_rung_output(stream, rung, duration_s))
            stream = following
        else:
            outputs.append(_rung_output(stream, rung, duration_s))
        above = rung
    return outputs


def _fork(stream: Stream) -> tuple[Stream, Stream]:
    both = stream.filter_multi_output("split", 2)
    return both[0], both[1]


def _upright(inputs: _Inputs, track: Track) -> Stream:
    assert track.info.video is not None  # noqa: S101 - only tracks with pictures are planned
    return inputs.stream(track, track.info.video.index)  # ffmpeg turns rotated frames itself


def _without_end(stream: Stream, top: Rendition) -> Stream:
    """The main track in its box, from 0 on: first and last frame fill what is missing."""
    stream = _boxed(_at_rate(stream, top.frame_rate, start_time=0), top.box)
    return stream.filter("tpad", stop_mode="clone", stop=-1)


def _until(stream: Stream, duration_s: float) -> Stream:
    """Up to the lecture's end. Whatever changes the rate comes later: it hears of the end here, and
    from ffmpeg 5's `overlay` it would not.
    """
    stream = stream.filter("settb", f"1/{TICKS_PER_S}")  # trim cuts at whole ticks only
    return stream.filter("trim", end=f"{duration_s:.6f}")


def _at_rate(stream: Stream, rate: Fraction, **options: int) -> Stream:
    """Constant frame rate; a last frame is kept however short a time it is shown."""
    fps = f"{rate.numerator}/{rate.denominator}"
    return stream.filter("fps", fps=fps, eof_action="pass", **options)


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
    camera = _boxed(_at_rate(camera, top.frame_rate), place)
    return ffmpeg.overlay(
        slides, camera, x=f"W-w-{margin_px}", y=f"H-h-{margin_px}", eof_action="pass"
    )


def _still_outputs(stream: Stream, plan: StoryboardPlan, box: Box) -> list[Stream]:
    every = f"isnan(prev_selected_t)+gte(t-prev_selected_t,{plan.interval_s}-0.001)"
    stream = stream.filter("select", every)
    for_poster, for_board = _fork(stream)
    factor = min(1.0, POSTER_LONG_SIDE_PX / max(box.width_px, box.height_px))
    poster = for_poster.filter("scale", f"2*trunc(iw*{factor:.6f}/2)", -2)
    poster = poster.filter("thumbnail", n=POSTER_CANDIDATES)
    board = for_board.filter("scale", plan.width_px, plan.height_px)
    board = board.filter("tile", f"{plan.columns}x{plan.rows}", nb_frames=plan.count)
    return [_jpeg(poster, POSTER_NAME, 4), _jpeg(board, STORYBOARD_NAME, 6)]


def _jpeg(stream: Stream, name: str, quality: int) -> Stream:
    """One picture; `quality` is mjpeg's own, 2 (best) to 31."""
    stream = stream.filter("scale", out_range="pc").filter("format", "yuvj420p")
    options = {"frames:v": 1, "q:v": quality, "fps_mode": "passthrough", "map_metadata": -1}
    return stream.output(f"file:{name}", f="image2", update=1, vcodec="mjpeg", **options)


def _rung_output(stream: Stream, rung: Rendition, duration_s: float) -> Stream:
    """No B-frames: presentation and decoding order are one, so all rungs start at 0 without an edit
    list, and the last frame can be cut to the lecture's end.
    """
    options = {
        "vcodec": "libx264",
        "preset": rung.preset,
        "crf": rung.crf,
        "maxrate": rung.peak_bps,
        "bufsize": int(rung.peak_bps * rung.peak_window_s),
        "profile:v": "high",
        "pix_fmt": "yuv420p",
        **({"x264-params": rung.tuning} if rung.tuning else {}),
        "bf": 0,
        "g": 100_000,  # key frames only where they are forced
        "sc_threshold": 0,
        "forced-idr": 1,
        "force_key_frames": key_frames(len(segment_starts_s(duration_s))),
        "fps_mode": "passthrough",
        "enc_time_base": f"1:{TICKS_PER_S}",
        "bsf:v": _last_frame_ends_at(duration_s, rung.frame_rate),
        "hls_time": 1,  # less than any distance of key frames: a cut at each of them
    }
    return _hls(stream, rung.name, options)


def _last_frame_ends_at(duration_s: float, rate: Fraction) -> str:
    """A bitstream filter that shortens the last frame, so that no rung outlasts the lecture.

    ffmpeg 5 does not know here how long a frame is shown.
    """
    end = round(duration_s * TICKS_PER_S)
    shown = f"max(DURATION\\,{round(TICKS_PER_S / rate)})"
    return f"setts=duration=if(gt(PTS+{shown}\\,{end})\\,max(1\\,{end}-PTS)\\,{shown})"


def _sound_output(
    inputs: _Inputs, track: Track, audio: AudioRendition, duration_s: float
) -> Stream:
    """Mono, silence where there is none, exactly as long as the lecture.

    The encoder's priming takes the place of the first 1024 samples (43 ms), so that what follows
    lies where it belongs without an edit list, which players read differently.
    """
    assert track.info.audio is not None  # noqa: S101 - only a track with sound is planned
    stream = inputs.stream(track, track.info.audio.index)
    stream = stream.filter("aresample", audio.sample_rate_hz, **{"async": 1, "first_pts": 0})
    stream = stream.filter("aformat", channel_layouts="mono")
    stream = stream.filter("apad").filter("atrim", end=f"{duration_s:.6f}")
    stream = stream.filter("atrim", start_sample=AAC_PRIMING_SAMPLES).filter("asetpts", "N/SR/TB")
    options = {
        "acodec": "aac",
        "b:a": audio.bitrate_bps,
        "hls_time": SEGMENT_S,
        "hls_init_time": FIRST_SEGMENT_S,
        # an index in each segment would be wrong where a rest is joined to it (`rest.py`)
        "hls_segment_options": "use_editlist=0:movflags=+skip_sidx",
    }
    return _hls(stream, AUDIO_FOLDER, options)


def _hls(stream: Stream, folder: str, options: dict[str, Any]) -> Stream:
    return stream.output(
        f"file:{folder}/{SCRATCH_PLAYLIST}",
        f="hls",
        hls_segment_type="fmp4",
        hls_fmp4_init_filename=INIT_NAME,
        hls_segment_filename=f"{folder}/%d.m4s",
        hls_list_size=1,
        hls_flags="temp_file",
        fflags="+bitexact",
        map_metadata=-1,
        map_chapters=-1,
        **options,
    )
