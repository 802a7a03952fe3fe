"""Files made to hurt whoever opens them, for tests: real ones, made by ffmpeg and bent by hand."""

import random
import struct
from pathlib import Path

from tests.generated_media import AAC, H264, OPUS, VP8, picture, recording, run_ffmpeg, sound

SCRIPT = b"<script>alert('flipcast')</script>"


def patched(path: Path, box: bytes, offset: int, value: bytes) -> Path:
    """Overwrite bytes of an MP4, counted from the type of the last box of that name."""
    data = bytearray(path.read_bytes())
    at = data.rindex(box) + offset
    data[at : at + len(value)] = value
    path.write_bytes(data)
    return path


def alias(target: Path) -> bytes:
    """A data reference to another file, which QuickTime wrote and ffmpeg follows if told to:
    volume, name, levels up and down, then the whole path."""
    name, way = target.name.encode(), str(target).encode()
    record = bytes(10) + bytes(28) + bytes(12) + bytes([len(name)]) + name.ljust(63, b"\0")
    record += bytes(16) + struct.pack(">HH", 1, 1) + bytes(16)
    record += struct.pack(">HH", 2, len(way)) + way + bytes(len(way) % 2) + b"\xff\xff\0\0"
    return struct.pack(">I", 12 + len(record)) + b"alis" + bytes(4) + record


def samples_elsewhere(path: Path, victim: Path) -> Path:
    """U05: an MP4 whose index is the victim's, and whose samples are said to lie in the victim."""
    data = victim.read_bytes()
    own = b"\x00\x00\x00\x0curl \x00\x00\x00\x01"  # ISO/IEC 14496-12, 8.7.2: in this file
    there = alias(victim)
    assert own in data
    at = data.index(own)
    data = data[:at] + there + data[at + len(own) :]
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        size_at = data.index(box) - 4
        size = struct.unpack_from(">I", data, size_at)[0] + len(there) - len(own)
        data = data[:size_at] + struct.pack(">I", size) + data[size_at + 4 :]
    samples = data.index(b"mdat") + 4  # the index lies behind, so it did not move
    length = struct.unpack_from(">I", data, samples - 8)[0] - 8
    path.write_bytes(data[:samples] + bytes(length) + data[samples + length :])
    return path


def many_tracks(path: Path, count: int, *container: str) -> Path:
    """U10: one short sound, contained `count` times."""
    once = path.with_name("once.m4a")
    run_ffmpeg(*sound(), "-t", "0.1", *AAC, str(once))
    maps = [word for _ in range(count) for word in ("-map", "0:a")]
    run_ffmpeg("-i", str(once), *maps, "-c", "copy", *container, str(path))
    return path


def with_attachment(path: Path, name: str) -> Path:
    """U14: a Matroska file that carries a file with a name of its own."""
    carried = path.with_name("carried.txt")
    carried.write_bytes(SCRIPT)
    run_ffmpeg(
        *picture(), "-t", "1", *VP8, "-attach", str(carried),
        "-metadata:s:t", "mimetype=text/plain", "-metadata:s:t", f"filename={name}",
        "-f", "matroska", str(path),
    )  # fmt: skip
    return path


def page_within(path: Path) -> Path:
    """U17: an MP4 that is also a web page to whoever guesses types."""
    recording(path, seconds=1)
    page = b"<html>" + SCRIPT
    with path.open("ab") as file:
        file.write(struct.pack(">I", 8 + len(page)) + b"free" + page)
    return path


def from_a_phone(path: Path) -> Path:
    """U29: a recording that says where it was made, by which device, by whom."""
    facts = {
        "location": "+48.8584+002.2945/",
        "com.apple.quicktime.location.ISO6709": "+48.8584+002.2945+035.000/",
        "com.apple.quicktime.model": "Telephone 9000",
        "serial": "SN-0815-4711",
        "artist": "Ada Teacher",
        "title": "Class 7b alone",
        "comment": "do not show",
    }
    words = [word for name, value in facts.items() for word in ("-metadata", f"{name}={value}")]
    words += ["-metadata:s:v:0", "handler_name=SN-0815-4711"]
    tags = ("-movflags", "use_metadata_tags")
    run_ffmpeg(*picture(), *sound(), "-t", "2", *H264, *AAC, *words, *tags, str(path))
    return path


PHONE_SECRETS = (b"48.8584", b"Telephone", b"SN-0815", b"Ada Teacher", b"Class 7b", b"do not show")


def empty_boxes(path: Path, size_bytes: int) -> Path:
    """U09: nothing but boxes of eight bytes."""
    path.write_bytes(b"\0\0\0\x14ftypisom\0\0\0\0isom" + b"\0\0\0\x08free" * (size_bytes // 8))
    return path


def one_huge_box(path: Path, size_bytes: int) -> Path:
    """U09: a file of gigabytes that takes no room on the disk."""
    path.write_bytes(b"\0\0\0\x14ftypisom\0\0\0\0isom" + struct.pack(">I", size_bytes) + b"free")
    with path.open("r+b") as file:
        file.truncate(20 + size_bytes)
    return path


def damaged(source: Path, path: Path, seed: int, share: float = 0.01) -> Path:
    """U30: a file in which chance has overwritten bytes, more of them near the beginning."""
    chance = random.Random(seed)
    data = bytearray(source.read_bytes())
    for _ in range(max(8, int(len(data) * share))):
        data[int(len(data) * chance.random() ** 3)] = chance.randrange(256)
    path.write_bytes(data)
    return path


def one_of_each(folder: Path) -> list[Path]:
    """A short recording in each container that we take."""
    return [
        recording(folder / "a.mp4", seconds=1),
        recording(folder / "a.webm", *VP8, *OPUS, seconds=1),
        recording(folder / "a.ts", seconds=1),
        recording(folder / "a.mkv", *H264, *OPUS, seconds=1),
    ]
