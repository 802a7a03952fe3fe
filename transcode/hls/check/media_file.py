"""What the checker remembers of an init segment and of a media segment. Pure: bytes in, facts out.

A damaged file is a fact too (`damage`), not an error: the rules say what follows from it.
"""

import struct
from dataclasses import dataclass

from transcode.hls.boxes import boxes, codec_name, timescale
from transcode.hls.samples import Fragment, SampleDefaults, read_segment, sample_defaults, top_level

_IDR = 5  # ISO/IEC 14496-10, table 7-1
_AV1_FRAMES = (3, 6)  # OBU_FRAME_HEADER, OBU_FRAME


@dataclass(frozen=True, slots=True)
class InitFacts:
    """An init segment."""

    uri: str
    damage: str | None = None  # why it cannot be read
    kind: str = ""  # of its first track: `vide`, `soun`
    entry: str = ""  # its sample entry: `avc1`, `mp4a`
    codec: str | None = None  # RFC 6381; None: none that we know
    ticks_per_s: int = 1
    track_ids: tuple[int, ...] = ()
    size_px: tuple[int, int] = (0, 0)
    channels: int = 0
    boxes: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()  # compatible ones, of its ftyp
    defaults: SampleDefaults = SampleDefaults()
    nal_length_bytes: int = 4
    has_samples: bool = False  # the moov itself describes samples


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """A media segment, or the file whose byte ranges are media segments."""

    uri: str
    size_bytes: int = 0
    damage: str | None = None
    fragments: tuple[Fragment, ...] = ()
    starts_with_idr: tuple[bool, ...] = ()  # of each fragment, by the bytes of its first sample
    boxes: tuple[str, ...] = ()  # the outermost ones
    absolute: bool = False  # a fragment addresses its samples from the start of the file


def read_init_facts(uri: str, data: bytes) -> InitFacts:
    """The facts of an init segment."""
    try:
        outer = [kind.decode("latin-1") for kind, _, _ in top_level(data)]
        inner = list(boxes(data))
        found = dict(inner)
        stsd = found[b"stsd"]
        return InitFacts(
            uri=uri,
            kind=found[b"hdlr"][8:12].decode("latin-1"),
            entry=stsd[12:16].decode("latin-1"),
            codec=_codec(data),
            ticks_per_s=timescale(data) or 1,
            track_ids=tuple(_track_id(payload) for kind, payload in inner if kind == b"tkhd"),
            size_px=struct.unpack_from(">HH", stsd, 40),
            channels=int(struct.unpack_from(">H", stsd, 32)[0]),
            boxes=frozenset([*outer, *(kind.decode("latin-1") for kind in found), *_named(data)]),
            brands=_brands(found.get(b"ftyp", b"")),
            defaults=sample_defaults(data),
            nal_length_bytes=_nal_length_bytes(stsd),
            has_samples=any(
                kind == b"stts" and struct.unpack_from(">I", payload, 4)[0]
                for kind, payload in inner
            ),
        )
    except KeyError as error:
        return InitFacts(uri, damage=f"the box {error.args[0].decode()} is missing")
    except (ValueError, struct.error, IndexError, RecursionError) as error:
        return InitFacts(uri, damage=str(error))


def read_segment_facts(uri: str, data: bytes, init: InitFacts | None) -> SegmentFacts:
    """The facts of a media segment, whose samples are described by `init`."""
    init = init or InitFacts(uri)
    try:
        outer = tuple(kind.decode("latin-1") for kind, _, _ in top_level(data))
        fragments = read_segment(data, init.defaults)
        absolute = any(_is_absolute(data[fragment.start :]) for fragment in fragments)
        return SegmentFacts(
            uri=uri,
            size_bytes=len(data),
            fragments=fragments,
            starts_with_idr=tuple(_starts_with_idr(data, one, init) for one in fragments),
            boxes=outer,
            absolute=absolute,
        )
    except (ValueError, struct.error, IndexError, RecursionError) as error:
        return SegmentFacts(uri, len(data), damage=str(error))


def _codec(init: bytes) -> str | None:
    try:
        return codec_name(init)
    except ValueError:
        return None


def _track_id(tkhd: bytes) -> int:
    return int(struct.unpack_from(">I", tkhd, 20 if tkhd[0] == 1 else 12)[0])


def _nal_length_bytes(stsd: bytes) -> int:
    at = stsd.find(b"avcC")
    return (stsd[at + 8] & 3) + 1 if at >= 0 else 4


def _brands(ftyp: bytes) -> frozenset[str]:
    return frozenset(ftyp[at : at + 4].decode("latin-1") for at in range(8, len(ftyp) - 3, 4))


def _named(init: bytes) -> list[str]:
    """Boxes that lie deeper than the reader goes."""
    return [name for name in ("ludt", "trex", "mvex") if name.encode() in init]


def _is_absolute(moof: bytes) -> bool:
    end = struct.unpack_from(">I", moof)[0]
    return any(kind == b"tfhd" and payload[3] & 1 for kind, payload in boxes(moof[:end]))


def _starts_with_idr(data: bytes, fragment: Fragment, init: InitFacts) -> bool:
    if not fragment.samples:
        return False
    sample = data[fragment.samples[0].start : fragment.samples[0].end]
    if init.entry == "av01":
        return _begins_av1_key_frame(sample)
    return _IDR in _nal_types(sample, init.nal_length_bytes)


def _nal_types(sample: bytes, length_bytes: int) -> list[int]:
    found, at = [], 0
    while at + length_bytes < len(sample):
        length = int.from_bytes(sample[at : at + length_bytes])
        found.append(sample[at + length_bytes] & 31)
        at += length_bytes + length
    return found


def _begins_av1_key_frame(sample: bytes) -> bool:
    """Tell whether the first frame of a temporal unit is a key frame (AV1, 5.3 and 5.9)."""
    at = 0
    while at < len(sample):
        kind, extended, sized = sample[at] >> 3 & 15, sample[at] & 4, sample[at] & 2
        at += 2 if extended else 1
        size, shift = 0, 0
        while sized:
            size |= (sample[at] & 127) << shift
            shift += 7
            at += 1
            if not sample[at - 1] & 128:
                break
        if kind in _AV1_FRAMES:
            return sample[at] >> 5 == 0  # show_existing_frame 0, frame_type KEY_FRAME
        at += size if sized else len(sample)
    return False
