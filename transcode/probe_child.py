"""Read the facts of one media file and print them as JSON; the child process of `probe.py`.

Run as a script, by path, and imports nothing of ours: a hostile file may crash it, fill its memory
or make it spin, and all that is lost is this process. It decides nothing; `probe.py` does.
"""

import itertools
import json
import resource
import sys
import time

MEMORY_BYTES = 2 << 30
CPU_S = 90
OPEN_FILES = 64
SCAN_S = 60.0  # a 4 GB file is read in less from the disks we know
FIRST_FRAME_PACKETS = 600
GAP_SAMPLES = 20_000


def limit_resources() -> None:
    """Bound what the libraries below can use, before they see a byte of the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


limit_resources()

import av  # noqa: E402 - the limits come first
import av.error  # noqa: E402
import av.logging  # noqa: E402
from av.container import InputContainer  # noqa: E402


def open_media(path: str, demuxers: str) -> InputContainer:
    """The container, found by content among the allowed demuxers only, from this file only."""
    options = {"format_whitelist": demuxers, "protocol_whitelist": "file"}
    return av.open(f"file:{path}", options=options)


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
            rate = stream.average_rate
            fact["declared_rate"] = float(rate) if rate else None
            fact["is_cover"] = bool(stream.disposition & av.stream.Disposition.attached_pic)
        facts.append(fact)
    return facts


def first_frame(path: str, demuxers: str, index: int) -> dict[str, object]:
    """Size, pixel shape and rotation of the first picture that decodes; empty if none does."""
    with open_media(path, demuxers) as container:
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
                    }
    return {}


def scan_packets(container: InputContainer) -> tuple[dict[int, dict[str, object]], bool]:
    """Where each stream begins and ends, and the gaps between its packets; whether all was read.

    Nothing is decoded. A file that breaks off is read to where it breaks off.
    """
    until = time.monotonic() + SCAN_S
    spans: dict[int, list[float]] = {}
    times: dict[int, list[float]] = {}
    whole = True
    try:
        for packet in container.demux():
            if packet.pts is None or packet.time_base is None:
                continue
            start_s = float(packet.pts * packet.time_base)
            length_s = float((packet.duration or 0) * packet.time_base)
            span = spans.setdefault(packet.stream_index, [start_s, start_s, length_s, 0])
            span[0] = min(span[0], start_s)
            if start_s >= span[1]:
                span[1], span[2] = start_s, length_s
            span[3] += 1
            seen = times.setdefault(packet.stream_index, [])
            if len(seen) < GAP_SAMPLES:
                seen.append(start_s)
            if time.monotonic() > until:
                whole = False
                break
    except av.error.FFmpegError:
        pass  # the file is damaged from here on; what came before counts
    facts: dict[int, dict[str, object]] = {}
    for index, (first_s, last_s, last_length_s, packets) in spans.items():
        ordered = sorted(times[index])
        gaps = sorted(b - a for a, b in itertools.pairwise(ordered) if b > a)
        facts[index] = {
            "first_s": first_s,
            "last_s": last_s,
            "last_length_s": last_length_s,
            "packets": int(packets),
            "short_gap_s": gaps[len(gaps) // 5] if gaps else None,
        }
    return facts, whole


def main(path: str, demuxers: str) -> dict[str, object]:
    """All facts about the file, or `{"error": ...}` in ffmpeg's words."""
    try:
        with open_media(path, demuxers) as container:
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
            if stream["type"] == "video" and int(str(stream["width_px"])) <= 8192:
                stream.update(first_frame(path, demuxers, int(str(stream["index"]))))
    except (av.error.FFmpegError, MemoryError) as error:
        return {"error": str(error)}
    return facts


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    json.dump(main(sys.argv[1], sys.argv[2]), sys.stdout)
