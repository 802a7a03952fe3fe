"""What a command costs: run it as a child and read what the kernel counted."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command and all its children took."""

    wall_s: float
    cpu_s: float
    peak_bytes: int  # of the largest process among them

    def __add__(self, other: "Cost") -> "Cost":
        """One after the other."""
        largest = max(self.peak_bytes, other.peak_bytes)
        return Cost(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s, largest)


NOTHING = Cost(0.0, 0.0, 0)


def cost_of(command: Sequence[str], folder: Path | None = None) -> Cost:
    """Run the command to its end. Raises RuntimeError with what it said when it fails."""
    began = time.monotonic()
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE) as child:
        assert child.stderr is not None
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(said.decode(errors="replace")[-2000:])
    wall_s = time.monotonic() - began
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
