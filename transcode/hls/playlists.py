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
GROWING_TARGET_S = 6  # what the grid promises before the first segment lies there
VERSION = 7  # EXT-X-MAP in a playlist of pictures (6), and fMP4 as Apple documents it (7)


@dataclass(frozen=True, slots=True)
class Segment:
    """One media segment as it lies on the disk."""

    name: str
    duration_s: float
    size_bytes: int
    init_name: str | None = None  # None: the track's
    is_discontinuous: bool = False  # another encoder went on here, in this track or in another


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A part of a media segment."""

    start: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class MediaTrack:
    """One rung, or the sound, as far as it has been made."""

    name: str  # its folder; its playlist is `name/index.m3u8`
    codec: str  # RFC 6381
    init_name: str
    init_bytes: int
    segments: tuple[Segment, ...]
    planned_peak_bps: int = 0  # while it grows: no later run of segments will need more
    least_target_s: int = 1  # EXT-X-TARGETDURATION is never less, however short the segments are

    @property
    def target_s(self) -> int:
        """EXT-X-TARGETDURATION. RFC 8216, 6.2.1: of a playlist that grows it may not change."""
        return max(self.least_target_s, target_duration_s(self.segments))

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
        runs = _runs(self.segments, 0.5 * self.target_s, 1.5 * self.target_s)
        return max((ceil(8 * size / length_s) for length_s, size in runs), default=self.average_bps)

    @property
    def bandwidth_bps(self) -> int:
        """What BANDWIDTH counts of it: what was measured, or what is still allowed to come.

        RFC 8216, 4.3.4.2, asks for an upper bound while segments are still to be made.
        """
        return max(self.peak_bps, self.planned_peak_bps)


@dataclass(frozen=True, slots=True)
class Variant:
    """A picture track with what EXT-X-STREAM-INF says about it."""

    track: MediaTrack
    width_px: int
    height_px: int
    frame_rate: Fraction


@dataclass(frozen=True, slots=True)
class IFrameVariant:
    """What EXT-X-I-FRAME-STREAM-INF says about a playlist of key frames."""

    uri: str  # relative to the multivariant playlist
    codec: str  # RFC 6381, of the picture alone
    bandwidth_bps: int
    average_bps: int
    width_px: int
    height_px: int


def target_duration_s(segments: Sequence[Segment]) -> int:
    """EXT-X-TARGETDURATION: no EXTINF, rounded to the nearest second, is larger."""
    return max((1, *(int(segment.duration_s + 0.5) for segment in segments)))


def media_playlist(track: MediaTrack, *, is_complete: bool = True) -> str:
    """The playlist of one track: VOD when it is complete, EVENT without an end while it grows.

    While it grows, the target duration is at least what the grid promises. It may not change: a
    track that has been growing keeps `least_target_s=GROWING_TARGET_S` when it is complete.
    """
    playlist = _begun(track, is_complete)
    for segment in track.segments:
        playlist.add_segment(
            m3u8.Segment(
                uri=segment.name,
                duration=round(segment.duration_s, 6),
                init_section={"uri": segment.init_name or track.init_name},
                discontinuity=segment.is_discontinuous,
            )
        )
    return str(playlist.dumps())


def iframe_playlist(
    track: MediaTrack, ranges: Sequence[ByteRange], *, is_complete: bool = True
) -> str:
    """The playlist of a track's key frames: `ranges` says where in each segment its one lies.

    EXTINF is the time from one key frame to the next (RFC 8216, 4.3.3.6).
    """
    playlist = _begun(track, is_complete)
    playlist.is_i_frames_only = True
    for segment, part in zip(track.segments, ranges, strict=True):
        playlist.add_segment(
            m3u8.Segment(
                uri=segment.name,
                duration=round(segment.duration_s, 6),
                byterange=f"{part.size_bytes}@{part.start}",
                init_section={"uri": segment.init_name or track.init_name},
                discontinuity=segment.is_discontinuous,
            )
        )
    return str(playlist.dumps())


def _begun(track: MediaTrack, is_complete: bool) -> m3u8.M3U8:
    least_s = 1 if is_complete else GROWING_TARGET_S
    playlist = m3u8.M3U8()
    playlist.version = str(VERSION)
    playlist.target_duration = max(least_s, track.target_s)
    playlist.media_sequence = 0
    playlist.playlist_type = "vod" if is_complete else "event"
    playlist.is_independent_segments = True
    playlist.is_endlist = is_complete
    return playlist


def multivariant_playlist(
    variants: Sequence[Variant],
    sounds: Sequence[MediaTrack],
    *,
    iframes: Sequence[IFrameVariant] = (),
    language: str | None = None,
) -> str:
    """The playlist that a player opens. Without pictures, each sound is a variant.

    `sounds` is the same sound in different codecs, each a rendition group of its own, first the one
    that every player decodes. With that one all pictures are listed before the first with another:
    a player begins with one of the first. `language` is spoken: a tag of BCP 47, `und` where it is
    not known.
    """
    playlist = m3u8.M3U8()
    playlist.version = str(VERSION)
    playlist.is_independent_segments = True
    playlist.is_variant = True
    if not variants:
        for alone in sounds:
            playlist.add_playlist(_sound_variant(alone))
        return str(playlist.dumps())
    groups: list[tuple[MediaTrack | None, m3u8.Media | None]] = [
        (sound, _audio_media(sound, language, is_first=sound is sounds[0])) for sound in sounds
    ]
    for _, media in groups:
        playlist.add_media(media)
    for sound, media in groups or [(None, None)]:
        for variant in variants:
            playlist.add_playlist(picture_entry(variant, sound, media))
    for item in iframes:
        playlist.add_iframe_playlist(iframe_entry(item))
    return str(playlist.dumps())


def _audio_media(audio: MediaTrack, language: str | None, *, is_first: bool) -> m3u8.Media:
    return m3u8.Media(
        type="AUDIO",
        group_id=AUDIO_GROUP if is_first else f"{AUDIO_GROUP}-{audio.name}",
        language=language,
        name="Sound",
        default="YES",
        autoselect="YES",
        channels="1",
        uri=f"{audio.name}/index.m3u8",
    )


def picture_entry(
    variant: Variant, audio: MediaTrack | None, group: m3u8.Media | None
) -> m3u8.Playlist:
    """EXT-X-STREAM-INF of a rung with one of the sounds."""
    tracks = [variant.track, *([audio] if audio else [])]
    info = {
        "bandwidth": sum(track.bandwidth_bps for track in tracks),
        "average_bandwidth": sum(track.average_bps for track in tracks),
        "codecs": ",".join(track.codec for track in tracks),
        "resolution": f"{variant.width_px}x{variant.height_px}",
        "frame_rate": f"{float(variant.frame_rate):.3f}",
    }
    if group is not None:
        info["audio"] = group.group_id
    media = [group] if group is not None else []
    return m3u8.Playlist(f"{variant.track.name}/index.m3u8", info, media, None)


def _sound_variant(audio: MediaTrack) -> m3u8.Playlist:
    info = {
        "bandwidth": audio.bandwidth_bps,
        "average_bandwidth": audio.average_bps,
        "codecs": audio.codec,
    }
    return m3u8.Playlist(f"{audio.name}/index.m3u8", info, [], None)


def iframe_entry(item: IFrameVariant) -> m3u8.IFramePlaylist:
    """EXT-X-I-FRAME-STREAM-INF of a playlist of key frames."""
    info = {
        "bandwidth": item.bandwidth_bps,
        "average_bandwidth": item.average_bps,
        "codecs": item.codec,
        "resolution": f"{item.width_px}x{item.height_px}",
    }
    return m3u8.IFramePlaylist(None, item.uri, info)


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
