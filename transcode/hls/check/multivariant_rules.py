"""Apple's rules 9.x about the multivariant playlist."""

from collections.abc import Iterator

from transcode.hls.check.bit_rates import variant_peak_bps
from transcode.hls.check.playlist_text import whole_number
from transcode.hls.check.presentation import Listed, Presentation
from transcode.hls.check.rules import MUST, SHOULD, Finding, rule

_HD_LINES = 720
_CELLULAR_BPS = 192_000


@rule("9.1", MUST, "Every variant has CODECS.")
def _codecs(presentation: Presentation) -> Iterator[Finding]:
    yield from _without(presentation, presentation.variants, "CODECS")


@rule("9.2", MUST, "Every variant that shows something has RESOLUTION.")
def _resolution(presentation: Presentation) -> Iterator[Finding]:
    yield from _without(presentation, _shown(presentation), "RESOLUTION")


@rule("9.3", MUST, "Every list of key frames has CODECS.")
def _iframe_codecs(presentation: Presentation) -> Iterator[Finding]:
    yield from _without(presentation, presentation.iframe_variants, "CODECS")


@rule("9.4", MUST, "Every list of key frames has RESOLUTION.")
def _iframe_resolution(presentation: Presentation) -> Iterator[Finding]:
    yield from _without(presentation, presentation.iframe_variants, "RESOLUTION")


@rule("9.5", SHOULD, "Picture and sound are files of their own.")
def _separate(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.pictures:
        if track.init and len(track.init.track_ids) > 1:
            yield track.name, f"its init segment announces {len(track.init.track_ids)} tracks."


@rule("9.9", MUST, "There are pictures of several bit rates, once all is complete.")
def _several(presentation: Presentation) -> Iterator[Finding]:
    if presentation.index and not presentation.is_growing and len(presentation.pictures) == 1:
        yield presentation.index_name, f"{presentation.pictures[0].name} is the only rung."


@rule("9.10", SHOULD, "From 720 lines on, two rungs have the most lines.")
def _two_of_the_largest(presentation: Presentation) -> Iterator[Finding]:
    sizes = [track.init.size_px for track in presentation.pictures if track.init]
    largest = max(sizes, default=(0, 0))
    if min(largest) >= _HD_LINES and sizes.count(largest) < 2:
        yield presentation.index_name, f"one rung alone has {largest[0]}x{largest[1]}."


@rule("9.11", SHOULD, "The multivariant playlist says that segments are independent.")
def _independent(presentation: Presentation) -> Iterator[Finding]:
    index = presentation.index
    if index and presentation.pictures and not index.named("EXT-X-INDEPENDENT-SEGMENTS"):
        yield presentation.index_name, "EXT-X-INDEPENDENT-SEGMENTS is missing."


@rule("9.12", MUST, "Where it does not, each playlist of pictures does.")
def _each_independent(presentation: Presentation) -> Iterator[Finding]:
    index = presentation.index
    if index is None or index.named("EXT-X-INDEPENDENT-SEGMENTS"):
        return
    for track in presentation.pictures:
        if not track.text.named("EXT-X-INDEPENDENT-SEGMENTS"):
            yield track.name, "EXT-X-INDEPENDENT-SEGMENTS is missing, here and above."


@rule("9.13", MUST, "BANDWIDTH covers the largest sum of peaks.")
def _bandwidth(presentation: Presentation) -> Iterator[Finding]:
    for variant in presentation.variants:
        declared = whole_number(variant.tag.attributes, "BANDWIDTH")
        measured = variant_peak_bps(presentation, variant)
        if declared is not None and measured is not None and declared < 0.999 * measured:
            yield (
                presentation.index_name,
                f"{variant.name} declares {declared / 1000:.1f} kbit/s and needs"
                f" {measured / 1000:.1f}.",
            )


@rule("9.14", MUST, "Every variant has AVERAGE-BANDWIDTH.")
def _average(presentation: Presentation) -> Iterator[Finding]:
    yield from _without(presentation, presentation.variants, "AVERAGE-BANDWIDTH")


@rule("9.15", MUST, "Every variant that shows something has FRAME-RATE.")
def _frame_rate(presentation: Presentation) -> Iterator[Finding]:
    yield from _without(presentation, _shown(presentation), "FRAME-RATE")


@rule("9.19", MUST, "SCORE stands at every variant, or at none.")
def _score(presentation: Presentation) -> Iterator[Finding]:
    scored = [one for one in presentation.variants if "SCORE" in one.tag.attributes]
    if scored and len(scored) < len(presentation.variants):
        yield presentation.index_name, f"{len(scored)} of {len(presentation.variants)} have one."


@rule("9.20", MUST, "Where something is shown, no variant is sound alone (tvOS).")
def _no_sound_alone(presentation: Presentation) -> Iterator[Finding]:
    for variant in presentation.variants:
        if presentation.pictures and variant.track is not None and variant.track.is_sound:
            yield presentation.index_name, f"{variant.name} is sound alone."


@rule("9.21", MUST, "One variant fits into 192 kbit/s (iOS, cellular).")
def _cellular(presentation: Presentation) -> Iterator[Finding]:
    declared = [
        whole_number(variant.tag.attributes, "BANDWIDTH") or 0
        for variant in presentation.variants
        if variant_peak_bps(presentation, variant) is not None
    ]
    if declared and min(declared) > _CELLULAR_BPS:
        yield presentation.index_name, f"the cheapest needs {min(declared) / 1000:.0f} kbit/s."


def _shown(presentation: Presentation) -> list[Listed]:
    return [one for one in presentation.variants if one.track is not None and one.track.is_picture]


def _without(
    presentation: Presentation, listed: list[Listed] | tuple[Listed, ...], name: str
) -> Iterator[Finding]:
    for one in listed:
        if name not in one.tag.attributes:
            yield presentation.index_name, f"{one.name} has no {name}."
