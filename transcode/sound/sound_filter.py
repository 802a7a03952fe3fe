"""One filter of ffmpeg as a value, and the high-pass that both passes share. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SoundFilter:
    """A filter with one input and one output: its name and options, as ffmpeg calls them."""

    name: str
    options: Mapping[str, str | float]


# Two sections make a Butterworth filter of the fourth order: -22 dB at 50 Hz, -15 dB at 60 Hz (with
# the mains found, notches do the rest), -2.2 dB at 100 Hz, where the deepest voices begin.
HIGH_PASS_HZ = 95
HIGH_PASS = tuple(
    SoundFilter("highpass", {"frequency": HIGH_PASS_HZ, "width_type": "q", "width": quality})
    for quality in (0.541, 1.307)
)


def filter_text(filters: Iterable[SoundFilter]) -> str:
    """The filters as ffmpeg's `-af` has them: `name=key=value:key=value,...`.

    No value of ours has a character that would need escaping.
    """
    return ",".join(
        f"{step.name}={':'.join(f'{key}={value}' for key, value in step.options.items())}"
        for step in filters
    )
