"""The first of two passes over a complete recording: how loud it is, and what ails it.

One ffmpeg reads the sound alone. Its `ebur128` measures each mono that could be made of the
channels (EBU R 128, ITU-R BS.1770); the same samples at 16 kHz come here through a pipe and are
metered. All is measured behind the high-pass, which the encoder has as well: what is cut off
below the voice must not count as loudness.
"""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcode.errors import FfmpegFailed
from transcode.locator import locate_ffmpeg
from transcode.media import AudioStream, MediaInfo
from transcode.process import run
from transcode.sound.downmix import Downmix, choose_downmix
from transcode.sound.ebur128 import CANDIDATES, HEADROOM, Ebur128, parse_summaries, pass_arguments
from transcode.sound.gain import expected_lufs, static_gain_db
from transcode.sound.levels import MAINS_HZ, LevelMeter, Levels
from transcode.sound.metering import meter_pipe
from transcode.sound.speech_level import QUIET_SHARE, SpeechLevel, speech_level, to_db

SILENT_LUFS = -69.0  # `ebur128` gates at -70 and says that where it heard nothing
HUM_BELOW_SPEECH_DB = 45.0  # a hum weaker than this is masked
HUM_BELOW_NOISE_DB = 10.0  # of a white noise, 24 dB less falls on the frequencies of the mains
MIN_HUM_DB = -70.0
NICENESS = 10
EARLY_WALL_CAP_S = 10.0


@dataclass(frozen=True, slots=True)
class ChannelLevel:
    """One channel of the source, behind the high-pass."""

    rms_db: float  # dBFS; -120 for nothing
    peak_db: float


@dataclass(frozen=True, slots=True)
class Loudness:
    """What the first pass found. Levels are of the mono that `downmix` makes."""

    integrated_lufs: float | None  # None: silence
    true_peak_db: float  # dBTP
    range_lu: float
    speech_db: float  # RMS of the speech, dBFS
    noise_floor_db: float  # RMS of what lies beneath it
    noise_is_steady: bool  # an even noise, which can be reduced
    mains_hz: int | None  # 50 or 60 where the mains hum, above the high-pass too
    channels: tuple[ChannelLevel, ...]
    downmix: Downmix
    gain_db: float  # what brings it to -16 LUFS behind the limiter; 0 for silence and noise
    expected_lufs: float | None  # what it will be then; None: silence

    @property
    def one_channel_is_silent(self) -> bool:
        """Whether there are two channels, of which only one is heard."""
        return self.downmix in (Downmix.LEFT, Downmix.RIGHT)

    @property
    def phases_are_opposite(self) -> bool:
        """Whether a plain sum of the channels would cancel."""
        return self.downmix is Downmix.DIFFERENCE


async def measure_loudness(
    path: Path,
    demuxer: str,
    stream_index: int,
    channels: int,
    *,
    niceness: int = NICENESS,
    seen_bytes: int | None = None,
) -> Loudness:
    """What a first pass over the sound finds; `channels` as the probe says, more than 2 are folded.

    `seen_bytes`: of a file that still arrives; its first minute is taken for all, and no more
    than 10 s are spent on it. About 100 to 300 times as fast as real time on one core. Raises
    FfmpegFailed, FfmpegMissing.
    """
    ffmpeg = await locate_ffmpeg()
    metered = 1 if channels == 1 else 2
    meter = LevelMeter(metered)
    read_end, write_end = os.pipe()
    reading = asyncio.create_task(meter_pipe(read_end, meter))
    arguments = pass_arguments(
        ffmpeg.path, path, demuxer, stream_index, metered, write_end, seen_bytes
    )
    cap_s = None if seen_bytes is None else EARLY_WALL_CAP_S
    try:
        finished = await run(arguments, niceness=niceness, inherited=(write_end,), wall_cap_s=cap_s)
    finally:
        os.close(write_end)  # the child's copy is gone, so the reader finds the end
        await reading
    return loudness_of(parse_summaries(finished.log_tail), meter.levels().louder(HEADROOM))


async def first_downmix(info: MediaInfo, audio: AudioStream, seen_bytes: int) -> Downmix:
    """How one channel is made of a sound that still arrives, by what is there of it.

    Only that the channels are in opposite phase is believed, for then nothing would be heard of
    their mean. A channel that is silent so far may be the class's microphone. Raises OSError.
    """
    if audio.channels != 2:
        return Downmix.MEAN
    try:
        loudness = await measure_loudness(
            info.path, info.demuxer, audio.index, audio.channels, seen_bytes=seen_bytes
        )
    except FfmpegFailed:  # the encode itself will say what is wrong with the recording
        return Downmix.MEAN
    return loudness.downmix if loudness.phases_are_opposite else Downmix.MEAN


def loudness_of(summaries: list[Ebur128], levels: Levels) -> Loudness:
    """Put together what ffmpeg and the meter found; both measured behind the high-pass. Pure."""
    downmix = choose_downmix(levels)
    column = _column(downmix, levels)
    power = levels.power_without_hum(column)
    heard = _heard(downmix, summaries)
    found = speech_level(power) or SpeechLevel(-120.0, -120.0, False)
    integrated = heard.integrated_lufs if heard.integrated_lufs > SILENT_LUFS else None
    peak = levels.amplitude("peak", column)
    gain_db = static_gain_db(integrated, power, peak)
    expected = None
    if integrated is not None:
        expected = expected_lufs(integrated, gain_db, power, peak)
    return Loudness(
        integrated_lufs=integrated,
        true_peak_db=heard.true_peak_db,
        range_lu=heard.range_lu,
        speech_db=found.speech_db,
        noise_floor_db=found.background_db,
        noise_is_steady=found.is_steady,
        mains_hz=_mains(levels, column, found),
        channels=tuple(_channel(levels, channel) for channel in range(levels.channels)),
        downmix=downmix,
        gain_db=gain_db,
        expected_lufs=expected,
    )


_NOTHING = Ebur128(-70.0, 0.0, -120.0)


def _heard(downmix: Downmix, summaries: list[Ebur128]) -> Ebur128:
    """The summary of the downmix. Channels in opposite phase differ by what one of them is."""
    if not summaries:
        return _NOTHING
    if len(summaries) < len(CANDIDATES):
        return summaries[0]
    if downmix is Downmix.DIFFERENCE:
        return max(summaries[:2], key=lambda summary: summary.integrated_lufs)
    names = [name for name, _ in CANDIDATES]
    return summaries[names.index(downmix)]


def _column(downmix: Downmix, levels: Levels) -> int:
    columns = {Downmix.LEFT: 0, Downmix.RIGHT: 1, Downmix.MEAN: levels.mix_column}
    if downmix is Downmix.DIFFERENCE:
        return int(np.argmax([levels.power(0).sum(), levels.power(1).sum()]))
    return columns[downmix]


def _mains(levels: Levels, column: int, found: SpeechLevel) -> int | None:
    """Which mains hum: in the pauses as well, where no voice's harmonics fall on them."""
    if len(levels.readings) == 0:
        return None
    hum = {
        mains: to_db(float(np.quantile(levels.hum_power(column, mains), QUIET_SHARE)))
        for mains in MAINS_HZ
    }
    strongest = max(MAINS_HZ, key=lambda mains: hum[mains])
    masked_db = max(
        MIN_HUM_DB,
        found.speech_db - HUM_BELOW_SPEECH_DB,
        found.background_db - HUM_BELOW_NOISE_DB,
    )
    return strongest if hum[strongest] > masked_db else None


def _channel(levels: Levels, channel: int) -> ChannelLevel:
    if len(levels.readings) == 0:
        return ChannelLevel(-120.0, -120.0)
    peak = float(levels.amplitude("peak", channel).max())
    return ChannelLevel(to_db(float(levels.power(channel).mean())), to_db(peak**2))
