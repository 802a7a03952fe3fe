"""What ffmpeg is asked to do for one track. Pure: a source in, a list of arguments out.

The result is fragmented MP4 that only ever grows: `empty_moov` writes the header at once,
`skip_trailer` leaves out the index that ffmpeg would append at the end, `flush_packets` hands each
fragment to the kernel whole. `write_prft` notes before each fragment at which wall clock time its
first frame went into the encoder (ISO/IEC 14496-12, 8.16.5), which is how tracks find each other.
"""

from pathlib import Path

from capture.sources import Input, Kind, TrackSource

FRAGMENT_S = 1  # with the encoder's delay of about a third of a second, a kill costs under 2 s
KEY_FRAME_S = 2  # what a browser's recorder gives too: the server can then copy the top rung
SCREEN_FPS = 15  # lines beat frames; `?fps=` says otherwise
CRF = 23
MAX_VIDEO_BPS = 6_000_000  # a moving camera in bad light must not fill the school's uplink
AUDIO_BPS = 128_000
PULSE_BUFFER_BYTES = 1_920  # 10 ms of 48 kHz stereo; with more, ffmpeg's clock settles in seconds
RTSP_TIMEOUT_US = 10_000_000

_CLOCKED = frozenset({Kind.V4L2, Kind.X11})  # with PulseAudio, stamped by one clock
_FRAGMENTED = "+empty_moov+default_base_moof+frag_keyframe+skip_trailer"


def recording_arguments(ffmpeg: str, source: TrackSource, path: Path) -> list[str]:
    """The command, program first, that records `source` into a new file at `path`."""
    own_sound = source.audio is source.video
    inputs = _open(source.video)
    sound: list[str] = []
    if source.audio is not None:
        if not own_sound:
            inputs += _synchronised(source.video, source.audio) + _open(source.audio)
        sound = ["-map", "0:a:0" if own_sound else "1:a:0", *_audio_encoder()]
    return [
        *(ffmpeg, "-nostdin", "-hide_banner", "-nostats", "-loglevel", "warning"),
        *inputs,
        *("-map", "0:v:0", *_video_encoder(source.video)),
        *(sound or ["-an"]),
        *("-f", "mp4", "-movflags", _FRAGMENTED, "-frag_duration", str(FRAGMENT_S * 1_000_000)),
        *("-write_prft", "wallclock", "-flush_packets", "1", "-n", f"file:{path}"),
    ]


def lookahead_frames(fps: int | None) -> int:
    """Frames the encoder may hold back: a third of a second, whatever the frame rate."""
    return max(1, (fps or 30) // 3)


def frame_rate(video: Input) -> int | None:
    """Frames per second that are asked of the device; None takes what it gives."""
    return video.fps or (SCREEN_FPS if video.kind is Kind.X11 else None)


def _open(source: Input) -> list[str]:
    match source.kind:
        case Kind.V4L2:
            device = ["-thread_queue_size", "64", "-f", "v4l2", "-timestamps", "abs"]
            shape = _shape(source)
        case Kind.X11:
            device, shape = ["-thread_queue_size", "64", "-f", "x11grab"], _shape(source)
        case Kind.PULSE:
            device = ["-thread_queue_size", "1024", "-f", "pulse"]
            shape = ["-fragment_size", str(PULSE_BUFFER_BYTES), "-sample_rate", "48000"]
        case Kind.RTSP:
            device = ["-rtsp_transport", "tcp", "-timeout", str(RTSP_TIMEOUT_US)]
            shape = []
        case Kind.LAVFI:
            device, shape = ["-re", "-f", "lavfi"], []
    return [*device, *shape, "-i", source.address]


def _shape(source: Input) -> list[str]:
    asked = {
        "-input_format": source.pixel_format,
        "-video_size": source.size,
        "-framerate": frame_rate(source),
    }
    return [word for name, value in asked.items() if value for word in (name, str(value))]


def _synchronised(video: Input, audio: Input) -> list[str]:
    """Keep the distance between picture and sound where both are stamped by the system's clock.

    Without it each input begins at 0, and a microphone that opens late is early for ever.
    """
    return ["-isync", "0"] if video.kind in _CLOCKED and audio.kind is Kind.PULSE else []


def _video_encoder(video: Input) -> list[str]:
    x264 = {
        "rc-lookahead": lookahead_frames(frame_rate(video)),
        "sync-lookahead": 0,
        "sliced-threads": 1,  # frame threads hold back a frame per thread
        "scenecut": 0,
    }
    return [
        *("-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2,format=yuv420p", "-fps_mode", "vfr"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", str(CRF), "-bf", "0", "-g", "600"),
        *("-maxrate", str(MAX_VIDEO_BPS), "-bufsize", str(2 * MAX_VIDEO_BPS)),
        *("-force_key_frames", f"expr:gte(t,n_forced*{KEY_FRAME_S})", "-forced-idr", "1"),
        *("-x264-params", ":".join(f"{name}={value}" for name, value in x264.items())),
        *("-export_side_data", "prft"),
    ]


def _audio_encoder() -> list[str]:
    # A sound card keeps its own time and a sound server starts with a guess: samples are stretched
    # by up to 2 % to where their time stamps say, and silence fills what is missing at the start.
    step = ["-af", "aresample=async=1000:first_pts=0"]
    return [*step, "-c:a", "aac", "-b:a", str(AUDIO_BPS), "-ar", "48000", "-ac", "2"]
