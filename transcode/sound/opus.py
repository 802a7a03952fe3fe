"""The second set of sound: Opus beside AAC, for players that have it. Pure.

Opus at 24 kbit/s reaches 20 kHz where AAC stops at 7.5 kHz, and at 16 kbit/s it is still clear
speech. It is a rendition group of its own (RFC 8216, 4.3.4.2.1: the members of a group have the
same codec): each variant is listed once for each group, with the same picture.

Packets of 20 ms divide every time of the segment grid, so segments begin exactly on it. Those of
60 ms would save 1 kbit/s of tables, and begin up to 40 ms beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from transcode.sound.sound_filter import SoundFilter

OPUS_FOLDER = "opus"
OPUS_GROUP = "opus"
# Chromium and Firefox know `audio/mp4; codecs="opus"` and not the sample entry's own name, `Opus`;
# Safari's MediaSource is the other way round. So Safari takes the AAC group, which it needs anyway.
OPUS_CODEC = "opus"
SAMPLE_RATE_HZ = 48_000  # Opus in ISO base media counts in 1/48000 s, whatever was put in
PACKET_MS = 20
PACKET_SAMPLES = SAMPLE_RATE_HZ * PACKET_MS // 1000
LOWEST_BPS = 16_000
HIGHEST_BPS = 32_000
DEFAULT_BPS = 24_000

# What libopus puts before the first sample, as `dOps` says, at 20 and at 60 ms. ffmpeg's muxer
# begins at time 0 with it and, told not to, writes no edit list: so a click is heard 312 samples
# (6.5 ms) late by the file's time stamps. Cut off the start of the input, it lies where it belongs.
PRE_SKIP_SAMPLES = 312
# A decoder that starts in the middle is right after 80 ms (RFC 7845, 4.6): an encoder that goes on
# from a segment's start runs up for longer, by whole packets, and its first packets are dropped.
RUN_UP_SAMPLES = 48_000


@dataclass(frozen=True, slots=True)
class OpusRendition:
    """One Opus rendition, mono."""

    bitrate_bps: int = DEFAULT_BPS  # average

    def __post_init__(self) -> None:
        if not LOWEST_BPS <= self.bitrate_bps <= HIGHEST_BPS:
            raise ValueError(f"{self.bitrate_bps} bit/s is outside of what speech needs in Opus")


def opus_options(rendition: OpusRendition) -> Mapping[str, str | int]:
    """The encoder's options as ffmpeg calls them; to be given to the sound at 48 kHz, mono."""
    return {
        "acodec": "libopus",
        "b:a": rendition.bitrate_bps,
        "ar": SAMPLE_RATE_HZ,
        "application": "voip",
        "frame_duration": PACKET_MS,
        "vbr": "constrained",  # a loud passage must not starve the picture on a poor link
    }


def opus_start() -> tuple[SoundFilter, ...]:
    """The filters before the encoder that make media time 0 the first sample that is heard."""
    return (
        SoundFilter("atrim", {"start_sample": PRE_SKIP_SAMPLES}),
        SoundFilter("asetpts", {"expr": "N/SR/TB"}),
    )


def packets_before(start_s: float) -> int:
    """How many packets lie before a media time. Raises ValueError where none begins there."""
    packets = start_s * 1000 / PACKET_MS
    if abs(packets - round(packets)) > 1e-6:
        raise ValueError(f"no packet begins at {start_s} s")
    return round(packets)
