"""What a recording is, as values: the probe makes them, the ladder and the graph read them."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from transcode.arrival import Arrival


class TrackRole(StrEnum):
    """What a track shows. Sound belongs to either."""

    PRESENTATION = "presentation"  # the screen, the slides
    PRESENTER = "presenter"  # the camera


@dataclass(frozen=True, slots=True)
class VideoStream:
    """The picture of a recording, as it is to be seen: turned upright, with square pixels."""

    index: int  # in the container
    codec: str  # the decoder's name
    width_px: int
    height_px: int
    rotation_degrees: int  # already applied to the size; the decoder turns the frames
    frame_rate: Fraction  # frames per second while the picture moves
    end_s: float  # from the start of the container
    key_frames_s: tuple[
        float, ...
    ] = ()  # from the start of the container; of a long film the first
    has_b_frames: bool = False  # packets do not come in the order in which they are shown
    keys_are_idr: bool = False  # H.264: each key frame begins a closed group
    sequence_headers: int = 0  # H.264: how many different ones; more than one: it changes its size
    profile: str = ""  # as the decoder names it, e.g. `High`; empty: unknown
    pixel_format: str = ""  # e.g. `yuv420p`; empty: unknown
    is_interlaced: bool = False


@dataclass(frozen=True, slots=True)
class AudioStream:
    """The sound of a recording."""

    index: int  # in the container
    codec: str  # the decoder's name
    end_s: float  # from the start of the container
    channels: int = 0  # 0: unknown
    sample_rate: int = 0  # hertz; 0: unknown


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What the probe found; there is a picture or sound, or both."""

    path: Path
    demuxer: str  # ffmpeg's name for `-f`
    duration_s: float  # until the last picture or sound ends, measured, not declared
    size_bytes: int
    video: VideoStream | None
    audio: AudioStream | None
    container_start_s: float = 0.0  # the first time stamp; ffmpeg counts from it
    is_streamable: bool = False  # can be decoded from its beginning while the rest is not there yet


@dataclass(frozen=True, slots=True)
class Source:
    """One track of a recording to be packaged."""

    path: Path
    role: TrackRole = TrackRole.PRESENTATION
    start_offset_s: float = 0.0  # when it began, on a clock that all tracks share
    arrival: Arrival | None = None  # of a file that still arrives
