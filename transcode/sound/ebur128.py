"""The command of the first pass, and the summaries that ffmpeg's `ebur128` filters print. Pure."""

import re
from dataclasses import dataclass
from pathlib import Path

from transcode.first_bytes import input_arguments
from transcode.probe import AUDIO_CODECS, MAX_PIXELS, MAX_STREAMS, VIDEO_CODECS
from transcode.sound.downmix import Downmix
from transcode.sound.levels import RATE_HZ
from transcode.sound.sound_filter import HIGH_PASS, filter_text

MEASURED_RATE_HZ = 48_000  # older builds of `ebur128` know no other
FIRST_PART_S = 60  # of what still arrives
FRAME_SAMPLES = 9600  # frames of 0.2 s: with 0.02 s, half of the time goes into passing them on
HEADROOM = 2.0  # the high-pass turns phases, and peaks would then stand out of 16 bits
CANDIDATES = (
    (Downmix.LEFT, "pan=mono|c0=c0"),
    (Downmix.RIGHT, "pan=mono|c0=c1"),
    (Downmix.MEAN, "pan=mono|c0=0.5*c0+0.5*c1"),
)


@dataclass(frozen=True, slots=True)
class Ebur128:
    """The summary of one `ebur128` filter."""

    integrated_lufs: float
    range_lu: float
    true_peak_db: float


def parse_summaries(log: str) -> list[Ebur128]:
    """The summaries that `ebur128` filters print, in the order of the filters' numbers."""
    found: dict[int, Ebur128] = {}
    for match in _SUMMARY.finditer(log):
        number, integrated, loudness_range, peak = match.groups()
        found[int(number)] = Ebur128(float(integrated), float(loudness_range), float(peak))
    return [found[number] for number in sorted(found)]


_SUMMARY = re.compile(
    r"Parsed_ebur128_(\d+) @ [^\]]*\] Summary:.*?I:\s+(\S+) LUFS.*?LRA:\s+(\S+) LU"
    r".*?Peak:\s+(\S+) dBFS",
    re.DOTALL,
)


def pass_arguments(
    program: str,
    path: Path,
    demuxer: str,
    stream_index: int,
    channels: int,
    pipe: int,
    seen_bytes: int | None = None,
) -> list[str]:
    """The command of the first pass: summaries on stderr, s16le at 16 kHz into the pipe `pipe`.

    `seen_bytes`: of a file that still arrives, whose first minute at most is listened to.
    """
    return [
        *(program, "-loglevel", "info", "-f", demuxer),
        *(
            "-codec_whitelist",
            ",".join(sorted(VIDEO_CODECS | AUDIO_CODECS)),
        ),
        *(
            "-max_streams",
            str(MAX_STREAMS),
            "-max_pixels",
            str(MAX_PIXELS),
            "-vn",
            "-sn",
            "-dn",
        ),
        *(() if seen_bytes is None else ("-t", str(FIRST_PART_S))),
        *input_arguments(path, seen_bytes),
        *("-filter_complex", _graph(stream_index, channels), "-map", "[pcm]"),
        *("-map_metadata", "-1", "-f", "s16le", f"pipe:{pipe}"),
    ]


def _graph(stream_index: int, channels: int) -> str:
    layout = "mono" if channels == 1 else "stereo"
    start = (
        f"[0:{stream_index}]aresample={MEASURED_RATE_HZ}:async=1:first_pts=0,"
        f"aformat=sample_fmts=fltp:channel_layouts={layout},"
        f"asetnsamples=n={FRAME_SAMPLES}:p=0,{filter_text(HIGH_PASS)},"
    )
    # lines per 0.1 s go to `verbose`, which is not printed; the summaries are
    meter = "ebur128=peak=true:framelog=verbose,anullsink"
    pcm = f"aresample={RATE_HZ},volume={1 / HEADROOM},aformat=sample_fmts=s16[pcm]"
    if channels == 1:
        return f"{start}asplit=2[a][z];[a]{meter};[z]{pcm}"
    labels = [f"[m{number}]" for number in range(len(CANDIDATES))]
    branches = [f"{label}{pan},{meter}" for label, (_, pan) in zip(labels, CANDIDATES, strict=True)]
    return ";".join(
        [f"{start}asplit={len(labels) + 1}{''.join(labels)}[z]", *branches, f"[z]{pcm}"]
    )
