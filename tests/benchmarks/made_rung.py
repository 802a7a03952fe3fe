"""A rung as it lies on the disk, ours or the rival's."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MadeRung:
    """One quality that a viewer can get."""

    name: str
    playlist: Path
    height_px: int
    frame_rate: float
    size_bytes: int  # its share of the sound included
    shows_camera: bool  # whether a second track was composed into it


def size_of(folder: Path) -> int:
    """Bytes of all media files below the folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.suffix in MEDIA)


MEDIA = {".m4s", ".mp4", ".ts"}
