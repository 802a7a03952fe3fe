"""What each encoder is told to make of a sound: one table. Pure."""

from collections.abc import Collection
from dataclasses import replace

from transcode.ladder import AAC, LIBOPUS, AudioRendition, Ladder
from transcode.sound import aac, opus

Options = dict[str, str | int]


def encoder_options(sound: AudioRendition) -> Options:
    """ffmpeg's options for the encoder of `sound`."""
    own = {AAC: aac.OPTIONS, LIBOPUS: opus.OPTIONS}[sound.encoder]
    return {"acodec": sound.encoder, "b:a": sound.bitrate_bps, **own}


def priming_samples(sound: AudioRendition) -> int:
    """How many samples, at its rate, the encoder puts before the first one."""
    return {AAC: aac.PRIMING_SAMPLES, LIBOPUS: opus.PRE_SKIP_SAMPLES}[sound.encoder]


def without_missing(ladder: Ladder, encoders: Collection[str]) -> Ladder:
    """The ladder with the sounds that one of `encoders` makes, and with the one it must have."""
    others = tuple(sound for sound in ladder.other_audio if sound.encoder in encoders)
    return replace(ladder, other_audio=others)
