"""Read what a person writes for a SOURCE: where pictures and sound come from. Pure.

A SOURCE is a picture, or a picture and its sound joined by `+`:

    v4l2:/dev/video0?size=1280x720&fps=30&format=mjpeg
    x11::0.0?size=1920x1080&fps=15
    rtsp://camera/stream            rtsp://camera/stream+sound
    lavfi:testsrc2=size=640x360     a stand-in made by ffmpeg
    x11::0.0+pulse:default          a picture with its sound

`--audio` takes a sound alone: `pulse:…`, `rtsp://…`, `lavfi:…`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qsl, urlsplit

from capture.errors import SettingRefused

MAX_SIDE_PX = 8192
MAX_FPS = 60
OWN_SOUND = "+sound"
FORMS = "v4l2:/dev/video0, x11::0.0, rtsp://camera/stream, lavfi:testsrc2"

# A `+` parts picture and sound only before a scheme: `x11::0.0+100,200` is a place on the screen.
_BETWEEN = re.compile(r"\+(?=(?:v4l2|x11|pulse|rtsp|rtsps|lavfi):)")


class Kind(Enum):
    """Where an input comes from; the value is how a SOURCE begins."""

    V4L2 = "v4l2"
    X11 = "x11"
    PULSE = "pulse"
    RTSP = "rtsp"
    LAVFI = "lavfi"


WITH_PICTURE = frozenset({Kind.V4L2, Kind.X11, Kind.RTSP, Kind.LAVFI})
WITH_SOUND = frozenset({Kind.PULSE, Kind.RTSP, Kind.LAVFI})
OPTIONS: Mapping[Kind, frozenset[str]] = {
    Kind.V4L2: frozenset({"size", "fps", "format"}),
    Kind.X11: frozenset({"size", "fps"}),
}


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that ffmpeg opens."""

    kind: Kind
    address: str  # as ffmpeg wants it: a device, a display, a URL, a filter graph
    size: str | None = None  # `1280x720`, pixels
    fps: int | None = None
    pixel_format: str | None = None  # of a camera: `mjpeg`, `yuyv422`

    @property
    def shown(self) -> str:
        """The address without the user name and password that an RTSP address may carry."""
        return without_credentials(self.address)


@dataclass(frozen=True, slots=True)
class TrackSource:
    """What one track is recorded from. `audio` may be the very object `video`: its own sound."""

    video: Input
    audio: Input | None = None


def parse_source(text: str) -> TrackSource:
    """The picture, and perhaps the sound, that `text` means. Raises SettingRefused."""
    if text.endswith(OWN_SOUND):
        video = _parse_picture(text.removesuffix(OWN_SOUND))
        if video.kind is not Kind.RTSP:
            raise SettingRefused(
                f"{OWN_SOUND} is for rtsp:// cameras; for {video.kind.value} name the microphone, "
                "for example +pulse:default."
            )
        return TrackSource(video, video)
    picture, *sounds = _BETWEEN.split(text)
    if len(sounds) > 1:
        raise SettingRefused(f"{text!r} names more than one sound; a track has one.")
    return TrackSource(_parse_picture(picture), parse_audio(sounds[0]) if sounds else None)


def parse_audio(text: str) -> Input:
    """The sound that `text` means. Raises SettingRefused."""
    found = _parse_input(text)
    if found.kind not in WITH_SOUND:
        raise SettingRefused(
            f"{text!r} has no sound; use pulse:default, rtsp://… or a lavfi: stand-in."
        )
    return found


def plan_tracks(
    presentation: str | None, presenter: str | None, audio: str | None
) -> dict[str, TrackSource]:
    """The tracks of a take by role, sound on one of them at most. Raises SettingRefused.

    `audio` goes with the presentation where there is one: a screen stays when a camera's cable is
    pulled, and the start offsets keep both tracks on one clock anyway.
    """
    wanted = {"presentation": presentation, "presenter": presenter}
    tracks = {role: parse_source(text) for role, text in wanted.items() if text}
    if not tracks:
        raise SettingRefused("Nothing to record: give --presentation or --presenter, or both.")
    if audio:
        role = next(iter(tracks))
        tracks[role] = _with_audio(tracks[role], parse_audio(audio))
    if sum(track.audio is not None for track in tracks.values()) > 1:
        raise SettingRefused("Sound belongs to one track; more than one source names a sound.")
    return tracks


def without_credentials(text: str) -> str:
    """`text` with `user:password@` taken out of any URL in it."""
    return re.sub(r"(?<=://)[^/@\s]*@", "", text)


def _with_audio(track: TrackSource, audio: Input) -> TrackSource:
    if track.audio is not None:
        raise SettingRefused("Sound belongs to one track; more than one source names a sound.")
    return TrackSource(track.video, audio)


def _parse_picture(text: str) -> Input:
    found = _parse_input(text)
    if found.kind not in WITH_PICTURE:
        raise SettingRefused(f"{text!r} has no picture; use one of {FORMS}.")
    return found


def _parse_input(text: str) -> Input:
    scheme, colon, rest = text.partition(":")
    if scheme in ("rtsp", "rtsps"):
        return _parse_rtsp(text)
    if not colon or scheme not in {kind.value for kind in Kind}:
        shown = without_credentials(text)
        raise SettingRefused(f"{shown!r} is not a source; use one of {FORMS}.")
    kind = Kind(scheme)
    address, options = _split_options(kind, rest)
    if kind is Kind.PULSE and not address:
        address = "default"
    _check_address(kind, address)
    return Input(kind, address, *_checked_options(options))


def _parse_rtsp(text: str) -> Input:
    if not urlsplit(text).hostname:
        raise SettingRefused("An rtsp source names its camera: rtsp://camera/stream.")
    return Input(Kind.RTSP, text)


def _split_options(kind: Kind, rest: str) -> tuple[str, dict[str, str]]:
    known = OPTIONS.get(kind)
    if known is None:  # a filter graph may hold a `?` of its own
        return rest, {}
    address, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(set(options) - known)
    if unknown:
        raise SettingRefused(
            f"{kind.value} has no option {unknown[0]!r}; it has {', '.join(sorted(known))}."
        )
    return address, options


def _check_address(kind: Kind, address: str) -> None:
    if kind is Kind.V4L2 and not address.startswith("/dev/"):
        raise SettingRefused("A v4l2 source names its device: v4l2:/dev/video0.")
    if kind is Kind.X11 and ":" not in address:
        raise SettingRefused("An x11 source names its display: x11::0.0.")
    if not address:
        raise SettingRefused(f"{kind.value}: is not complete; use one of {FORMS}.")


def _checked_options(options: Mapping[str, str]) -> tuple[str | None, int | None, str | None]:
    size, fps, pixel_format = (options.get(name) for name in ("size", "fps", "format"))
    if size is not None:
        _check_size(size)
    if fps is not None and not (fps.isascii() and fps.isdigit() and 1 <= int(fps) <= MAX_FPS):
        raise SettingRefused(f"fps is a whole number from 1 to {MAX_FPS}, not {fps!r}.")
    if pixel_format is not None and not re.fullmatch(r"[a-z0-9_]+", pixel_format):
        raise SettingRefused(f"format is a name such as mjpeg, not {pixel_format!r}.")
    return size, int(fps) if fps else None, pixel_format


def _check_size(size: str) -> None:
    match = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", size)
    if not match or not all(16 <= int(side) <= MAX_SIDE_PX for side in match.groups()):
        raise SettingRefused(f"size is width x height in pixels such as 1280x720, not {size!r}.")
