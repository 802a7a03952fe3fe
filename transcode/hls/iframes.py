"""Playlists of key frames alone (EXT-X-I-FRAMES-ONLY): what a player shows while one scrubs.

They cost no byte on the disk: each entry is a byte range of a media segment, from its `moof` to the
end of its first sample, which is an IDR picture (RFC 8216, 4.3.3.6; Apple's rule 6.10). The second
table of the `moof` names samples that the range has not; players read the first and no further.

Of several rungs of one size the cheapest is taken (Apple's rule 6.4): its key frames are the
smallest, and its picture is the same.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from transcode.hls.playlists import (
    ByteRange,
    IFrameVariant,
    MediaTrack,
    Segment,
    Variant,
    iframe_playlist,
)
from transcode.hls.samples import SampleDefaults, read_movie_fragment

IFRAMES_NAME = "iframes.m3u8"


@dataclass(frozen=True, slots=True)
class IFrames:
    """The key frames of one rung."""

    variant: Variant
    ranges: tuple[ByteRange, ...]  # one for each segment of the variant's track

    @property
    def path(self) -> str:
        """Where their playlist lies, relative to the multivariant playlist."""
        return f"{self.variant.track.name}/{IFRAMES_NAME}"

    @property
    def listed(self) -> IFrameVariant:
        """What the multivariant playlist says of them."""
        frames = self._as_track()
        return IFrameVariant(
            uri=self.path,
            codec=frames.codec,
            bandwidth_bps=frames.bandwidth_bps,
            average_bps=frames.average_bps,
            width_px=self.variant.width_px,
            height_px=self.variant.height_px,
        )

    def playlist(self, *, is_complete: bool = True) -> str:
        """The text of their playlist."""
        return iframe_playlist(self.variant.track, self.ranges, is_complete=is_complete)

    def _as_track(self) -> MediaTrack:
        track = self.variant.track
        segments = tuple(
            Segment(segment.name, segment.duration_s, part.size_bytes)
            for segment, part in zip(track.segments, self.ranges, strict=True)
        )
        return replace(track, segments=segments)


def rungs_with_iframes(variants: Sequence[Variant]) -> list[Variant]:
    """The rungs whose key frames are offered: of each size the one of the fewest bits a second."""
    cheapest: dict[tuple[int, int], Variant] = {}
    for variant in variants:
        size = (variant.width_px, variant.height_px)
        known = cheapest.get(size)
        if known is None or variant.track.average_bps < known.track.average_bps:
            cheapest[size] = variant
    return list(cheapest.values())


def read_iframes(folder: Path, variant: Variant) -> IFrames:
    """The key frames of a rung, whose segments lie in `folder`.

    Raises OSError, and ValueError or struct.error where a segment is damaged or begins with no key
    frame.
    """
    ranges = tuple(read_iframe(folder / segment.name) for segment in variant.track.segments)
    return IFrames(variant, ranges)


def read_iframe(segment: Path, defaults: SampleDefaults | None = None) -> ByteRange:
    """From the first `moof` of a media segment to the end of its first sample. No sample is read.

    Raises OSError, ValueError and struct.error.
    """
    with segment.open("rb") as file:
        start = 0
        while header := file.read(8):
            size, kind = struct.unpack(">I4s", header)
            if kind == b"moof":
                moof = header + file.read(size - 8)
                fragment = read_movie_fragment(moof, start, defaults or SampleDefaults())
                break
            start += size
            file.seek(start)
        else:
            raise ValueError(f"{segment.name} holds no samples")
    if not fragment.samples or not fragment.samples[0].is_sync:
        raise ValueError(f"{segment.name} does not begin with a key frame")
    return ByteRange(fragment.start, fragment.samples[0].end - fragment.start)
