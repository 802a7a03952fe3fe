"""How libopus is to be asked for a lecture's sound. Pure.

Packets of 20 ms divide every time of the segment grid, so segments begin exactly on it. Those of
60 ms would save 1 kbit/s of tables, and begin up to 40 ms beside it.
"""

from collections.abc import Mapping

OPTIONS: Mapping[str, str | int] = {
    "application": "audio",  # `voip`, which filters too, comes out worse: PESQ 3.76, not 3.96
    "frame_duration": 20,
    "vbr": "constrained",  # a loud passage must not starve the picture on a poor link
}

# What libopus puts before the first sample, as `dOps` says, at 20 and at 60 ms. ffmpeg's muxer
# begins at time 0 with it and, told not to, writes no edit list: so a click is heard 312 samples
# (6.5 ms) late by the file's time stamps. Cut off the start of the input, it lies where it belongs.
PRE_SKIP_SAMPLES = 312
