"""`make drill`: kill what makes lectures at random instants, and look at every package that comes.

python -m tests.drill [--kills 50] [--seed N]

Killed with SIGKILL are ffmpeg, the process that encodes and the whole server, as chance has it; a
lecture is killed several times. Each package must keep the rules of HLS, and show each frame and
each second of sound of the recording, as their numbers and the rising tone tell. Of the test suite
this is the long form, run by hand: it takes a quarter of an hour and more.
"""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from stream.clock import utc_now
from stream.database import open_database
from stream.demo.recorded import RecordedLecture, RecordedTrack
from stream.demo.school import DemoSchool, make_school
from stream.demo.sender import TeacherClient
from stream.jobs.completeness import require_complete
from stream.settings import Settings
from tests.generated_media import counted_recording
from tests.processes import encoders_below
from tests.server_process import ServerProcess
from tests.transcode.played_package import PlayedPackage, play
from tests.transcode.undisturbed import assert_seamless

SECONDS = 62.7
KILLS_OF_A_PROCESS = 6  # for one lecture; then it is left in peace
KILLS_OF_A_SERVER = 2  # the third death of a job is its failure, with a reason
PATIENCE_S = 600.0


@dataclass(slots=True)
class Drill:
    """Where kills come from, and what was killed so far."""

    chance: random.Random
    wanted: int
    within_s: float = 0.0  # of a start: what comes after the last segment is not worth many kills
    killed: Counter[str] = field(default_factory=Counter)

    @property
    def left(self) -> int:
        return self.wanted - self.killed.total()

    def instant_s(self) -> float:
        """How long after a start, or after the last kill, the next one comes."""
        return self.chance.uniform(0, self.within_s)

    def note(self, victim: str, after_s: float) -> None:
        self.killed[victim] += 1
        print(f"  kill {self.killed.total():3}: {victim}, after {after_s:.2f} s", flush=True)


def kill_encoders(pid: int) -> bool:
    """Kill the ffmpegs of a process; whether there were any."""
    found = encoders_below(pid)
    for encoder in found:
        with suppress(ProcessLookupError):
            os.kill(encoder, signal.SIGKILL)
    return bool(found)


def encode(drill: Drill, source: Path, folder: Path, kills: int) -> Path:
    """The package of `flipcast transcode`, which is killed so often and started again."""
    command = [sys.executable, "-m", "transcode", str(source), "--out", str(folder / "out")]
    had = drill.killed.total()
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        before = drill.killed.total()
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                _kill_at_random(drill, process, had + kills)
                status = process.wait(PATIENCE_S)
            finally:
                process.kill()
        if status == 0:
            return folder / "out"
        assert drill.killed.total() > before, (folder / "log").read_text()[-4000:]
    raise TimeoutError(f"no package after {PATIENCE_S} s")


def _kill_at_random(drill: Drill, process: subprocess.Popen[bytes], most: int) -> None:
    """Kill the process, or its ffmpegs and go on, until it has ended or enough was killed."""
    while drill.killed.total() < most:
        instant_s = drill.instant_s()
        with suppress(subprocess.TimeoutExpired):
            process.wait(instant_s)
            return
        if drill.chance.random() < 0.5:
            process.kill()
            drill.note("process", instant_s)
            return
        while process.poll() is None:  # when none runs just now, the next one's beginning it is
            if kill_encoders(process.pid):
                drill.note("ffmpeg", instant_s)
                break
            time.sleep(0.02)


async def school_in(data: Path) -> DemoSchool:
    url = Settings(data=data).effective_database_url
    async with open_database(url) as database, database.write() as session:
        return await make_school(session, "Maths 11b", utc_now())


async def package_of(server: ServerProcess, token: str, lecture_id: str, within_s: float) -> str:
    """The id of the lecture's package; empty if it is not ready within that time."""
    async with TeacherClient(server.base, token) as teacher:
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            lecture = await teacher.show_lecture(lecture_id)
            assert lecture["state"] != "failed", lecture["failure"]
            if lecture["state"] == "ready":
                return str(lecture["playlist_url"].split("/")[3])
            await asyncio.sleep(min(0.1, max(0.0, until - time.monotonic())))
    return ""


async def publish(drill: Drill, source: Path, folder: Path, kills: int) -> Path:
    """The package of a server, which is killed so often and started again."""
    data = folder / "data"
    lecture = RecordedLecture(
        "Slopes", "Maths 11b", [RecordedTrack(source.name, "presentation", 0)]
    )
    with ServerProcess(data) as server:
        school = await school_in(data)
        async with TeacherClient(server.base, school.teacher_token) as teacher:
            lecture_id = await teacher.send_lecture(school.class_id, lecture, source.parent)
        for _ in range(kills):
            instant_s = drill.instant_s()
            if await package_of(server, school.teacher_token, lecture_id, instant_s):
                break
            if drill.chance.random() < 0.4 and kill_encoders(server.pid):
                drill.note("ffmpeg of a server", instant_s)
                continue
            server.kill()
            drill.note("server", instant_s)
            server.start()
        package_id = await package_of(server, school.teacher_token, lecture_id, PATIENCE_S)
    assert package_id, f"no package after {PATIENCE_S} s"
    [package] = (data / "media" / lecture_id).iterdir()
    assert package.name == package_id
    assert list((data / "scratch").iterdir()) == []
    require_complete(package, SECONDS)
    return package


def publish_and_wait(drill: Drill, source: Path, folder: Path, kills: int) -> Path:
    return asyncio.run(publish(drill, source, folder, kills))


WAYS: dict[str, tuple[Callable[[Drill, Path, Path, int], Path], int]] = {
    "process": (encode, KILLS_OF_A_PROCESS),
    "server": (publish_and_wait, KILLS_OF_A_SERVER),
}


def run(drill: Drill, base: Path) -> list[str]:
    """Kill until enough was killed; a sentence for each package that was not as it should be."""
    source = counted_recording(base / "counted.mkv", seconds=SECONDS)
    in_peace: dict[str, PlayedPackage] = {}
    for way, (make, _) in WAYS.items():
        (base / f"{way} in peace").mkdir()
        began = time.time()
        package = make(drill, source, base / f"{way} in peace", 0)
        in_peace[way] = play(package)
        newest = max(path.stat().st_mtime for path in package.rglob("*.m4s"))
        drill.within_s = min(drill.within_s or PATIENCE_S, newest - began)
    print(f"kills within {drill.within_s:.1f} s of a start", flush=True)
    faults, packages = [], 0
    while drill.left > 0:
        way = drill.chance.choice(list(WAYS))
        make, most = WAYS[way]
        packages += 1
        print(f"package {packages}, made by a {way}", flush=True)
        left = drill.left
        with TemporaryDirectory(dir=base) as folder:
            try:
                package = make(drill, source, Path(folder), min(most, drill.left))
                assert_seamless(play(package), in_peace[way])
            except (AssertionError, TimeoutError, subprocess.TimeoutExpired) as error:
                place = traceback.extract_tb(error.__traceback__)[-1]
                faults.append(f"package {packages}: {place.name}: {place.line}: {error}")
                print(f"  NOT AS IT SHOULD BE: {place.name}: {place.line}: {error}", flush=True)
        if drill.left == left:  # the machine has less to do than before
            drill.within_s *= 0.7
    print(f"{packages} packages, {len(faults)} of them not as they should be")
    return faults


def main() -> int:
    """Exit code 0 when every package is whole."""
    parser = argparse.ArgumentParser(prog="tests.drill", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    drill = Drill(random.Random(chosen.seed), chosen.kills)
    with TemporaryDirectory(prefix="flipcast-drill-") as base:
        faults = run(drill, Path(base))
    kinds = ", ".join(f"{count} of {victim}" for victim, count in sorted(drill.killed.items()))
    print(f"{drill.killed.total()} kills: {kinds}; seed {chosen.seed}")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
