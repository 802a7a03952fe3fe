"""Recordings made by ffmpeg for tests: small, of every shape that teachers send, never stored.

The picture of most is a test card on which the whole frame flashes white for 0.2 s at the start of
each second, while a tone sounds: so a test can tell from the output alone whether picture and sound
are in step.
"""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

FLASH_S = 0.2
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k")
AAC = ("-c:a", "aac", "-b:a", "64k")
OPUS = ("-c:a", "libopus", "-b:a", "32k")
NO_DURATION = ("-f", "webm", "-live", "1")  # as MediaRecorder writes: no duration, no cues


def run_ffmpeg(*arguments: str) -> None:
    """Run the bundled ffmpeg; a failure shows what it said."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y"]
    done = subprocess.run([*command, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def picture(width_px: int = 320, height_px: int = 180, rate: str = "30") -> tuple[str, ...]:
    """Input arguments of the flashing test card."""
    flash = f"drawbox=t=fill:c=white:enable='lt(mod(t,1),{FLASH_S})'"
    return ("-f", "lavfi", "-i", f"testsrc2=s={width_px}x{height_px}:r={rate},{flash}")


def sound() -> tuple[str, ...]:
    """Input arguments of a tone at the start of each second."""
    tone = f"if(lt(mod(t,1),{FLASH_S}),0.8*sin(2*PI*1000*t),0)"
    return ("-f", "lavfi", "-i", f"aevalsrc='{tone}':s=48000")


def recording(path: Path, *encoding: str, seconds: float = 5, **shape: str | int) -> Path:
    """The flashing card with its tone, coded and contained as `encoding` and the name say."""
    run_ffmpeg(
        *picture(**shape),  # type: ignore[arg-type]
        *sound(),
        *("-t", str(seconds)),
        *(encoding or (*H264, *AAC)),
        str(path),
    )
    return path


def browser_recording(path: Path, seconds: float = 5, *, with_sound: bool = True) -> Path:
    """WebM as a browser records a screen: VP8 and Opus, irregular frames, no duration, no cues."""
    irregular = "select='not(eq(mod(n,7),3))*not(eq(mod(n,11),5))'"
    run_ffmpeg(
        *picture(),
        *(sound() if with_sound else ()),
        *("-t", str(seconds), "-vf", irregular, "-fps_mode", "vfr"),
        *(*VP8, *(OPUS if with_sound else ()), *NO_DURATION),
        str(path),
    )
    return path


def resized_recording(path: Path, seconds: float = 3) -> Path:
    """WebM whose window was resized half-way: a white square, in 4:3, then in a wide frame."""
    parts = [path.with_name(f"{path.stem}-{number}.webm") for number in (1, 2)]
    for part, size in zip(parts, ("480x360", "640x200"), strict=True):
        square = f"color=black:s={size}:r=30,drawbox=x=60:y=60:w=80:h=80:c=white:t=fill"
        run_ffmpeg("-f", "lavfi", "-i", square, "-t", str(seconds), *VP8, str(part))
    concat = path.with_suffix(".txt")
    concat.write_text("".join(f"file '{part.name}'\n" for part in parts))
    run_ffmpeg("-f", "concat", "-i", str(concat), "-c", "copy", str(path))
    return path


def turned_recording(path: Path, seconds: float = 3) -> Path:
    """An MP4 as a phone held upright records: landscape frames and a rotation matrix."""
    flat = recording(path.with_name(f"flat-{path.name}"), seconds=seconds)
    run_ffmpeg("-display_rotation", "90", "-i", str(flat), "-c", "copy", str(path))
    return path


def truncated(source: Path, path: Path, share: float) -> Path:
    """The first part of a file, as a lost connection leaves it."""
    data = source.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def counted_recording(path: Path, *encoding: str, seconds: float) -> Path:
    """30 frames a second that bear their number, as 16 bright or dark bars from left to right, the
    lowest bit first; and a tone that rises by 1 kHz in each second, from a little higher each time,
    so that every moment sounds different.

    From the fourth on a bar is turned over where the third bit is set: else bars that stand for
    seconds would be found to be slides, and pictures and titles of them cost more than the encode.
    """
    number = "floor(N/pow(2,X))+gt(X,2)*floor(N/4)"
    bars = f"geq=lum='255*mod({number},2)':cb=128:cr=128"
    rising = "aevalsrc='0.5*sin(2*PI*(300*t+500*pow(mod(t,1),2)+t*t))':s=48000"
    run_ffmpeg(
        *("-f", "lavfi", "-i", f"color=s=16x9:r=30,{bars},scale=320:180:flags=neighbor"),
        *("-f", "lavfi", "-i", rising, "-t", str(seconds)),
        *(encoding or (*H264, "-g", "60", *AAC)),
        str(path),
    )
    return path


def counted(luma: NDArray[np.uint8]) -> int:
    """The number that a picture of `counted_recording` bears."""
    columns = np.array_split(luma[luma.shape[0] // 4 : -luma.shape[0] // 4], 16, axis=1)
    shown = [np.median(bar) > 128 for bar in columns]
    return sum(1 << bit for bit in range(16) if shown[bit] ^ (bit > 2 and shown[2]))
