"""Which qualities a recording gets. Pure: values in, values out; the numbers are measured ones.

On a lecture, lines beat frames: full height at few frames a second reads better than a small
picture at 30, for a fraction of the bits. So the rungs of a *screen* keep the height and differ in
frames and quality (the cheapest has 900 of 1080 lines: below 40 kbit/s more of them blur, measured
with OCR); as a link worsens the camera goes, then the smoothness, and the text stays sharp. A
camera alone is the opposite: movement is the content, so its rungs differ in height.

Rates come from a list without awkward members (see `grid.py`), never rise above the source's, and
never fall from one rung to the next, because players skip rungs where they do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from transcode.media import VideoStream
from transcode.picture_content import (
    UNSEEN_CAMERA,
    UNSEEN_SCREEN,
    Motion,
    PictureContent,
    PictureKind,
)

LONG_SIDE_PX = 1920
SHORT_SIDE_PX = 1080
SMALLEST_SIDE_PX = 64  # smaller boxes trouble hardware decoders; the picture is centred in it
LIBX264 = "libx264"
SVT_AV1 = "libsvtav1"
AAC = "aac"
LIBOPUS = "libopus"
HARDWARE = "hardware"  # whichever this machine has (`hardware.py`); x264 if it has none
HIGHEST_RATE = Fraction(30)  # what a lecture shows moves no faster
STEADY_RATE = 10  # frames a second of a screen on which nothing moves
CAMERA_SHARE = 4  # a composed camera has at most this part of the width and of the height


@dataclass(frozen=True, slots=True)
class Box:
    """The fixed frame of a rung, in even pixels; pictures of other shapes get bars."""

    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Rendition:
    """One rung of the ladder; RFC 8216 calls the packaged result a Variant Stream."""

    name: str
    box: Box
    frame_rate: Fraction
    crf: float  # x264's constant quality: lower is better
    peak_bps: int  # never more than this, over `peak_window_s`
    preset: str  # x264's: how much processor time a bit is worth
    tuning: str  # further x264 parameters, or nothing
    shows_camera: bool  # False: of two tracks, the presentation alone
    # How long the encoder may save bits for: a key frame of dense slides needs seconds' worth.
    peak_window_s: float = 8.0
    # ffmpeg's name, in whose words `preset`, `crf` and `tuning` are; HARDWARE keeps those of x264.
    encoder: str = LIBX264
    # Of so many frames one is always there; the others are while something moves.
    steady_every: int = 1
    # What the encoder would blur is drawn a little sharper for it: 0, or unsharp's amount.
    sharpening: float = 0.0


@dataclass(frozen=True, slots=True)
class AudioRendition:
    """A sound that all rungs share: mono."""

    name: str  # of its folder
    encoder: str  # ffmpeg's name
    bitrate_bps: int
    sample_rate_hz: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs, the cheapest first. `renditions` is empty for a recording without a picture."""

    renditions: tuple[Rendition, ...]
    audio: AudioRendition | None
    camera: Box | None  # where two tracks are composed: the camera's place within the top rung
    other_audio: tuple[AudioRendition, ...] = ()  # the same in other codecs

    @property
    def sounds(self) -> tuple[AudioRendition, ...]:
        """Every sound, first the one that every player decodes."""
        return (*([self.audio] if self.audio else []), *self.other_audio)


# Fragments and all, 27 kbit/s: it leaves the cheapest rung its share of 64 kbit/s. A higher sample
# rate would spread the same bits over tones that speech has not.
SPEECH = AudioRendition("audio", AAC, bitrate_bps=24_000, sample_rate_hz=24_000)
# Fragments and all, 17 kbit/s, and nearer to the source than that AAC: PESQ (ITU-T P.862.2) 3.96
# and 2.93, STOI 0.96 and 0.94, on the demo's voice.
SPEECH_OPUS = AudioRendition("opus", LIBOPUS, bitrate_bps=16_000, sample_rate_hz=48_000)


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    short_side_px: int
    rates: tuple[float, float, float]  # at most, for motion: still, some, much
    crf: float
    peak_bps: int
    preset: str
    tuning: str = ""
    peak_window_s: float = 8.0
    has_bursts: bool = False  # of frames: all that move, else few
    sharpening: float = 0.0

    def rate(self, motion: Motion) -> Fraction:
        return Fraction(self.rates[list(Motion).index(motion)])


# For text: no bits for what only looks sharp, fewer for colours: at equal bits OCR reads more
# words. And no more references than level 4.0 has room for, which every phone decodes.
_TEXT = "psy=0:chroma-qp-offset=6:deblock=-2,-2:ref=4:rc-lookahead=10"
# For slides with a little movement: what is flat gets fewer bits than x264 thinks, colours too.
_MIXED = "aq-strength=0.5:chroma-qp-offset=4"
# Where key frames are most of the bits: what is flat gets as many as text does.
_KEY_FRAMES = "psy=0:aq-mode=2:aq-strength=0.5:chroma-qp-offset=6:ref=4:rc-lookahead=10"
# A lecture is encoded while it arrives: 20 frames at 5 a second are 4 s of delay, as 10 at 2.5.
_FEW_FRAMES = "aq-strength=0.5:chroma-qp-offset=6:rc-lookahead=20"
_SCREEN = (
    _Step("still", 900, (2.5, 2.5, 2.5), 47, 44_000, "slow", _TEXT, 16.0),
    _Step(
        "low", SHORT_SIDE_PX, (2.5, 2.5, 2.5), 46.3, 200_000, "slow", _KEY_FRAMES, sharpening=0.3
    ),
    _Step("fair", SHORT_SIDE_PX, (5, 5, 15), 38, 300_000, "faster", _FEW_FRAMES),
    _Step("medium", SHORT_SIDE_PX, (10, 10, 15), 28.5, 500_000, "veryfast", _MIXED),
    _Step("high", SHORT_SIDE_PX, (30, 30, 30), 22.3, 900_000, "veryfast", _MIXED, has_bursts=True),
)
_CAMERA = (
    _Step("still", 240, (10, 10, 10), 34, 48_000, "medium"),
    _Step("low", 480, (15, 15, 15), 31, 250_000, "veryfast"),
    _Step("medium", 720, (15, 30, 30), 25, 800_000, "veryfast"),
    _Step("high", SHORT_SIDE_PX, (15, 30, 30), 26, 2_000_000, "veryfast"),
)


def plan_ladder(
    presentation: VideoStream | None,
    presenter: VideoStream | None,
    has_sound: bool,
    content: PictureContent | None = None,
) -> Ladder:
    """The ladder for a recording of one or two tracks, of which either may lack a picture.

    `content` is what the main picture (the presentation, if there is one) was seen to show; else
    its role says what it is.
    """
    main = presentation or presenter
    audio = SPEECH if has_sound else None
    other_audio = (SPEECH_OPUS,) if has_sound else ()
    if main is None:
        return Ladder((), audio, None, other_audio)
    content = content or (UNSEEN_SCREEN if presentation else UNSEEN_CAMERA)
    composed = presentation is not None and presenter is not None
    steps = _SCREEN if content.kind is PictureKind.SCREEN else _CAMERA
    rate = full_rate([stream for stream in (presentation, presenter) if stream is not None])
    rungs = [_rung(step, main, rate, content.motion, composed) for step in steps]
    camera = _camera_place(rungs[-1].box, presenter) if composed and presenter else None
    return Ladder(_without_repeats(rungs), audio, camera, other_audio)


def full_rate(streams: Sequence[VideoStream]) -> Fraction:
    """The frame rate of the fastest stream, or what of it is at most `HIGHEST_RATE`."""
    return _rate_at_most(max(stream.frame_rate for stream in streams), HIGHEST_RATE)


def fit_box(width_px: int, height_px: int, short_side_px: int = SHORT_SIDE_PX) -> Box:
    """The largest even box of the picture's shape within the limits; never larger than the picture.

    Of an odd size the last row or column goes. Very small pictures get a box they are centred in.
    """
    long_side_px = short_side_px * LONG_SIDE_PX / SHORT_SIDE_PX
    factor = min(
        1.0,
        short_side_px / min(width_px, height_px),
        long_side_px / max(width_px, height_px),
    )
    return Box(_even(width_px * factor), _even(height_px * factor))


def _rung(
    step: _Step, main: VideoStream, rate: Fraction, motion: Motion, composed: bool
) -> Rendition:
    frame_rate = _rate_at_most(rate, step.rate(motion))
    return Rendition(
        name=step.name,
        box=fit_box(main.width_px, main.height_px, step.short_side_px),
        frame_rate=frame_rate,
        crf=step.crf,
        peak_bps=step.peak_bps,
        preset=step.preset,
        tuning=step.tuning,
        peak_window_s=step.peak_window_s,
        shows_camera=composed and step.name != "still",
        steady_every=_steady_every(frame_rate) if step.has_bursts else 1,
        sharpening=step.sharpening,
    )


def _steady_every(rate: Fraction) -> int:
    """One frame of so many is `STEADY_RATE` or less, and is there at every start of a segment: in
    2 s, of which all these are multiples, it comes up without a rest."""
    in_2_s = int(2 * rate)
    return next(n for n in range(1, in_2_s + 1) if in_2_s % n == 0 and rate / n <= STEADY_RATE)


def _rate_at_most(rate: Fraction, limit: Fraction) -> Fraction:
    """`rate`, or what is at most `limit`: half of it if that is whole in 2 s, so that frames stay
    even."""
    if rate <= limit:
        return rate
    half = rate / 2
    return half if half <= limit and half > limit / 2 else limit


def _without_repeats(rungs: list[Rendition]) -> tuple[Rendition, ...]:
    """Of three or more rungs that show the same frames, the cheapest and the best.

    So it is when the source has few frames, or few lines. The first and the last rung always stay.
    """
    frames = [(rung.box, rung.frame_rate) for rung in rungs]
    return tuple(
        rung
        for place, rung in enumerate(rungs)
        if not 0 < place < len(rungs) - 1
        or frames[place - 1] != frames[place]
        or frames[place] != frames[place + 1]
    )


def _camera_place(canvas: Box, camera: VideoStream) -> Box:
    factor = min(
        1.0,
        canvas.width_px / CAMERA_SHARE / camera.width_px,
        canvas.height_px / CAMERA_SHARE / camera.height_px,
    )
    wide, high = int(camera.width_px * factor), int(camera.height_px * factor)
    return Box(max(2, wide - wide % 2), max(2, high - high % 2))


def _even(length_px: float) -> int:
    whole = int(length_px + 0.01)  # 1919.9999 is 1920
    return max(SMALLEST_SIDE_PX, whole - whole % 2)
