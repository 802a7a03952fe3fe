"""Which of the walls around an encoder stand on this machine: tried out in a child, not assumed.

Kernels, containers and service units differ in what they let a process give up. The launcher takes
what it gets; here somebody who runs the server can see what that is.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from transcode.errors import FfmpegFailed
from transcode.limits import ENCODE_LIMITS, GIB, Limits, reading
from transcode.process import started

CHILD = Path(__file__).with_name("confinement_child.py")
ANSWER_TIMEOUT_S = 30.0


class ChildFacts(msgspec.Struct, frozen=True):
    """What the child found it may still do."""

    network: str  # the name of its network namespace
    has_sockets: bool
    has_trace: bool  # it may look into other processes
    reads_others: bool  # files that it was not given
    gains_no_rights: bool
    out_of_memory: int
    disk_class: int
    memory_bytes: int  # -1: as much as there is
    file_bytes: int
    core_bytes: int
    dies_with_parent: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the walls, and whether it stands; `sentence` is for the person who runs the server."""

    name: str
    is_active: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class _Wall:
    name: str
    stands: Callable[[ChildFacts, str], bool]  # our own network's name is the second
    holds: str  # the sentences of a wall that stands, and of one that does not
    fails: str


WALLS = (
    _Wall(
        "own-network",
        lambda facts, ours: facts.network != ours,
        "Encoders run in an empty network of their own.",
        "Encoders share the server's network: this system lets us make no other.",
    ),
    _Wall(
        "no-sockets",
        lambda facts, _: not facts.has_sockets,
        "Encoders cannot open connections.",
        "Encoders could open connections: this kernel filters no system calls for us.",
    ),
    _Wall(
        "no-tracing",
        lambda facts, _: not facts.has_trace,
        "Encoders cannot look into other processes.",
        "Encoders could look into other processes of the same account.",
    ),
    _Wall(
        "own-files",
        lambda facts, _: not facts.reads_others,
        "What reads a recording can open no other file of the server.",
        "What reads a recording could open other files: this kernel has no Landlock for us.",
    ),
    _Wall(
        "no-new-rights",
        lambda facts, _: facts.gains_no_rights,
        "Encoders cannot gain rights.",
        "Encoders could gain rights through programs that have them.",
    ),
    _Wall(
        "memory",
        lambda facts, _: facts.memory_bytes > 0,
        "An encoder gets at most {memory_gib} GiB of memory.",
        "An encoder may take as much memory as there is.",
    ),
    _Wall(
        "file-size",
        lambda facts, _: facts.file_bytes >= 0 and facts.core_bytes == 0,
        "An encoder writes no file over {file_gib} GiB.",
        "An encoder may write files of any size.",
    ),
    _Wall(
        "out-of-memory",
        lambda facts, _: facts.out_of_memory > 0,
        "When memory runs out, encoders are ended before the server.",
        "When memory runs out, the server may be ended before its encoders.",
    ),
    _Wall(
        "disk-priority",
        lambda facts, _: facts.disk_class >= 2,
        "Encoders leave the disk to the server when both want it.",
        "Encoders compete with the server for the disk.",
    ),
    _Wall(
        "dies-with-server",
        lambda facts, _: facts.dies_with_parent,
        "No encoder outlives the server.",
        "An encoder may outlive a server that is killed.",
    ),
)


def everything_limited() -> Limits:
    """All limits at once, for a child that is only Python."""
    own = (Path(sys.prefix), Path(sys.base_prefix), CHILD)
    return replace(ENCODE_LIMITS, reads=reading(own), writes=())


async def try_confinement(limits: Limits | None = None) -> tuple[Layer, ...]:
    """What holds a child within `limits` (all of them if None) on this machine.

    Raises FfmpegFailed when the child does not even start, TimeoutError when it does not answer.
    """
    lines: list[str] = []
    command = [sys.executable, "-I", "-S", str(CHILD)]
    async with (
        asyncio.timeout(ANSWER_TIMEOUT_S),
        started(command, on_line=lines.append, limits=limits or everything_limited()) as child,
    ):
        finished = await child.wait()
    if finished.status != 0:
        raise FfmpegFailed(finished.status, finished.log_tail)
    facts = msgspec.json.decode("".join(lines), type=ChildFacts)
    return layers_of(facts, os.readlink("/proc/self/ns/net"))


def layers_of(facts: ChildFacts, our_network: str) -> tuple[Layer, ...]:
    """The walls that a child's facts show; `our_network` is the name of our own namespace."""
    sizes = {
        "memory_gib": round(facts.memory_bytes / GIB),
        "file_gib": round(facts.file_bytes / GIB),
    }
    return tuple(
        Layer(wall.name, True, wall.holds.format(**sizes))
        if wall.stands(facts, our_network)
        else Layer(wall.name, False, wall.fails)
        for wall in WALLS
    )


def keeps_off_network(layers: tuple[Layer, ...]) -> bool:
    """Whether at least one wall stands between an encoder and the network."""
    return any(layer.is_active for layer in layers if layer.name in ("own-network", "no-sockets"))
