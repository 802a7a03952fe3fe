"""Write the HLS playlists (RFC 8216) from what was measured. Pure: values in, text out.

ffmpeg's own multivariant playlist lacks AVERAGE-BANDWIDTH and FRAME-RATE and guesses the rest; and
its media playlists round. The cheapest variant comes first: players that start with the first one
start where a poor link can follow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import m3u8

AUDIO_GROUP = "sound"
VERSION = 7  # EXT-X-MAP in a playlist of pictures (6), and fMP4 as Apple documents it (7)


@dataclass(frozen=True, slots=True)
class Segment:
    """One media segment as it lies on the disk."""

    name: str
    duration_s: float
    size_bytes: int


@dataclass(frozen=True, slots=True)
class MediaTrack:
    """One finished rung, or the sound."""

    name: str  # its folder; its playlist is `name/index.m3u8`
    codec: str  # RFC 6381
    init_name: str
    init_bytes: int
    segments: tuple[Segment, ...]

    @property
    def duration_s(self) -> float:
        """The sum of its segments."""
        return sum(segment.duration_s for segment in self.segments)

    @property
    def size_bytes(self) -> int:
        """Everything that a player may load of it."""
        return self.init_bytes + sum(segment.size_bytes for segment in self.segments)

    @property
    def average_bps(self) -> int:
        """AVERAGE-BANDWIDTH of RFC 8216, 4.3.4.2."""
        bits = 8 * sum(segment.size_bytes for segment in self.segments)
        return ceil(bits / max(self.duration_s, 0.001))

    @property
    def peak_bps(self) -> int:
        """The largest bit rate of a run of segments between 0.5 and 1.5 target durations long.

        RFC 8216, 4.1; a lecture shorter than half a target duration counts as a whole.
        """
        target_s = target_duration_s(self.segments)
        runs = _runs(self.segments, 0.5 * target_s, 1.5 * target_s)
        return max((ceil(8 * size / length_s) for length_s, size in runs), default=self.average_bps)


@dataclass(frozen=True, slots=True)
class Variant:
    """A picture track with what EXT-X-STREAM-INF says about it."""

    track: MediaTrack
    width_px: int
    height_px: int
    frame_rate: Fraction


def target_duration_s(segments: Sequence[Segment]) -> int:
    """EXT-X-TARGETDURATION: no EXTINF, rounded to the nearest second, is larger."""
    return max(1, max(int(segment.duration_s + 0.5) for segment in segments))


def media_playlist(track: MediaTrack) -> str:
    """The VOD playlist of one track."""
    playlist = m3u8.M3U8()
    playlist.version = str(VERSION)
    playlist.target_duration = target_duration_s(track.segments)
    playlist.media_sequence = 0
    playlist.playlist_type = "vod"
    playlist.is_independent_segments = True
    playlist.is_endlist = True
    init = {"uri": track.init_name}
    for segment in track.segments:
        playlist.add_segment(
            m3u8.Segment(uri=segment.name, duration=round(segment.duration_s, 6), init_section=init)
        )
    return str(playlist.dumps())


def multivariant_playlist(variants: Sequence[Variant], audio: MediaTrack | None) -> str:
    """The playlist that a player opens. Without pictures, the sound is its only variant."""
    playlist = m3u8.M3U8()
    playlist.version = str(VERSION)
    playlist.is_independent_segments = True
    playlist.is_variant = True
    media = [_audio_media(audio)] if audio and variants else []
    for item in media:
        playlist.add_media(item)
    for variant in variants:
        playlist.add_playlist(_picture_variant(variant, audio, media))
    if audio and not variants:
        playlist.add_playlist(_sound_variant(audio))
    return str(playlist.dumps())


def _audio_media(audio: MediaTrack) -> m3u8.Media:
    return m3u8.Media(
        type="AUDIO",
        group_id=AUDIO_GROUP,
        name="Sound",
        default="YES",
        autoselect="YES",
        channels="1",
        uri=f"{audio.name}/index.m3u8",
    )


def _picture_variant(
    variant: Variant, audio: MediaTrack | None, media: list[m3u8.Media]
) -> m3u8.Playlist:
    tracks = [variant.track, *([audio] if audio else [])]
    info = {
        "bandwidth": sum(track.peak_bps for track in tracks),
        "average_bandwidth": sum(track.average_bps for track in tracks),
        "codecs": ",".join(track.codec for track in tracks),
        "resolution": f"{variant.width_px}x{variant.height_px}",
        "frame_rate": f"{float(variant.frame_rate):.3f}",
    }
    if audio:
        info["audio"] = AUDIO_GROUP
    return m3u8.Playlist(f"{variant.track.name}/index.m3u8", info, media, None)


def _sound_variant(audio: MediaTrack) -> m3u8.Playlist:
    info = {
        "bandwidth": audio.peak_bps,
        "average_bandwidth": audio.average_bps,
        "codecs": audio.codec,
    }
    return m3u8.Playlist(f"{audio.name}/index.m3u8", info, [], None)


def _runs(
    segments: Sequence[Segment], at_least_s: float, at_most_s: float
) -> list[tuple[float, int]]:
    found: list[tuple[float, int]] = []
    for first in range(len(segments)):
        length_s, size_bytes = 0.0, 0
        for segment in segments[first:]:
            length_s += segment.duration_s
            size_bytes += segment.size_bytes
            if length_s > at_most_s:
                break
            if length_s >= at_least_s:
                found.append((length_s, size_bytes))
    return found
