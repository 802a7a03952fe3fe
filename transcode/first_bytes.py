"""The input of a look at a file: the whole of it, or its first bytes while the rest arrives."""

from pathlib import Path


def input_arguments(path: Path, seen_bytes: int | None) -> list[str]:
    """ffmpeg's arguments that read a file, and of one that still arrives nothing behind
    `seen_bytes`; None: all of it. No other file, and no other protocol."""
    if seen_bytes is None:
        return ["-protocol_whitelist", "file", "-i", f"file:{path}"]
    part = f"subfile,,start,0,end,{seen_bytes},,:file:{path}"
    return ["-protocol_whitelist", "file,subfile", "-i", part]
