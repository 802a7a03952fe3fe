"""Where each sample of a media segment lies, when it plays, and whether decoding can start there.

ISO/IEC 14496-12, 8.8: a fragment is a `moof` (the table) followed by its `mdat` (the bytes). What a
table leaves out is said once in the init segment (`trex`).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from transcode.hls.boxes import boxes

MOST_SAMPLES = 1_000_000  # in a run: more is a damaged number, and would fill the memory
_IS_NOT_SYNC = 0x10000  # of sample flags: this one needs others to be decoded


@dataclass(frozen=True, slots=True)
class SampleDefaults:
    """What a sample is when nothing is said about it."""

    duration_ticks: int = 0
    size_bytes: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded picture, or one frame of sound."""

    start: int  # first byte, from the beginning of the segment
    size_bytes: int
    decode_ticks: int
    duration_ticks: int
    composition_ticks: int  # how much later than decoded it is shown
    is_sync: bool

    @property
    def end(self) -> int:
        """The byte behind its last one."""
        return self.start + self.size_bytes

    @property
    def shown_ticks(self) -> int:
        """When it is shown."""
        return self.decode_ticks + self.composition_ticks


@dataclass(frozen=True, slots=True)
class Fragment:
    """One `moof` and what it describes."""

    start: int  # first byte of the moof, from the beginning of the segment
    sequence: int  # of its movie fragment header
    track_ids: tuple[int, ...]  # ours have one
    decode_ticks: int | None  # of its first sample; None: it does not say (no tfdt)
    samples: tuple[Sample, ...]


def top_level(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each outermost box as (type, first byte, byte behind it). Raises ValueError on a torn one."""
    start = 0
    while start < len(data):
        if start + 8 > len(data):
            raise ValueError(
                f"{len(data) - start} bytes are left at byte {start}, too few for a box"
            )
        size, kind = struct.unpack_from(">I4s", data, start)
        if size == 1 and start + 16 <= len(data):
            size = struct.unpack_from(">Q", data, start + 8)[0]
        if size < 8 or start + size > len(data):
            raise ValueError(f"a box of {size} bytes does not fit at byte {start}")
        yield kind, start, start + size
        start += size


def sample_defaults(init: bytes) -> SampleDefaults:
    """What the init segment says of samples that a fragment leaves undescribed."""
    for kind, payload in _boxes_of_mvex(init):
        if kind == b"trex":
            return SampleDefaults(*struct.unpack_from(">III", payload, 12))
    return SampleDefaults()


def read_segment(data: bytes, defaults: SampleDefaults | None = None) -> tuple[Fragment, ...]:
    """Every fragment of a media segment. Raises ValueError or struct.error when it is damaged."""
    return tuple(
        read_movie_fragment(data[start:end], start, defaults or SampleDefaults())
        for kind, start, end in top_level(data)
        if kind == b"moof"
    )


def read_movie_fragment(moof: bytes, start: int, defaults: SampleDefaults) -> Fragment:
    """The fragment that the box `moof` describes, which begins at the segment's byte `start`."""
    reading = _Reading(start, defaults)
    sequence = 0
    for kind, payload in boxes(moof):
        if kind == b"mfhd":
            sequence = int(struct.unpack_from(">I", payload, 4)[0])
        elif kind == b"tfhd":
            reading.track_header(payload)
        elif kind == b"tfdt":
            reading.decode_time(payload)
        elif kind == b"trun":
            reading.run(payload)
    return Fragment(
        start, sequence, tuple(reading.track_ids), reading.first_ticks, tuple(reading.samples)
    )


class _Reading:
    """Where the reader of one `moof` is."""

    def __init__(self, start: int, defaults: SampleDefaults) -> None:
        self._base = start
        self._at = start
        self._initial = defaults
        self._defaults = defaults
        self._ticks = 0
        self.track_ids: list[int] = []
        self.first_ticks: int | None = None
        self.samples: list[Sample] = []

    def track_header(self, payload: bytes) -> None:
        flags = int.from_bytes(payload[1:4])
        self.track_ids.append(int(struct.unpack_from(">I", payload, 4)[0]))
        at = 8
        if flags & 0x01:
            self._base = self._at = int(struct.unpack_from(">Q", payload, at)[0])
            at += 8
        at += 4 if flags & 0x02 else 0
        found = [self._initial.duration_ticks, self._initial.size_bytes, self._initial.flags]
        for number, bit in enumerate((0x08, 0x10, 0x20)):
            if flags & bit:
                found[number] = int(struct.unpack_from(">I", payload, at)[0])
                at += 4
        self._defaults = SampleDefaults(*found)

    def decode_time(self, payload: bytes) -> None:
        self._ticks = struct.unpack_from(">Q" if payload[0] == 1 else ">I", payload, 4)[0]
        if self.first_ticks is None:
            self.first_ticks = self._ticks

    def run(self, payload: bytes) -> None:
        flags = int.from_bytes(payload[1:4])
        words = _Words(payload, 4)
        count = words.next()
        if count > MOST_SAMPLES:
            raise ValueError(f"a run of {count} samples")
        if flags & 0x01:
            self._at = self._base + words.next(signed=True)
        first_flags = words.next() if flags & 0x04 else None
        usual = self._defaults
        for number in range(count):
            said = SampleDefaults(
                words.next() if flags & 0x100 else usual.duration_ticks,
                words.next() if flags & 0x200 else usual.size_bytes,
                words.next() if flags & 0x400 else usual.flags,
            )
            later_ticks = words.next(signed=payload[0] == 1) if flags & 0x800 else 0
            if number == 0 and first_flags is not None:
                said = replace(said, flags=first_flags)
            self._add(said, later_ticks)

    def _add(self, said: SampleDefaults, later_ticks: int) -> None:
        is_sync = not said.flags & _IS_NOT_SYNC
        self.samples.append(
            Sample(
                self._at, said.size_bytes, self._ticks, said.duration_ticks, later_ticks, is_sync
            )
        )
        self._at += said.size_bytes
        self._ticks += said.duration_ticks


class _Words:
    """The 32-bit numbers of a payload, one after the other."""

    def __init__(self, payload: bytes, at: int) -> None:
        self._payload = payload
        self._at = at

    def next(self, *, signed: bool = False) -> int:
        (word,) = struct.unpack_from(">i" if signed else ">I", self._payload, self._at)
        self._at += 4
        return int(word)


def _boxes_of_mvex(init: bytes) -> Iterator[tuple[bytes, bytes]]:
    for kind, payload in boxes(init):
        if kind == b"mvex":
            yield from boxes(payload)
