"""Join the rest that the muxer cut off the sound's end to the segment before it (see `grid.py`).

Pictures are cut where key frames are forced, and none is forced there; sound is cut by a clock that
knows no end. A media segment may hold several fragments (ISO/IEC 14496-12, 8.16.3, and RFC 8216,
3.3), so the bytes of two files are one good segment.
"""

from pathlib import Path


def segment_files(folder: Path) -> list[Path]:
    """The media segments of a track in the order in which they play."""
    return sorted(folder.glob("*.m4s"), key=lambda path: int(path.stem))


def join_rest(folder: Path, segments: int) -> None:
    """Append what is beyond the first `segments` files to the last of them. Raises OSError."""
    *_, last = segment_files(folder)[:segments]
    with last.open("ab") as joined:
        for path in segment_files(folder)[segments:]:
            joined.write(path.read_bytes())
            path.unlink()
