"""Apple's rules 2.x about sound."""

from collections.abc import Iterator

from transcode.hls.check.bit_rates import average_bps
from transcode.hls.check.presentation import Presentation, Track
from transcode.hls.check.rules import MUST, SHOULD, Finding, rule

_AAC = "mp4a.40."
_HE_AAC = ("mp4a.40.5", "mp4a.40.29")
_HE_AAC_LIMIT_BPS = 64_000
_AAC_CHANNEL_BPS = 80_000  # half of Apple's 160 kbit/s for two channels


@rule("2.1", SHOULD, "Sound lies in fragmented MP4.")
def _container(presentation: Presentation) -> Iterator[Finding]:
    for rendition in presentation.renditions:
        is_sound = rendition.tag.attributes.get("TYPE") == "AUDIO"
        if is_sound and rendition.track and rendition.track.pieces and not rendition.track.init:
            yield rendition.track.name, "it has no init segment."


@rule("2.3", MUST, "Where there is sound, it is there as AAC of one or two channels.")
def _aac(presentation: Presentation) -> Iterator[Finding]:
    codecs = {_codec(track): track for track in presentation.sounds}
    if codecs and not any(
        codec.startswith(_AAC) and track.init and track.init.channels <= 2
        for codec, track in codecs.items()
    ):
        yield presentation.index_name, f"there is no AAC, only {', '.join(sorted(codecs))}."


@rule("2.4", SHOULD, "HE-AAC is not used above 64 kbit/s.")
def _he_aac(presentation: Presentation) -> Iterator[Finding]:
    for variant in presentation.variants:
        named = variant.tag.attributes.get("CODECS", "")
        for track in presentation.sounds_with(variant):
            if any(name in named for name in _HE_AAC) and average_bps(track) > _HE_AAC_LIMIT_BPS:
                yield track.name, f"it is HE-AAC of {average_bps(track) / 1000:.0f} kbit/s."


@rule("2.9", SHOULD, "AAC has at most 80 kbit/s for each channel; silence may cost nothing.")
def _bit_rate(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.sounds:
        channels = max(1, track.init.channels) if track.init else 1
        if _codec(track).startswith(_AAC) and average_bps(track) > channels * _AAC_CHANNEL_BPS:
            yield track.name, f"it has {average_bps(track) / 1000:.0f} kbit/s."


@rule("2.11", MUST, "The number of channels changes at a discontinuity only.")
def _channels(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.sounds:
        known = None
        for piece in track.pieces:
            channels = piece.init.channels if piece.init else None
            if known not in (None, channels) and not piece.entry.is_discontinuous:
                yield track.name, f"{piece.entry.uri} has {channels} channels, before were {known}."
            known = channels


@rule("2.17", MUST, "A segment holds one sound.")
def _one_sound(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.sounds:
        if track.init and len(track.init.track_ids) > 1:
            yield track.name, f"its init segment announces {len(track.init.track_ids)} tracks."


@rule("2.19", SHOULD, "Fragmented MP4 says how loud it is (box ludt).")
def _loudness(presentation: Presentation) -> Iterator[Finding]:
    for track in presentation.sounds:
        if track.init and "ludt" not in track.init.boxes:
            yield track.name, "it has no loudness box."


def _codec(track: Track) -> str:
    return (track.init.codec or track.init.entry) if track.init else ""
