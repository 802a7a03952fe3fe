"""Where segments begin: one grid for every rung and the sound, so that switching is always clean.

Segments of 2, 2 and 4 s, then 6 s: short ones first because a link of 64 kbit/s needs seconds for
each of them before anything moves; 6 s later because key frames are what slides cost (6 s instead
of 2 s saves 44 % of the bits), and it is Apple's recommended length. All are multiples of 2 s, and
every frame rate we encode at has whole frames in 2 s, so each rung has a frame exactly where a
segment begins.

A rest of less than half a second is no segment of its own but the end of the one before it: a
player drops pictures that are shown for a millisecond, and then waits for its last segment.

The ramp is the one that ffmpeg's HLS muxer makes for sound by itself from `-hls_init_time 2
-hls_time 6 -hls_list_size 1`; pictures get their key frames by the expression below and are cut at
each of them. An encode may go on from the middle (see `stretch.py`): from any segment after the
ramp, where only the 6 s remain to be counted.
"""

from itertools import count, takewhile

RAMP_S = (0.0, 2.0, 4.0, 8.0)  # where the first segments begin
FIRST_SEGMENT_S = 2
SEGMENT_S = 6
AFTER_RAMP = len(RAMP_S) - 1  # from this segment on all are equally long
SHORTEST_REST_S = 0.5  # with it, no segment is longer than 6.5 s: EXT-X-TARGETDURATION stays 6
_NEXT_START = f"if(lt(n_forced,3),2*n_forced,8+{SEGMENT_S}*(n_forced-3))"


def segment_start_s(number: int) -> float:
    """Where segment `number`, from 0, begins."""
    if number <= AFTER_RAMP:
        return RAMP_S[number]
    return RAMP_S[-1] + SEGMENT_S * (number - AFTER_RAMP)


def segment_starts_s(duration_s: float) -> list[float]:
    """The media times at which segments of a lecture begin; at least one, the first is 0."""
    last_s = duration_s - SHORTEST_REST_S
    starts = (segment_start_s(number) for number in count(1))
    return [0.0, *takewhile(lambda start_s: start_s <= last_s, starts)]


def key_frames(first: int, last: int | None) -> str:
    """ffmpeg's `-force_key_frames` for segments `first` to `last` (None: as far as it goes).

    `first` is 0 or at least `AFTER_RAMP`. ffmpeg counts `t` from the first frame it encodes.
    """
    start = _NEXT_START if first == 0 else f"{SEGMENT_S}*n_forced"
    due = f"gte(t,{start})"
    return f"expr:{due}" if last is None else f"expr:if(lte(n_forced,{last - first}),{due},0)"
