"""Take complete segments out of the encoder's scratch folder into the package, while it grows.

Every segment is measured, moved to its media time, and put in its place whole, by renaming, on the
disk; only then do playlists name it. So what is in the package's folder can be served at any
moment, and after a crash the files themselves say where to go on.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

from transcode.grid import segment_start_s, segment_starts_s
from transcode.hls.boxes import codec_name, read_fragments, sample_description, timescale
from transcode.hls.playlists import MediaTrack, Segment
from transcode.hls.rebase import rebased
from transcode.publish import write_durably
from transcode.tree import INIT_NAME, later_init_name, later_inits, segment_files, segment_name

LENIENCY_S = 0.002  # the rounding of time stamps; a frame is 33 ms


class GrowingTrack:
    """One rung, or the sound, in the package's folder: the segments that are there without gap."""

    def __init__(self, folder: Path) -> None:
        """Take up what an earlier run left complete."""
        self._folder = folder
        self._segments: list[Segment] = []
        self._init = b""  # that of the segments that come next
        self._init_name: str | None = None  # None: the first one
        self.joints: list[int] = []  # segments from which on another encoder has made it
        self._codecs: list[str] = []
        self._init_bytes = 0
        if (folder / INIT_NAME).exists():
            self._hold((folder / INIT_NAME).read_bytes(), None)
            self._take_up()

    @property
    def count(self) -> int:
        """How many segments there are, from the first on."""
        return len(self._segments)

    def described(self) -> MediaTrack | None:
        """What the playlists need to know; None while there is no segment."""
        if not self._segments:
            return None
        return MediaTrack(
            self._folder.name,
            max(self._codecs),  # of one profile the highest level
            INIT_NAME,
            self._init_bytes,
            tuple(self._segments),
        )

    def collect(self, scratch: Path, first: int, end_s: float | None, is_over: bool) -> bool:
        """Move what is complete from `scratch`, where a run writes that began with segment
        `first`; whether something was new. Raises OSError.

        `is_over`: the run has ended. Then, if the lecture's end is known, what the encoder cut off
        behind the last segment belongs to it (see `grid.py`); if not, an unfinished last segment
        stays behind.
        """
        before = self.count
        wanted = None if end_s is None else len(segment_starts_s(end_s))
        for path in segment_files(scratch):
            number = int(path.stem)
            self._place_init(scratch, number)  # it was whole before the first segment was
            if number < self.count:
                path.unlink()  # it was made before: a run may begin earlier than it has to
            elif number + 1 == wanted:
                if is_over and number == self.count:
                    self._place([path, *_behind(path)], number, first)
                break
            elif number == self.count and (self._is_whole(path, number, first) or _behind(path)):
                # Sound with a hole in its times is cut a packet or two before the grid; what was
                # cut is whole, and waiting for more of it would be for ever.
                self._place([path], number, first)
        return self.count > before

    def _take_up(self) -> None:
        later = dict(later_inits(self._folder))
        while (path := self._folder / segment_name(self.count)).exists():
            if init := later.get(self.count):
                self.joints.append(self.count)
                self._hold(init.read_bytes(), init.name)
            try:
                self._segments.append(self._measured(path))
            except (ValueError, struct.error):
                return  # it is made again

    def _place_init(self, scratch: Path, number: int) -> None:
        """Put the run's init segment before its first segment that is taken over, if the one that
        lies there says something else: then another encoder has gone on."""
        if self._init and number != self.count:
            return
        init = (scratch / INIT_NAME).read_bytes()
        if self._init and sample_description(init) == sample_description(self._init):
            return
        name = later_init_name(number) if self._segments else None
        if name is None:  # what nothing was made with is replaced
            self._codecs, self._init_bytes = [], 0
        self._folder.mkdir(exist_ok=True)
        write_durably(self._folder / (name or INIT_NAME), init)
        self.joints += [number] if name else []
        self._hold(init, name)

    def _hold(self, init: bytes, name: str | None) -> None:
        self._init, self._init_name = init, name
        self._codecs.append(codec_name(init))
        self._init_bytes += len(init)

    def _is_whole(self, path: Path, number: int, first: int) -> bool:
        fragments = read_fragments(path)
        ticks = fragments.start_ticks + fragments.duration_ticks
        ends_s = segment_start_s(first) + ticks / timescale(self._init)
        return ends_s >= segment_start_s(number + 1) - LENIENCY_S

    def _place(self, parts: Sequence[Path], number: int, first: int) -> None:
        later_ticks = round(segment_start_s(first) * timescale(self._init))
        data = b"".join(rebased(part.read_bytes(), later_ticks, first) for part in parts)
        path = self._folder / segment_name(number)
        write_durably(path, data)
        self._segments.append(self._measured(path))
        for part in parts:
            part.unlink()

    def _measured(self, path: Path) -> Segment:
        fragments = read_fragments(path)
        length_s = fragments.duration_ticks / timescale(self._init)
        return Segment(path.name, length_s, fragments.size_bytes, self._init_name)


def _behind(path: Path) -> Sequence[Path]:
    """The files that play after this one."""
    return [other for other in segment_files(path.parent) if int(other.stem) > int(path.stem)]
