"""Look into a recording before anything else touches it: what is in it, and do we take it?

Content decides, never the name. The file is read by a short-lived child with limits on memory,
processor and wall time (`probe_child.py`); this side turns its facts into a `MediaInfo` or
into a sentence for the teacher.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from transcode.content import HEAD_BYTES, refusal_of
from transcode.errors import RefusedMedia, UnreadableMedia
from transcode.media import AudioStream, MediaInfo, VideoStream
from transcode.probe_facts import Facts, StreamFacts, read_facts
from transcode.streamable import IndexPlace, begins_as_mp4, is_streamable, mp4_index_place

MAX_SIDE_PX = 8192
MAX_PIXELS = 8192 * 4352  # 8K, with room for the rounding of block sizes
MAX_STREAMS = 16
MAX_DURATION_S = 24 * 3600.0
FALLBACK_RATE = Fraction(30)  # when there is one picture only
HEAD_S = 1.0  # a head shows at least so much; the first segment is longer
HEAD_PATIENCE_S = 10.0  # a stream that was announced and is silent so long is not waited for
HEAD_REGULAR_PICTURES = 8  # of a head with fewer, the rate is not believed when it is low
TEXT_BYTES = 512  # of every recording these hold bytes that no text has
MAX_HEAD_BYTES = 256 << 20  # the child holds a head in memory
CERTAIN_BYTES = 1 << 20  # what is no recording in these will not be one with more
FRAME_RATES = tuple(Fraction(rate) for rate in (1, 2, 5, 10, 15, 20, 24, 25, 30))

VIDEO_CODECS = frozenset(
    {
        "h264",
        "hevc",
        "vp8",
        "vp9",
        "libvpx",
        "libvpx-vp9",
        "av1",
        "libdav1d",
        "libaom-av1",
        "mpeg4",
        "mpeg2video",
        "mpeg1video",
        "mjpeg",
        "prores",
        "theora",
    }
)
AUDIO_CODECS = frozenset(
    {
        "aac",
        "mp3",
        "mp3float",
        "opus",
        "libopus",
        "vorbis",
        "libvorbis",
        "flac",
        "alac",
        "ac3",
        "eac3",
        "mp2",
        "mp2float",
        "pcm_s16le",
        "pcm_s16be",
        "pcm_s24le",
        "pcm_s24be",
        "pcm_s32le",
        "pcm_f32le",
        "pcm_u8",
        "pcm_mulaw",
        "pcm_alaw",
    }
)

_NO_INDEX = (
    "This recording is incomplete: its index, which is written at the very end, is missing."
    " Copy the file again from the device that recorded it, or export it again."
)
_NOT_PLAYABLE = (
    "This file could not be read as a recording: it is damaged, or in a format that we do not take."
    " WebM, MP4, MOV, MKV and MPEG-TS files are fine."
)
_NOTHING = "This file has neither picture nor sound in it. Choose the video that you recorded."
_TOO_COSTLY = (
    "This file could not be examined in reasonable time: it is damaged or not a normal recording."
)


async def probe(path: Path) -> MediaInfo:
    """What is in the recording at `path`.

    Raises UnreadableMedia or RefusedMedia with a sentence for the teacher, OSError when
    the file cannot be opened at all. Reads the file once from end to end (about 1 s a gigabyte).
    """
    path, head, size_bytes = await asyncio.to_thread(_read_head, path)
    refusal = refusal_of(head)
    if refusal is not None:
        raise UnreadableMedia(refusal)
    facts = await read_facts(path, VIDEO_CODECS | AUDIO_CODECS)
    if facts is None:
        raise UnreadableMedia(_TOO_COSTLY)
    if facts.error:
        raise UnreadableMedia(_explain(facts.error, head))
    index = await asyncio.to_thread(mp4_index_place, path, size_bytes)
    return parse_facts(facts, path, size_bytes, index)


async def probe_head(path: Path, max_bytes: int) -> MediaInfo | None:
    """What is in the first `max_bytes` of a file that still grows; None: it takes more to say.

    Its duration and its ends are those of what was seen; the frame rate is an upper bound until the
    pictures come regularly. An MP4 whose index is not in front stays None for ever: only `probe`
    can tell, when it is whole. Raises RefusedMedia or UnreadableMedia as soon as it is certain that
    no further byte would change it, and OSError. Reads the bytes anew each time.
    """
    path, head, size_bytes = await asyncio.to_thread(_read_head, path)
    seen_bytes = min(size_bytes, max_bytes, MAX_HEAD_BYTES)
    head = head[:seen_bytes]
    if len(head) < TEXT_BYTES:
        return None
    refusal = refusal_of(head)
    if refusal is not None:
        raise UnreadableMedia(refusal)
    index = await asyncio.to_thread(mp4_index_place, path, seen_bytes)
    if begins_as_mp4(head) and index is not IndexPlace.FRONT:
        return None
    facts = await read_facts(path, VIDEO_CODECS | AUDIO_CODECS, seen_bytes)
    if facts is None:
        raise UnreadableMedia(_TOO_COSTLY)
    if facts.error:
        if seen_bytes < CERTAIN_BYTES:
            return None
        raise UnreadableMedia(_explain(facts.error, head))
    return parse_head(facts, path, size_bytes, index)


def parse_head(
    facts: Facts, path: Path, size_bytes: int, index: IndexPlace = IndexPlace.UNKNOWN
) -> MediaInfo | None:
    """The facts about a head; None while they do not suffice. Raises as parse_facts does."""
    _refuse_excess(facts)
    media = [s for s in facts.streams if s.type in ("video", "audio") and not s.is_cover]
    seen_s = max((_end_s(s, facts) for s in media if s.packets), default=0.0)
    is_silent = any(not s.packets or (s.type == "video" and s.width_px == 0) for s in media)
    if seen_s < HEAD_S or (is_silent and seen_s < HEAD_PATIENCE_S):
        return None
    info = parse_facts(facts, path, size_bytes, index)
    if info.video is None:
        return info
    shown = next(s for s in media if s.index == info.video.index)
    is_regular = shown.packets >= HEAD_REGULAR_PICTURES and shown.gaps_are_regular
    rate = info.video.frame_rate if is_regular else max(info.video.frame_rate, FALLBACK_RATE)
    return replace(info, video=replace(info.video, frame_rate=rate))


def parse_facts(
    facts: Facts, path: Path, size_bytes: int, index: IndexPlace = IndexPlace.UNKNOWN
) -> MediaInfo:
    """The child's facts as a MediaInfo. Raises RefusedMedia or UnreadableMedia."""
    _refuse_excess(facts)
    video = _pick(facts.streams, "video", VIDEO_CODECS)
    audio = _pick(facts.streams, "audio", AUDIO_CODECS)
    if video is None and audio is None:
        raise UnreadableMedia(_why_nothing(facts.streams))
    demuxer = facts.demuxer.split(",")[0]
    info = MediaInfo(
        path=path,
        demuxer=demuxer,
        duration_s=_duration_s(facts, [s for s in (video, audio) if s is not None]),
        size_bytes=size_bytes,
        video=_video(video, facts) if video else None,
        audio=_audio(audio, facts) if audio else None,
        container_start_s=facts.start_s,
        is_streamable=is_streamable(demuxer, index),
    )
    if info.duration_s > MAX_DURATION_S:
        raise RefusedMedia("This recording claims to be longer than a day; we take up to 24 hours.")
    return info


def snap_frame_rate(rate: float | None) -> Fraction:
    """The rate to encode a picture at that moves `rate` times a second; 30 when it is not known.

    From a fixed list whose members all have whole frames in 2 s (see `grid.py`): the first that
    loses no more than one frame in fifty. 29.97 becomes 30; 50 and 60 become 25 and 30.
    """
    if rate is None or not math.isfinite(rate) or rate <= 0:
        return FALLBACK_RATE
    if rate > 31:
        return Fraction(25) if abs(rate / 25 - round(rate / 25)) < 0.02 else Fraction(30)
    return next((known for known in FRAME_RATES if known >= rate * 0.98), FALLBACK_RATE)


def _refuse_excess(facts: Facts) -> None:
    if len(facts.streams) > MAX_STREAMS:
        raise RefusedMedia(
            f"This file has {len(facts.streams)} streams in it; a recording has at most"
            f" {MAX_STREAMS}. Export it again with one picture and one sound."
        )
    for stream in facts.streams:
        wide, high = stream.width_px, stream.height_px
        if max(wide, high) > MAX_SIDE_PX or wide * high > MAX_PIXELS:
            raise RefusedMedia(
                f"The picture is {wide} x {high} pixels; we take up to {MAX_SIDE_PX} on a side."
                " Export the recording again with a smaller picture, such as 1920 x 1080."
            )


def _pick(streams: Sequence[StreamFacts], kind: str, codecs: frozenset[str]) -> StreamFacts | None:
    """The stream of a kind with the most in it that we decode; covers of songs do not count."""
    usable = [
        s
        for s in streams
        if s.type == kind and s.codec in codecs and s.packets > 0 and not s.is_cover
    ]
    usable = [s for s in usable if kind != "video" or (s.width_px > 0 and s.height_px > 0)]
    return max(usable, key=lambda s: (s.width_px * s.height_px, s.packets > 1), default=None)


def _why_nothing(streams: Sequence[StreamFacts]) -> str:
    known = VIDEO_CODECS | AUDIO_CODECS
    media = [s for s in streams if s.type in ("video", "audio") and s.packets and not s.is_cover]
    foreign = [s.codec for s in media if s.codec not in known]
    if foreign:
        return (
            f"This recording is coded in a way that we do not take ({foreign[0]})."
            " Export it again as MP4 with H.264."
        )
    return _NOTHING


def _video(stream: StreamFacts, facts: Facts) -> VideoStream:
    wide = round(stream.width_px * stream.pixel_aspect)
    high = stream.height_px
    if stream.rotation_degrees % 180:
        wide, high = high, wide
    return VideoStream(
        index=stream.index,
        codec=stream.codec,
        width_px=wide,
        height_px=high,
        rotation_degrees=stream.rotation_degrees,
        frame_rate=snap_frame_rate(1 / stream.short_gap_s if stream.short_gap_s else None),
        end_s=_end_s(stream, facts),
        key_frames_s=tuple(time_s - facts.start_s for time_s in stream.key_frames_s),
        has_b_frames=stream.has_b_frames,
        keys_are_idr=stream.keys_are_idr,
        sequence_headers=stream.sequence_headers,
        profile=stream.profile,
        pixel_format=stream.pixel_format,
        is_interlaced=stream.is_interlaced,
    )


def _audio(stream: StreamFacts, facts: Facts) -> AudioStream:
    return AudioStream(
        index=stream.index,
        codec=stream.codec,
        end_s=_end_s(stream, facts),
        channels=stream.channels,
        sample_rate=stream.sample_rate,
    )


def _end_s(stream: StreamFacts, facts: Facts) -> float:
    """Where a stream ends, from the start of the container, in which ffmpeg counts too."""
    last_length_s = stream.last_length_s or stream.short_gap_s or 1 / float(FALLBACK_RATE)
    return stream.last_s + last_length_s - facts.start_s


def _duration_s(facts: Facts, used: Sequence[StreamFacts]) -> float:
    measured_s = max(_end_s(stream, facts) for stream in used)
    if not facts.scanned_whole and facts.declared_s:
        return max(measured_s, facts.declared_s)
    return measured_s


def _explain(error: str, head: bytes) -> str:
    if "moov atom not found" in error and head[4:8] == b"ftyp":
        return _NO_INDEX
    return _NOT_PLAYABLE


def _read_head(path: Path) -> tuple[Path, bytes, int]:
    with path.open("rb") as file:
        return path.absolute(), file.read(HEAD_BYTES), path.stat().st_size
