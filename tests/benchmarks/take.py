"""From Stop to a lecture that plays, and how far behind a class is that watches live.

python -m tests.benchmarks.take [SECONDS SPEED]...

Two tracks of a browser's recording are sent to a server of its own process, slice by slice, as the
recorder does. A student looks five times a second whether there is more, and then at what the
playlists offer: who looks must not be what takes the time.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.take_material import TakeTrack, demo_take
from tests.benchmarks.take_sender import Person, School, Take, new_school, send_take
from tests.server_process import ServerProcess

LOOK_EVERY_S = 0.2
LAST_SEGMENT_S = 6.5  # the longest there is
PATIENCE_S = 900.0
TAKES = ((60.0, 1.0), (600.0, 2.0))  # seconds, and how many times as fast they are sent
QUICK_TAKES = ((20.0, 1.0),)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a student could play at a moment."""

    at_s: float
    playable_s: float  # of every track that the index names
    is_whole: bool  # they all say that they have ended
    state: str
    rungs: tuple[str, ...]


@dataclass(slots=True)
class Watched:
    """A take, and all that was seen of it."""

    seconds: float
    speed: float
    take: Take
    seen: list[Seen] = field(default_factory=list)

    def after_stop_s(self, is_so: "Seen | None") -> float:
        """Seconds from Stop to that moment."""
        return is_so.at_s - self.take.stopped_s if is_so else float("nan")

    def first_with(self, playable_s: float) -> Seen | None:
        """The first moment at which so much could be played."""
        return next((seen for seen in self.seen if seen.playable_s >= playable_s), None)

    def live_delays_s(self) -> list[float]:
        """How long after it was recorded each newly shown part could be played from its start."""
        delays, shown_s = [], 0.0
        for seen in self.seen:
            if seen.playable_s > shown_s and seen.at_s < self.take.stopped_s:
                delays.append(seen.at_s - self.take.began_s - shown_s / self.speed)
                shown_s = seen.playable_s
        return delays


def measure_takes(takes: Sequence[tuple[float, float]] = TAKES) -> None:
    """Send takes of so many seconds so many times as fast as recorded, and print what was seen."""
    print("\ntake: the demo lecture's two tracks, sent as a browser records them", flush=True)
    for seconds, speed in takes:
        with tempfile.TemporaryDirectory() as folder:
            tracks = demo_take(Path(folder), seconds)
            with ServerProcess(Path(folder, "data")) as server:
                watched = asyncio.run(_watch(server, tracks, seconds, speed))
        _tell(watched)


async def _watch(
    server: ServerProcess, tracks: Sequence[TakeTrack], seconds: float, speed: float
) -> Watched:
    async with new_school(server.base, server.setup_url) as school, asyncio.TaskGroup() as group:
        begun: asyncio.Future[Take] = asyncio.get_running_loop().create_future()
        group.create_task(send_take(school, tracks, speed, begun))
        watched = Watched(seconds, speed, await begun)
        await _look_until_ready(school, watched)
        return watched


async def _look_until_ready(school: School, watched: Watched) -> None:
    give_up_s = time.monotonic() + watched.seconds / watched.speed + PATIENCE_S
    told: dict[str, Any] = {}
    while time.monotonic() < give_up_s:
        facts = json.loads(await school.student.get(f"/api/lectures/{watched.take.lecture_id}"))
        news = {name: facts[name] for name in ("state", "growing", "playlist_url")}
        if news != told:
            watched.seen.append(await _look(school.student, news))
        if news["state"] in ("ready", "failed"):
            return
        told = news
        await asyncio.sleep(LOOK_EVERY_S)


async def _look(student: Person, facts: dict[str, Any]) -> Seen:
    growing = facts["growing"] or {"rungs": ("all",)}
    url, rungs = facts["playlist_url"], tuple(growing["rungs"])
    if url is None:
        return Seen(_now_s(), 0.0, False, facts["state"], rungs)
    index = await student.get(url)
    names = re.findall(r'URI="([^"]+/index\.m3u8)"', index) + re.findall(r"^[^#\n]+$", index, re.M)
    texts = [await student.get(f"{url.rpartition('/')[0]}/{name}") for name in names]
    lengths = [sum(map(float, re.findall(r"#EXTINF:([0-9.]+)", text))) for text in texts]
    is_whole = bool(texts) and all("#EXT-X-ENDLIST" in text for text in texts)
    return Seen(_now_s(), min(lengths, default=0.0), is_whole, facts["state"], rungs)


def _tell(watched: Watched) -> None:
    nearly, delays = watched.first_with(watched.seconds - LAST_SEGMENT_S), watched.live_delays_s()
    whole = next((seen for seen in watched.seen if seen.is_whole), None)
    ready = next((seen for seen in watched.seen if seen.state == "ready"), None)
    first = watched.first_with(0.1)
    print(
        f"  {watched.seconds:g} s, sent {watched.speed:g} times as fast as recorded, "
        f"load {os.getloadavg()[0]:.1f}:\n"
        f"    first second to play {first.at_s - watched.take.began_s if first else 0:.1f} s "
        f"after Record; live delay at most {max(delays, default=float('nan')):.1f} s\n"
        f"    after Stop: last byte safe {watched.take.acknowledged_s - watched.take.stopped_s:.2f}"
        f" s, all but the last segment plays {watched.after_stop_s(nearly):.2f} s, the whole"
        f" {watched.after_stop_s(whole):.2f} s, everything made {watched.after_stop_s(ready):.2f} s"
        f"\n    rungs at the first end: {', '.join(nearly.rungs) if nearly else 'none'}",
        flush=True,
    )


def _now_s() -> float:
    return asyncio.get_running_loop().time()


if __name__ == "__main__":
    given = [float(each) for each in sys.argv[1:]]
    measure_takes(list(zip(given[::2], given[1::2], strict=True)) or TAKES)
