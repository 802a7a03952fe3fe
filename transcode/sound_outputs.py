"""The part of the command that makes the sounds: one chain of filters, then an encoder for each.

track -> 48 kHz -> mono, even and clear -> AAC at 24 kHz
                                        -> Opus at 48 kHz
"""

from typing import Any

from transcode.grid import FIRST_SEGMENT_S, SEGMENT_S, segment_start_s
from transcode.hls_output import hls_output
from transcode.ladder import AudioRendition
from transcode.plan import EncodePlan
from transcode.sound.filters import RUN_UP_S, speech_filters
from transcode.sound_encoder import encoder_options, priming_samples
from transcode.stretch import Stretch

FILTERED_RATE_HZ = 48_000  # what filters of sound work at

Stream = Any  # ffmpeg-python has no types


def sound_outputs(
    stream: Stream, channels: int, plan: EncodePlan, stretch: Stretch
) -> list[Stream]:
    """The sounds of the plan, made of its sound track's `stream`: silence where there is none."""
    start_s = int(segment_start_s(stretch.sound_from))
    settled_from = max(0, start_s - RUN_UP_S) * FILTERED_RATE_HZ
    stream = stream.filter("aresample", FILTERED_RATE_HZ, **{"async": 1, "first_pts": settled_from})
    steps = speech_filters(plan.loudness, channels, FILTERED_RATE_HZ, downmix=plan.downmix)
    for step in steps:
        stream = stream.filter(step.name, **step.options)
    sounds = plan.ladder.sounds
    if len(sounds) == 1:
        return [_coded(stream, sounds[0], stretch)]
    each = stream.filter_multi_output("asplit", len(sounds))
    return [_coded(each[place], sound, stretch) for place, sound in enumerate(sounds)]


def _coded(stream: Stream, sound: AudioRendition, stretch: Stretch) -> Stream:
    """One sound, exactly as long as the stretch.

    The encoder's priming takes the place of the first samples (43 ms of AAC), so that what follows
    lies where it belongs without an edit list, which players read differently.
    """
    stream = stream.filter("aresample", sound.sample_rate_hz)
    if stretch.end_s is not None:
        stream = stream.filter("apad").filter("atrim", end=f"{stretch.end_s:.6f}")
    start_samples = int(segment_start_s(stretch.sound_from)) * sound.sample_rate_hz
    stream = stream.filter("atrim", start_pts=start_samples + priming_samples(sound))
    options = {
        **encoder_options(sound),
        "hls_time": SEGMENT_S,
        **({"hls_init_time": FIRST_SEGMENT_S} if stretch.sound_from == 0 else {}),
        "start_number": stretch.sound_from,
    }
    return hls_output(stream, sound.name, options)
