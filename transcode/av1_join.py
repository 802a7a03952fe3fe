"""Add an AV1 set to a package in its own folder, for whoever has no server that does it.

At any moment the package plays: the set's folders join it first, then the index of all codecs that
names them takes the place of the other, then the facts. The server does the same with links,
because there the folder of an attempt must stay what it is (`stream/jobs/av1.py`).
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from transcode.av1_set import Av1Facts, make_av1_set
from transcode.encoding import Progress
from transcode.media import Source
from transcode.publish import sync_tree
from transcode.tree import ALL_CODECS_NAME, FACTS_NAME, WORK_FOLDER


async def add_av1_set(
    sources: Sequence[Source],
    package: Path,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Av1Facts:
    """Make the AV1 set to the complete `package` of `sources`, and join it to the package.

    It is made in the package's working folder, which is gone in the end. One that is broken off
    leaves the package as it was, with that folder. Raises what `make_av1_set` raises.
    """
    made = package / WORK_FOLDER
    facts = await make_av1_set(sources, package, made, on_progress=on_progress)
    await asyncio.to_thread(_join, made, package)
    return facts


def _join(made: Path, package: Path) -> None:
    for folder in (path for path in made.iterdir() if path.is_dir()):
        shutil.rmtree(package / folder.name, ignore_errors=True)  # of a set that it had before
        folder.rename(package / folder.name)
    for page in (ALL_CODECS_NAME, FACTS_NAME):
        (made / page).replace(package / page)
    shutil.rmtree(made)
    sync_tree(package)
