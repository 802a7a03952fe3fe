"""Meter the sound of a recording as it came, on the lecture's clock, in a pass of its own.

Only sound is decoded, 100 to 300 times as fast as real time. A tap of the encoder would be cheaper
still, but would have to survive the encoder's deaths sample by sample.
"""

import asyncio
import os
from pathlib import Path

from transcode.limits import encoding
from transcode.probe import AUDIO_CODECS, MAX_STREAMS, VIDEO_CODECS
from transcode.process import run
from transcode.sound.levels import RATE_HZ, LevelMeter, Levels

NICENESS = 10
PIECE_BYTES = 1 << 16


async def meter_levels(
    ffmpeg_path: str, path: Path, demuxer: str, stream_index: int, channels: int, later_s: float
) -> Levels:
    """The levels of a stream whose container's time 0 lies at `later_s` of the lecture's clock.

    More than two `channels` are folded into two, 0 (unknown) counts as two. Raises FfmpegFailed,
    OSError.
    """
    meter = LevelMeter(1 if channels == 1 else 2)
    layout = "mono" if meter.channels == 1 else "stereo"
    reading_end, writing_end = os.pipe()
    metering = asyncio.create_task(meter_pipe(reading_end, meter))
    arguments = [
        *(ffmpeg_path, "-loglevel", "warning", "-copyts", "-itsoffset", f"{later_s:.6f}"),
        *("-f", demuxer, "-protocol_whitelist", "file,pipe"),
        *("-codec_whitelist", ",".join(sorted(VIDEO_CODECS | AUDIO_CODECS))),
        *("-max_streams", str(MAX_STREAMS), "-vn", "-sn", "-dn", "-i", f"file:{path}"),
        *("-map", f"0:{stream_index}"),
        *("-af", f"aresample={RATE_HZ}:async=1:first_pts=0,aformat=channel_layouts={layout}"),
        *("-map_metadata", "-1", "-c:a", "pcm_s16le", "-f", "s16le", f"pipe:{writing_end}"),
    ]
    try:
        limits = encoding([path], Path(os.devnull))
        await run(arguments, niceness=NICENESS, inherited=(writing_end,), limits=limits)
    finally:
        os.close(writing_end)  # the child's copy is gone, so the reader finds the end
        await metering
    return meter.levels()


async def meter_pipe(reading_end: int, meter: LevelMeter) -> None:
    """Meter what comes through the pipe until its last writer has closed it."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading_end, "rb", 0)
    )
    try:
        while piece := await reader.read(PIECE_BYTES):
            meter.take(piece)
    finally:
        transport.close()
