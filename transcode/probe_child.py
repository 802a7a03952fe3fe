"""Read the facts of one media file and print them as JSON; the child process of `probe.py`.

Run as a script, by path, and imports nothing of ours: a hostile file may crash it, fill its memory
or make it spin, and all that is lost is this process, whose limits the launcher has set. It decides
nothing; `probe.py` does.

    probe_child.py PATH DEMUXERS CODECS MAX_BYTES     unless 0, nothing behind MAX_BYTES is read
"""

import io
import itertools
import json
import sys
import time
from collections.abc import Iterator

import av
import av.error
import av.logging
from av.container import InputContainer
from av.stream import Stream

SCAN_S = 60.0  # a 4 GB file is read in less from the disks we know
FIRST_FRAME_PACKETS = 600
GAP_SAMPLES = 20_000
KEY_FRAMES = 100_000  # of all streams together; 55 minutes of a format in which each is one
H264_IDR, H264_SPS, H264_SLICES = 5, 7, range(1, 6)  # NAL unit types, ISO/IEC 14496-10 table 7-1


class Source:
    """The file to look into: the whole of it, or its first bytes."""

    def __init__(self, path: str, demuxers: str, codecs: str, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._options = {
            "format_whitelist": demuxers,
            "codec_whitelist": codecs,
            "protocol_whitelist": "file",
        }

    def open(self) -> InputContainer:
        """The container, found by content among the allowed demuxers, from this file only."""
        if not self._max_bytes:
            return av.open(f"file:{self._path}", mode="r", options=self._options)
        with open(self._path, "rb") as file:  # it may grow meanwhile; here it ends
            head = io.BytesIO(file.read(self._max_bytes))
        return av.open(head, mode="r", options=self._options)


def describe_streams(container: InputContainer) -> list[dict[str, object]]:
    """What the headers say about each stream."""
    facts: list[dict[str, object]] = []
    for stream in container.streams:
        context = stream.codec_context
        fact: dict[str, object] = {"index": stream.index, "type": stream.type}
        fact["codec"] = context.codec.name if context is not None else "unknown"
        if isinstance(stream, av.VideoStream):
            fact["width_px"] = stream.codec_context.width
            fact["height_px"] = stream.codec_context.height
            fact["profile"] = stream.codec_context.profile or ""
            fact["pixel_format"] = stream.codec_context.pix_fmt or ""
            rate = stream.average_rate
            fact["declared_rate"] = float(rate) if rate else None
            fact["is_cover"] = bool(stream.disposition & av.stream.Disposition.attached_pic)
        elif isinstance(stream, av.AudioStream):
            fact["channels"] = stream.codec_context.channels
            fact["sample_rate"] = stream.codec_context.sample_rate or 0
        facts.append(fact)
    return facts


def first_frame(source: Source, index: int) -> dict[str, object]:
    """Size, shape and kind of the first picture that decodes; empty if none does."""
    with source.open() as container:
        stream = container.streams[index]
        for count, packet in enumerate(container.demux(stream)):
            if count > FIRST_FRAME_PACKETS:
                break
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            for frame in frames:
                if isinstance(frame, av.VideoFrame):
                    sar = stream.sample_aspect_ratio if isinstance(stream, av.VideoStream) else None
                    return {
                        "width_px": frame.width,
                        "height_px": frame.height,
                        "pixel_aspect": float(sar) if sar else 1.0,
                        "rotation_degrees": frame.rotation,
                        "pixel_format": frame.format.name,
                        "is_interlaced": bool(frame.interlaced_frame),
                    }
    return {}


def nal_units(data: bytes, length_bytes: int) -> Iterator[bytes]:
    """The NAL units of an H.264 packet: after lengths (MP4, Matroska), or after start codes (0)."""
    if length_bytes == 0:
        for unit in data.split(b"\x00\x00\x01")[1:]:
            yield unit.rstrip(b"\x00")
        return
    at = 0
    while at + length_bytes < len(data):
        size = int.from_bytes(data[at : at + length_bytes])
        yield data[at + length_bytes : at + length_bytes + size]
        at += length_bytes + size


class H264Keys:
    """Whether the key packets of an H.264 stream are all IDR, and all of the same shape."""

    def __init__(self, extradata: bytes) -> None:
        self.all_idr = True
        self.sequence_headers: set[bytes] = set()
        self._length_bytes = (extradata[4] & 3) + 1 if extradata[:1] == b"\x01" else 0
        if self._length_bytes and len(extradata) > 8:  # avcC, ISO/IEC 14496-15 section 5.3.3
            size = int.from_bytes(extradata[6:8])
            self.sequence_headers.add(extradata[8 : 8 + size])

    def add(self, packet: bytes) -> None:
        """Take in a packet that is marked as a key frame."""
        for unit in nal_units(packet, self._length_bytes):
            kind = unit[0] & 0x1F if unit else 0
            if kind == H264_SPS and len(self.sequence_headers) < 8:
                self.sequence_headers.add(unit)
            if kind in H264_SLICES:
                self.all_idr &= kind == H264_IDR
                return


class Span:
    """Where one stream begins and ends, and what its packets are like."""

    def __init__(self, key_frames: int, h264: H264Keys | None) -> None:
        self._first_s = float("inf")
        self._last_s = float("-inf")
        self._last_length_s = 0.0
        self._packets = 0
        self._size_bytes = 0
        self._times: list[float] = []
        self._keys: list[float] = []
        self._max_keys = key_frames
        self._h264 = h264
        self._reordered = False

    def add(self, packet: "av.Packet[Stream]", time_base: float) -> None:
        """Take in the next packet of the stream; its presentation time is known."""
        start_s = float((packet.pts or 0) * time_base)
        self._first_s = min(self._first_s, start_s)
        self._reordered |= start_s < self._last_s
        if start_s >= self._last_s:
            self._last_s = start_s
            self._last_length_s = float((packet.duration or 0) * time_base)
        self._packets += 1
        self._size_bytes += packet.size
        if len(self._times) < GAP_SAMPLES:
            self._times.append(start_s)
        if packet.is_keyframe and len(self._keys) < self._max_keys:
            self._keys.append(round(start_s, 6))
            if self._h264 is not None:
                self._h264.add(bytes(packet))

    def facts(self) -> dict[str, object]:
        """What was seen, under the names of `StreamFacts`."""
        gaps = sorted(b - a for a, b in itertools.pairwise(sorted(self._times)) if b > a)
        return {
            "first_s": self._first_s,
            "last_s": self._last_s,
            "last_length_s": self._last_length_s,
            "packets": self._packets,
            "packets_bytes": self._size_bytes,
            "short_gap_s": gaps[len(gaps) // 5] if gaps else None,
            "gaps_are_regular": bool(gaps)
            and gaps[len(gaps) * 4 // 5] < 1.5 * gaps[len(gaps) // 5],
            "key_frames_s": self._keys,
            "has_b_frames": self._reordered,
            "keys_are_idr": self._h264 is not None and bool(self._keys) and self._h264.all_idr,
            "sequence_headers": len(self._h264.sequence_headers) if self._h264 else 0,
        }


def make_spans(container: InputContainer) -> dict[int, Span]:
    """An empty span for each stream; only pictures have their key frames listed."""
    pictures = max(1, len(container.streams.video))
    spans = {}
    for stream in container.streams:
        is_picture = isinstance(stream, av.VideoStream)
        is_h264 = is_picture and stream.codec_context.codec.name == "h264"
        h264 = H264Keys(stream.codec_context.extradata or b"") if is_h264 else None
        spans[stream.index] = Span(KEY_FRAMES // pictures if is_picture else 0, h264)
    return spans


def scan_packets(container: InputContainer) -> tuple[dict[int, dict[str, object]], bool]:
    """What is seen of each stream when all packets are read; and whether all were.

    Nothing is decoded. A file that breaks off is read to where it breaks off.
    """
    until = time.monotonic() + SCAN_S
    spans = make_spans(container)
    seen: set[int] = set()
    whole = True
    try:
        for packet in container.demux():
            if packet.pts is None or packet.time_base is None:
                continue
            if packet.stream_index in spans:
                spans[packet.stream_index].add(packet, float(packet.time_base))
                seen.add(packet.stream_index)
            if time.monotonic() > until:
                whole = False
                break
    except av.error.FFmpegError:
        pass  # the file is damaged from here on; what came before counts
    return {index: spans[index].facts() for index in seen}, whole


def main(path: str, demuxers: str, codecs: str, max_bytes: int) -> dict[str, object]:
    """All facts about the file, or `{"error": ...}` in ffmpeg's words."""
    source = Source(path, demuxers, codecs, max_bytes)
    try:
        with source.open() as container:
            streams = describe_streams(container)
            facts: dict[str, object] = {
                "demuxer": container.format.name,
                "declared_s": container.duration / av.time_base if container.duration else None,
                "start_s": container.start_time / av.time_base if container.start_time else 0.0,
                "streams": streams,
            }
            if len(streams) > 64:
                return facts
            spans, facts["scanned_whole"] = scan_packets(container)
        for stream in streams:
            stream.update(spans.get(int(str(stream["index"])), {}))
            is_known = stream["type"] == "video" and stream["codec"] in codecs.split(",")
            if is_known and int(str(stream["width_px"])) <= 8192:
                stream.update(first_frame(source, int(str(stream["index"]))))
    except (av.error.FFmpegError, MemoryError) as error:
        return {"error": str(error)}
    return facts


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    found = main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
    json.dump(found, sys.stdout, indent=0)  # a line for each number: lines are read up to a limit
