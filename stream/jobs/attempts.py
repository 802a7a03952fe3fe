"""The folders of a job's attempts: a new one goes on with what an older one has completed.

No two attempts share a folder, because an older one may not be dead but asleep, and write into its
own when it wakes. Segments are only ever replaced by renaming, so that a hard link to one is a copy
of it for good; what ffmpeg writes in place (the small pictures) is really copied. Blocking: use
threads.
"""

import re
import shutil
from collections.abc import Collection
from pathlib import Path

from stream.folders import Folders
from stream.ids import ID_PATTERN
from stream.jobs.files import FOR_GOOD, remove_folder
from stream.tables import Job
from transcode.tree import PLAN_NAME, SCRATCH_FOLDER, WORK_FOLDER

NAME = re.compile(rf"(?P<job>{ID_PATTERN})-(?P<fence>[0-9]+)")


def take_over(folders: Folders, job: Job) -> bool:
    """Put what older attempts of the job have completed into the folder of the present one.

    Theirs are gone then. When there is nothing to go on with, no folder is made, and this returns
    False. Raises OSError.
    """
    attempt = folders.attempt(job.id, job.fence)
    older = [fence for fence in _fences(folders, job.id) if fence < job.fence]
    for fence in sorted(older, reverse=True):
        left = folders.attempt(job.id, fence)
        if _is_unfinished(left) and not attempt.exists():
            _link(left, attempt)
    for fence in older:
        remove_folder(folders.attempt(job.id, fence))
    return attempt.exists()


def sweep_attempts(folders: Folders, unfinished: Collection[str]) -> None:
    """Remove what no job will go on with; `unfinished` are the ids of those that run again."""
    for folder in folders.scratch.iterdir():
        found = NAME.fullmatch(folder.name)
        if not found or found["job"] not in unfinished:
            remove_folder(folder)


def attempts_of_jobs(folders: Folders) -> set[str]:
    """Return the ids of the jobs that have folders of attempts."""
    found = [NAME.fullmatch(folder.name) for folder in folders.scratch.iterdir()]
    return {each["job"] for each in found if each}


def remove_attempts(folders: Folders, job_id: str) -> None:
    """Remove what attempts of the job have left."""
    for fence in _fences(folders, job_id):
        remove_folder(folders.attempt(job_id, fence))


def _is_unfinished(attempt: Path) -> bool:
    """Whether another attempt can go on with what this one left."""
    return (attempt / WORK_FOLDER / PLAN_NAME).is_file()


def _fences(folders: Folders, job_id: str) -> list[int]:
    found = [NAME.fullmatch(folder.name) for folder in folders.scratch.iterdir()]
    return [int(each["fence"]) for each in found if each and each["job"] == job_id]


def _link(left: Path, attempt: Path) -> None:
    """Make `attempt` out of what is complete in `left`, whole or not at all."""
    half = attempt.with_name(attempt.name + ".half")
    remove_folder(half)
    half.mkdir()
    for folder in left.iterdir():
        if folder.is_dir() and folder.name != WORK_FOLDER:
            _link_segments(folder, half / folder.name)
    incomplete = shutil.ignore_patterns(SCRATCH_FOLDER, "*.tmp")
    shutil.copytree(left / WORK_FOLDER, half / WORK_FOLDER, ignore=incomplete)
    half.rename(attempt)


def _link_segments(track: Path, linked: Path) -> None:
    linked.mkdir()
    for file in track.iterdir():
        if FOR_GOOD.fullmatch(file.name):
            (linked / file.name).hardlink_to(file)
