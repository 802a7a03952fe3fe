"""Ways to damage a good package: its text, its boxes, its samples."""

import re
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

INDEX = "index.m3u8"
STILL, LOW, FAIR, MEDIUM, HIGH, AUDIO = (
    f"{name}/index.m3u8" for name in ("still", "low", "fair", "medium", "high", "audio")
)
IFRAMES = "still/iframes.m3u8"
PLAYED = (STILL, LOW, FAIR, MEDIUM, HIGH, AUDIO)
SECOND_INIT = '#EXT-X-MAP:URI="second.mp4"\n'


Text = str | Callable[[re.Match[str]], str]


class BrokenPackage:
    """A copy of a package, and what can be done to it. Each method returns the package itself."""

    def __init__(self, original: Path, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(original, folder)

    def text(self, name: str, old: str, new: Text, times: int = 1) -> "BrokenPackage":
        """Replace what matches `old`, which must be there; 0 times is everywhere."""
        path = self.folder / name
        changed, count = re.subn(old, new, path.read_text(encoding="utf-8"), count=times)
        assert count, f"{old} is not in {name}"
        path.write_text(changed, encoding="utf-8")
        return self

    def data(self, name: str, change: Callable[[bytes], bytes]) -> "BrokenPackage":
        """Change the bytes of a file."""
        path = self.folder / name
        changed = change(path.read_bytes())
        assert changed != path.read_bytes()
        path.write_bytes(changed)
        return self


Damage = Callable[[BrokenPackage], object]


@dataclass(frozen=True)
class Case:
    """A way to break a rule; what else is broken by the same stroke is named too."""

    rule: str
    what: str
    damage: Damage
    also: tuple[str, ...] = ()


def edit(name: str, old: str, new: Text, times: int = 1) -> Damage:
    """Damage a text."""
    return lambda package: package.text(name, old, new, times)


def change(name: str, how: Callable[[bytes], bytes]) -> Damage:
    """Damage a file."""
    return lambda package: package.data(name, how)


def all_of(*damages: Damage) -> Damage:
    """Do one after the other."""
    return lambda package: [damage(package) for damage in damages]


def file(name: str, data: bytes) -> Damage:
    """Add a file."""
    return lambda package: (package.folder / name).write_bytes(data)


def without(name: str) -> Damage:
    """Lose a file."""
    return lambda package: (package.folder / name).unlink()


def growing(package: BrokenPackage) -> None:
    """As if more were to come."""
    for name in (*PLAYED, IFRAMES):
        package.text(name, "TYPE:VOD", "TYPE:EVENT").text(name, "#EXT-X-ENDLIST\n", "")


def hidden(rungs: str) -> Damage:
    """Leave rungs out of the list."""
    return edit(INDEX, rf"#EXT-X-STREAM-INF:.*\n({rungs})/.*\n", "", times=0)


def segments(rung: str, how: Callable[[bytes], bytes]) -> Damage:
    """Damage every media segment of a rung."""
    return all_of(*(change(f"{rung}/{number}.m4s", how) for number in range(5)))


def second_init(rung: str, how: Callable[[bytes], bytes] = bytes) -> Damage:
    """Let the fourth segment of a rung begin with another init segment."""

    def damage(package: BrokenPackage) -> None:
        init = (package.folder / rung / "init.mp4").read_bytes()
        (package.folder / rung / "second.mp4").write_bytes(how(init))
        package.text(f"{rung}/index.m3u8", r"(#EXTINF:[\d.]+,\n3\.m4s)", SECOND_INIT + r"\1")

    return damage


def target(seconds: int, *names: str) -> Damage:
    """Declare another target duration."""
    old, new = "TARGETDURATION:6", f"TARGETDURATION:{seconds}"
    return all_of(*(edit(name, old, new) for name in names))


def size(rung: str, wide: int, high: int) -> Damage:
    """Give a rung another size, in its init segment and in the list."""
    line = rf"(RESOLUTION=)320x180([^\n]*\n{rung}/)"
    return all_of(
        change(f"{rung}/init.mp4", number(b"avc1", 28, ">I", set_to(wide << 16 | high))),
        edit(INDEX, line, rf"\g<1>{wide}x{high}\2"),
    )


def box(name: bytes, other: bytes) -> Callable[[bytes], bytes]:
    """Rename the first box of a name."""
    return lambda data: data.replace(name, other, 1)


def number(
    after: bytes, offset: int, form: str, change: Callable[[int], int]
) -> Callable[[bytes], bytes]:
    """Change a number that lies `offset` bytes behind the beginning of a box's name."""

    def edit(data: bytes) -> bytes:
        at = data.index(after) + offset
        (value,) = struct.unpack_from(form, data, at)
        size = struct.calcsize(form)
        return data[:at] + struct.pack(form, change(value)) + data[at + size :]

    return edit


def later(ticks: int) -> Callable[[bytes], bytes]:
    """Decode a fragment later (version 1 of tfdt)."""
    return number(b"tfdt", 8, ">Q", lambda value: value + ticks)


def set_to(value: int) -> Callable[[int], int]:
    """Whatever it was."""
    return lambda _: value


NO_KEY_FRAME_FIRST = number(b"trun", 16, ">I", set_to(0x01010000))


def one_more_track(init: bytes) -> bytes:
    """Announce the only track twice."""
    at = init.index(b"trak") - 4
    size = struct.unpack_from(">I", init, at)[0]
    moov = init.index(b"moov") - 4
    grown = number(b"moov", -4, ">I", lambda value: value + size)(init)
    assert moov < at
    return grown[: at + size] + init[at : at + size] + grown[at + size :]


def with_absolute_addresses(data: bytes) -> bytes:
    """Say where the samples are from the beginning of the file."""
    moof = data.index(b"moof") - 4
    for name in (b"moof", b"traf", b"tfhd"):
        data = number(name, -4, ">I", lambda size: size + 8)(data)
    data = number(b"tfhd", 4, ">I", lambda flags: flags & ~0x020000 | 0x01)(data)
    data = number(b"trun", 12, ">I", lambda offset: offset + 8)(data)
    at = data.index(b"tfhd") + 12
    return data[:at] + struct.pack(">Q", moof) + data[at:]


def with_no_idr(data: bytes) -> bytes:
    """Call the first picture one that needs others (NAL type 1 instead of 5)."""
    at = data.index(b"mdat") + 4
    while data[at + 4] & 31 != 5:
        at += 4 + struct.unpack_from(">I", data, at)[0]
    return data[: at + 4] + bytes([data[at + 4] & ~31 | 1]) + data[at + 5 :]


def longer_last_sample(ticks: int) -> Callable[[bytes], bytes]:
    """Hold the last sample of a fragment whose run says the length of each."""

    def edit(data: bytes) -> bytes:
        start = data.index(b"trun")
        flags = int.from_bytes(data[start + 5 : start + 8])
        assert flags & 0x100
        count = struct.unpack_from(">I", data, start + 8)[0]
        stride = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
        at = start + 12 + 4 * bool(flags & 1) + 4 * bool(flags & 4) + stride * (count - 1)
        value = struct.unpack_from(">I", data, at)[0] + ticks
        return data[:at] + struct.pack(">I", value) + data[at + 4 :]

    return edit


def fewer_frames(count: int, duration_ticks: int) -> Callable[[bytes], bytes]:
    """Show fewer frames, each for longer."""

    def edit(data: bytes) -> bytes:
        data = number(b"trun", 8, ">I", set_to(count))(data)
        return number(b"tfhd", 12, ">I", set_to(duration_ticks))(data)

    return edit


def padded(size_bytes: int) -> Callable[[bytes], bytes]:
    """Bytes that mean nothing."""
    return lambda data: data + struct.pack(">I4s", size_bytes, b"free") + bytes(size_bytes - 8)


def with_event(data: bytes) -> bytes:
    """A message for the player behind the samples."""
    return data + struct.pack(">I4s", 16, b"emsg") + bytes(8)
