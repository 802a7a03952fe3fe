"""The folders of a job's attempts: what is complete is taken over, and no folder is shared."""

from pathlib import Path

import pytest

from stream.clock import utc_now
from stream.folders import Folders
from stream.ids import new_id
from stream.jobs.attempts import sweep_attempts, take_over
from stream.tables import Job, JobState, Lane

COMPLETE = {
    "high/init.mp4": b"init",
    "high/0.m4s": b"first",
    "high/1.m4s": b"second",
    ".work/plan.json": b"{}",
    ".work/thumbnails/0.jpg": b"picture",
}
INCOMPLETE = {
    "index.m3u8": b"#EXTM3U",
    "high/index.m3u8": b"#EXTM3U",
    "high/2.m4s.tmp": b"th",
    ".work/scratch/high/2.m4s": b"thi",
}


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    found = Folders(tmp_path / "data")
    found.make()
    return found


def attempt_of(fence: int, job_id: str = "") -> Job:
    return Job(
        id=job_id or new_id(), kind="publish", lecture_id=new_id(), state=JobState.RUNNING,
        lane=Lane.FIRST, attempt=fence, fence=fence, created_at=utc_now(),
    )  # fmt: skip


def leave(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_what_is_complete_is_taken_over_and_the_rest_is_not(folders: Folders) -> None:
    job = attempt_of(2)
    older = folders.attempt(job.id, 1)
    leave(older, COMPLETE | INCOMPLETE)
    inode = (older / "high" / "0.m4s").stat().st_ino
    take_over(folders, job)
    assert files_in(folders.attempt(job.id, 2)) == COMPLETE
    assert (folders.attempt(job.id, 2) / "high" / "0.m4s").stat().st_ino == inode
    assert not older.exists()


def test_the_newest_attempt_that_left_something_is_taken_over(folders: Folders) -> None:
    """The third died before it had taken over the second's folder: it left half of one."""
    job = attempt_of(4)
    leave(folders.attempt(job.id, 1), COMPLETE | {"high/1.m4s": b"old"})
    leave(folders.attempt(job.id, 2), COMPLETE)
    leave(folders.scratch / f"{job.id}-3.half", {"high/init.mp4": b"init"})
    take_over(folders, job)
    assert files_in(folders.attempt(job.id, 4)) == COMPLETE
    sweep_attempts(folders, {job.id})
    assert [folder.name for folder in folders.scratch.iterdir()] == [f"{job.id}-4"]


def test_what_nobody_can_go_on_with_is_removed(folders: Folders) -> None:
    job = attempt_of(2)
    leave(folders.attempt(job.id, 1), {"high/0.m4s": b"first"})
    take_over(folders, job)
    assert list(folders.scratch.iterdir()) == []


def test_f30_a_zombie_writes_into_its_own_folder_only(folders: Folders) -> None:
    """It wakes after its folder has been taken over, with its files still open."""
    job = attempt_of(2)
    older = folders.attempt(job.id, 1)
    leave(older, COMPLETE)
    with (older / ".work" / "thumbnails" / "0.jpg").open("r+b") as picture:
        take_over(folders, job)
        picture.write(b"another")
    leave(older, COMPLETE | {"high/0.m4s": b"another"})
    assert files_in(folders.attempt(job.id, 2)) == COMPLETE


def test_the_sweep_keeps_what_will_be_gone_on_with(folders: Folders) -> None:
    again, ended = attempt_of(1), attempt_of(1)
    for job in (again, ended):
        leave(folders.attempt(job.id, 1), COMPLETE)
    leave(folders.scratch / "litter", COMPLETE)
    sweep_attempts(folders, {again.id})
    assert [folder.name for folder in folders.scratch.iterdir()] == [f"{again.id}-1"]
