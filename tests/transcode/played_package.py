"""Read a package as a player does: follow its playlists, decode its segments, hear its sound."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import av
import m3u8
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from transcode.hls.check.checker import check_folder


@dataclass(frozen=True)
class PlayedTrack:
    """One media playlist and what its segments decode to."""

    folder: Path
    playlist: m3u8.M3U8

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def extinf_s(self) -> float:
        return float(sum(segment.duration for segment in self.playlist.segments))

    @property
    def starts_s(self) -> list[float]:
        """Where each segment starts, by the sum of EXTINF."""
        starts, at = [], 0.0
        for segment in self.playlist.segments:
            starts.append(round(at, 4))
            at += segment.duration
        return starts

    @cached_property
    def init(self) -> bytes:
        uri: str = self.playlist.segment_map[0].uri
        return (self.folder / uri).read_bytes()

    def segment_bytes(self) -> list[bytes]:
        return [(self.folder / segment.uri).read_bytes() for segment in self.playlist.segments]

    def pictures(self) -> Iterator[tuple[float, av.VideoFrame]]:
        """Each picture with its media time, decoded as it is asked for."""
        with self._opened() as container:
            for frame in container.decode(video=0):
                assert frame.time is not None
                yield frame.time, frame

    def pictures_by_map(self) -> Iterator[tuple[float, av.VideoFrame]]:
        """The same, where another encoder went on in the middle: each part with its own map."""
        for init in dict.fromkeys(one.init_section.uri for one in self.playlist.segments):
            part = [one for one in self.playlist.segments if one.init_section.uri == init]
            data = b"".join((self.folder / one.uri).read_bytes() for one in part)
            with av.open(io.BytesIO((self.folder / init).read_bytes() + data), "r") as container:
                for frame in container.decode(video=0):
                    assert frame.time is not None
                    yield frame.time, frame

    def picture_at(self, time_s: float) -> NDArray[np.uint8]:
        """The luma of the picture shown at that time: (height, width)."""
        shown = [frame for at_s, frame in self.pictures() if at_s <= time_s + 1e-6]
        return shown[-1].to_ndarray(format="gray").astype(np.uint8)

    @cached_property
    def samples(self) -> tuple[NDArray[np.float32], int]:
        """Every sample of the sound, and how many make a second."""
        with self._opened() as container:
            rate = container.streams.audio[0].rate
            parts = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
            return np.concatenate(parts), rate

    def first_pictures(self) -> list[tuple[float, bool]]:
        """For each segment, read alone: when its first picture is shown, and whether it is an
        IDR picture, from which a player may begin (ITU-T H.264, table 7-1)."""
        found = []
        for data in self.segment_bytes():
            with av.open(io.BytesIO(self.init + data), "r") as container:
                packet = next(container.demux(video=0))
                assert packet.pts is not None
                found.append((float(packet.pts * packet.time_base), 5 in _nal_types(bytes(packet))))
        return found

    def _opened(self) -> InputContainer:
        return av.open(io.BytesIO(self.init + b"".join(self.segment_bytes())), "r")


@dataclass(frozen=True)
class PlayedPackage:
    """The multivariant playlist and all that it names."""

    index: m3u8.M3U8
    rungs: list[PlayedTrack]
    sounds: list[PlayedTrack]

    @property
    def audio(self) -> PlayedTrack | None:
        """The sound that every player decodes."""
        return self.sounds[0] if self.sounds else None

    def rung(self, name: str) -> PlayedTrack:
        return next(rung for rung in self.rungs if rung.name == name)


def play(out: Path) -> PlayedPackage:
    """Load a package with all its codecs. One that breaks a rule of HLS is not played."""
    assert [f"{one.rule} {one}" for one in check_folder(out).violations] == []
    index = m3u8.load(str(out / "all-codecs.m3u8"))
    shown = [p.uri for p in index.playlists if p.stream_info.resolution]
    heard = [media.uri for media in index.media if media.type == "AUDIO"]
    heard += [p.uri for p in index.playlists if not p.stream_info.resolution]
    return PlayedPackage(index, _tracks(out, shown), _tracks(out, heard))


def flashes_s(track: PlayedTrack) -> list[float]:
    """When the picture turns white."""
    found, was_white = [], False
    for time_s, frame in track.pictures():
        luma = frame.to_ndarray(format="gray")
        is_white = bool(np.mean(luma) > 200)
        if is_white and not was_white:
            found.append(time_s)
        was_white = is_white
    return found


def tones_s(track: PlayedTrack) -> list[float]:
    """When a tone begins after silence."""
    samples, rate = track.samples
    window = rate // 200
    usable = samples[: len(samples) // window * window].reshape(-1, window)
    loud = np.sqrt(np.mean(usable**2, axis=1)) > 0.1
    begins = [n for n in range(len(loud)) if loud[n] and (n == 0 or not loud[n - 1])]
    spaced = [n for n in begins if not loud[max(0, n - 40) : n].any()]
    return [n * window / rate for n in spaced]


def _nal_types(picture: bytes) -> list[int]:
    """The kinds of NAL units in one coded picture, each behind its length in four bytes."""
    kinds, at = [], 0
    while at + 4 < len(picture):
        kinds.append(picture[at + 4] & 0x1F)
        at += 4 + int.from_bytes(picture[at : at + 4])
    return kinds


def _tracks(out: Path, uris: list[str]) -> list[PlayedTrack]:
    """Each once, in the order in which they are named."""
    paths = [out / uri for uri in dict.fromkeys(uris)]
    return [PlayedTrack(path.parent, m3u8.load(str(path))) for path in paths]
