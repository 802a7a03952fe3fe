"""What is in a recording, read with PyAV, which knows nothing of the code under test."""

import hashlib
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame


def video_frames(path: Path) -> list[tuple[float, VideoFrame]]:
    """Every picture with the time at which it is shown."""
    with av.open(str(path)) as container:
        frames = [frame for frame in container.decode(video=0) if isinstance(frame, VideoFrame)]
    return [(float(frame.time or 0), frame) for frame in frames]


def video_times_s(path: Path) -> list[float]:
    """When each picture is shown."""
    return [time_s for time_s, _ in video_frames(path)]


def audio_end_s(path: Path) -> float:
    """When the sound ends."""
    with av.open(str(path)) as container:
        frames = [frame for frame in container.decode(audio=0) if isinstance(frame, AudioFrame)]
    return float(frames[-1].time or 0) + frames[-1].samples / frames[-1].sample_rate


def key_frame_times_s(path: Path) -> list[float]:
    """When each key frame is shown."""
    with av.open(str(path)) as container:
        keys = [packet for packet in container.demux(video=0) if packet.is_keyframe]
    return [float((packet.pts or 0) * packet.time_base) for packet in keys]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
