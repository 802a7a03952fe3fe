"""Fakes in the place of ffmpeg: executables that do what no real one does on demand."""

import sys
from pathlib import Path


def fake_ffmpeg(path: Path, program: str) -> str:
    """An executable called so, which runs a Python program whatever it is asked for."""
    path.write_text(f"#!{sys.executable}\nimport os, shutil, signal, sys, time\n{program}\n")
    path.chmod(0o755)
    return str(path)
