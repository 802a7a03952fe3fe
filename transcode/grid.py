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
each of them.
"""

RAMP_S = (0.0, 2.0, 4.0, 8.0)  # where the first segments begin
FIRST_SEGMENT_S = 2
SEGMENT_S = 6
SHORTEST_REST_S = 0.5  # with it, no segment is longer than 6.5 s: EXT-X-TARGETDURATION stays 6
_NEXT_START = f"if(lt(n_forced,3),2*n_forced,8+{SEGMENT_S}*(n_forced-3))"


def segment_starts_s(duration_s: float) -> list[float]:
    """The media times at which segments of a lecture begin; at least one, the first is 0."""
    last_s = duration_s - SHORTEST_REST_S
    starts = [0.0, *(start for start in RAMP_S[1:] if start <= last_s)]
    following = RAMP_S[-1] + SEGMENT_S
    while following <= last_s:
        starts.append(following)
        following += SEGMENT_S
    return starts


def key_frames(segments: int) -> str:
    """ffmpeg's `-force_key_frames` for a lecture of so many segments: one where each begins."""
    return f"expr:if(lt(n_forced,{segments}),gte(t,{_NEXT_START}),0)"
