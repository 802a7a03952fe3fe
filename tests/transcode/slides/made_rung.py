"""A rung as the encoder leaves it: `init.mp4` and segments on the grid, made of drawn frames."""

from collections.abc import Iterable
from pathlib import Path

from tests.generated_media import run_ffmpeg
from tests.transcode.slides.drawn_pictures import Picture
from transcode.grid import segment_starts_s


def make_rung(
    folder: Path, frames: Iterable[Picture], rate: float, size: tuple[int, int], duration_s: float
) -> Path:
    """Encode gray frames of `size`, cut where the grid says; the rung's folder."""
    folder.mkdir()
    raw = folder / "frames.gray"
    raw.write_bytes(b"".join(frame.tobytes() for frame in frames))
    starts = ",".join(f"{start_s:g}" for start_s in segment_starts_s(duration_s))
    run_ffmpeg(
        *("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{size[0]}x{size[1]}", "-r", str(rate)),
        *("-i", str(raw), "-c:v", "libx264", "-preset", "superfast", "-crf", "20", "-bf", "0"),
        *("-pix_fmt", "yuv420p", "-g", "9999", "-sc_threshold", "0", "-force_key_frames", starts),
        *(
            "-f",
            "hls",
            "-hls_time",
            "0.5",
            "-hls_segment_type",
            "fmp4",
            "-hls_playlist_type",
            "vod",
        ),
        *("-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename", str(folder / "%d.m4s")),
        str(folder / "scratch.m3u8"),
    )
    raw.unlink()
    (folder / "scratch.m3u8").unlink()
    return folder
