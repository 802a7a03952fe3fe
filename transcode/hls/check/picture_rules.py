"""Apple's rules 1.x about pictures and the bit rates of variants."""

from collections.abc import Iterator
from math import ceil, isfinite

from transcode.hls.check.bit_rates import variant_average_bps, variant_peak_bps
from transcode.hls.check.playlist_text import whole_number
from transcode.hls.check.presentation import Listed, Presentation, Track
from transcode.hls.check.rules import MUST, SHOULD, Finding, rule

_NATURAL_RATES = (23.976, 24, 25, 29.97, 30, 50, 59.94, 60)
_H264_LEVEL = 52  # 5.2
_KEY_FRAME_S = 2.0
_SHAPE_TOLERANCE = 0.02  # even sizes round the shape


@rule("1.1", MUST, "Pictures are H.264, HEVC or AV1.")
def _codec(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.pictures:
        entry = track.init.entry if track.init else ""
        if entry not in {"avc1", "avc3", "hvc1", "hev1", "dvh1", "dvhe", "av01"}:
            yield track.name, f"its pictures are coded as {entry!r}."


@rule("1.3", MUST, "H.264 is at most of level 5.2.")
def _level(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.pictures:
        codec = (track.init.codec if track.init else None) or ""
        if codec.startswith("avc1.") and int(codec[9:11], 16) > _H264_LEVEL:
            yield track.name, f"{codec} is of level {int(codec[9:11], 16) / 10}."


@rule("1.4", SHOULD, "H.264 is of the profile High.")
def _profile(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.pictures:
        codec = (track.init.codec if track.init else None) or ""
        if codec.startswith("avc1.") and codec[5:7] != "64":
            yield track.name, f"{codec} is of another profile."


@rule("1.10", SHOULD, "What a decoder needs first lies in the init segment alone.")
def _parameter_sets(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.pictures:
        if track.init and track.init.entry in {"avc3", "hev1", "dvhe"}:
            yield track.name, f"{track.init.entry} leaves parameter sets among the samples."


@rule("1.13", SHOULD, "There is a key frame every two seconds.")
def _key_frames(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.pictures:
        longest_s = _longest_without_key_frame_s(track)
        if longest_s > _KEY_FRAME_S + track.frame_s:
            yield track.name, f"it goes {longest_s:.1f} s without a key frame."


@rule("1.18", SHOULD, "A recording has one of the usual frame rates, from 23.976 to 60.")
def _usual_rate(presentation: Presentation) -> Iterator[Finding]:
    for variant in presentation.variants:
        rate = _number(variant, "FRAME-RATE")
        if rate is not None and min(abs(rate - usual) for usual in _NATURAL_RATES) > 0.01:
            yield presentation.index_name, f"{variant.name} has {rate:g} frames a second."


@rule("1.19", MUST, "No more than 60 frames are shown in a second.")
def _highest_rate(presentation: Presentation) -> Iterator[Finding]:
    for variant in presentation.variants:
        rate = _number(variant, "FRAME-RATE")
        if rate is not None and rate > 60:
            yield presentation.index_name, f"{variant.name} has {rate:g} frames a second."


@rule("RFC 4.3.4.2 FRAME-RATE", MUST, "FRAME-RATE is the most frames that a second shows.")
def _most_frames(presentation: Presentation) -> Iterator[Finding]:
    for variant in presentation.variants:
        rate = _number(variant, "FRAME-RATE")
        if rate is None or variant.track is None or not variant.track.is_picture:
            continue
        shown = _most_in_a_second(variant.track)
        if shown > ceil(rate) + 1:  # recorded frames come early and late
            yield (
                presentation.index_name,
                f"{variant.name} declares {rate:g} frames a second, and shows {shown} in one.",
            )


@rule("1.26", MUST, "AVERAGE-BANDWIDTH of what is complete is right within 10 %.")
def _average(presentation: Presentation) -> Iterator[Finding]:
    for variant, declared, measured in _averages(presentation):
        if not presentation.is_growing and abs(declared - measured) > 0.1 * measured:
            yield _rates(presentation, variant, declared, measured)


@rule("1.27", MUST, "BANDWIDTH of what is complete is right within 10 %.")
def _peak(presentation: Presentation) -> Iterator[Finding]:
    for variant, declared, measured in _peaks(presentation):
        if not presentation.is_growing and abs(declared - measured) > 0.1 * measured:
            yield _rates(presentation, variant, declared, measured)


@rule("1.28", MUST, "While a lecture grows, its average stays under 110 % of AVERAGE-BANDWIDTH.")
def _growing_average(presentation: Presentation) -> Iterator[Finding]:
    for variant, declared, measured in _averages(presentation):
        if presentation.is_growing and measured >= 1.1 * declared:
            yield _rates(presentation, variant, declared, measured)


@rule("1.29", MUST, "While a lecture grows, its peak stays under 125 % of BANDWIDTH.")
def _growing_peak(presentation: Presentation) -> Iterator[Finding]:
    for variant, declared, measured in _peaks(presentation):
        if presentation.is_growing and measured >= 1.25 * declared:
            yield _rates(presentation, variant, declared, measured)


@rule("1.30", SHOULD, "The peak is at most twice the average.")
def _steady(presentation: Presentation) -> Iterator[Finding]:
    for variant in presentation.variants:
        peak = variant_peak_bps(presentation, variant)
        average = variant_average_bps(presentation, variant)
        if not presentation.is_growing and peak and average and peak > 2 * average:
            yield (
                presentation.index_name,
                f"{variant.name} has a peak of {peak / 1000:.0f} kbit/s and an average of"
                f" {average / 1000:.0f}.",
            )


@rule("1.33", SHOULD, "All variants have the same shape.")
def _shape(presentation: Presentation) -> Iterator[Finding]:
    sizes = [(track, track.init.size_px) for track in presentation.pictures if track.init]
    for track, (wide, high) in sizes[1:]:
        first_wide, first_high = sizes[0][1]
        if abs(wide * first_high - first_wide * high) > _SHAPE_TOLERANCE * first_wide * high:
            yield track.name, f"it is {wide}x{high}, the first {first_wide}x{first_high}."


def _most_in_a_second(track: Track) -> int:
    times = sorted(
        sample.shown_ticks / piece.ticks_per_s
        for piece in track.pieces
        for part in piece.fragments
        if part.decode_ticks is not None
        for sample in part.samples
    )
    first, most = 0, 0
    for last, time_s in enumerate(times):
        while time_s - times[first] >= 1 - 1e-6:
            first += 1
        most = max(most, last - first + 1)
    return most


def _longest_without_key_frame_s(track: Track) -> float:
    longest_s, since_s = 0.0, 0.0
    for piece in track.pieces:
        for sample in (sample for part in piece.fragments for sample in part.samples):
            if sample.is_sync:
                since_s = 0.0
            since_s += sample.duration_ticks / piece.ticks_per_s
            longest_s = max(longest_s, since_s)
    return longest_s


def _averages(presentation: Presentation) -> Iterator[tuple[Listed, int, float]]:
    for variant in presentation.variants:
        declared = whole_number(variant.tag.attributes, "AVERAGE-BANDWIDTH")
        measured = variant_average_bps(presentation, variant)
        if declared is not None and measured:
            yield variant, declared, measured


def _peaks(presentation: Presentation) -> Iterator[tuple[Listed, int, float]]:
    for variant in presentation.variants:
        declared = whole_number(variant.tag.attributes, "BANDWIDTH")
        measured = variant_peak_bps(presentation, variant)
        if declared is not None and measured:
            yield variant, declared, measured


def _rates(
    presentation: Presentation, variant: Listed, declared: float, measured: float
) -> Finding:
    return (
        presentation.index_name,
        f"{variant.name} declares {declared / 1000:.1f} kbit/s and has {measured / 1000:.1f}.",
    )


def _number(variant: Listed, name: str) -> float | None:
    try:
        value = float(variant.tag.attributes[name])
    except (KeyError, ValueError):
        return None
    return value if isfinite(value) else None
