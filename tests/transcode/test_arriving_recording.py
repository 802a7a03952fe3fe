"""A recording is encoded while its bytes arrive, and can be watched before they all have."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import m3u8
import numpy as np
import pytest

from tests.generated_media import (
    AAC,
    H264,
    NO_DURATION,
    OPUS,
    VP8,
    counted,
    counted_recording,
    recording,
    run_ffmpeg,
)
from tests.transcode.played_package import flashes_s, play, tones_s
from transcode.media import Source, TrackRole
from transcode.package import Growth, Pace, make_package
from transcode.tree import PLAN_NAME, WORK_FOLDER

pytestmark = pytest.mark.slow

FRAGMENTED = ("-movflags", "+frag_keyframe+empty_moov", "-g", "60")


@dataclass
class Arriving:
    """A file that arrives in pieces, when it is told to."""

    whole: Path
    path: Path
    fault: Exception | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _is_whole: bool = False

    async def arrive(self, up_to: float) -> None:
        """More of it is there now: this share."""
        data = self.whole.read_bytes()
        with self.path.open("ab") as file:
            file.write(data[file.tell() : round(len(data) * up_to)])
        async with self._changed:
            self._is_whole = up_to == 1
            self._changed.notify_all()

    async def break_off(self, fault: Exception) -> None:
        async with self._changed:
            self.fault = fault
            self._changed.notify_all()

    async def wait_beyond(self, offset: int) -> int | None:
        async with self._changed:
            await self._changed.wait_for(
                lambda: self._is_whole or self.fault or self._size_bytes() > offset
            )
            if self.fault:
                raise self.fault
            return self._size_bytes() if self._size_bytes() > offset else None

    def _size_bytes(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0


def arriving(whole: Path) -> Arriving:
    return Arriving(whole, whole.with_name("arriving-" + whole.name))


CONTAINERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a browser's WebM": ("a.webm", (*VP8, *OPUS, *NO_DURATION)),
    "a browser's MP4": ("a.mp4", (*H264, *OPUS, *FRAGMENTED)),
    "MP4 with its index in front": ("a.mp4", (*H264, *AAC, "-movflags", "+faststart")),
    "MKV": ("a.mkv", (*H264, *AAC)),
    "MPEG-TS": ("a.ts", (*H264, *AAC)),
}


@pytest.mark.parametrize("container", CONTAINERS)
async def test_what_has_arrived_can_be_watched_and_the_end_is_exact(
    container: str, tmp_path: Path
) -> None:
    name, encoding = CONTAINERS[container]
    source = arriving(counted_recording(tmp_path / name, *encoding, seconds=31.4))
    grown: asyncio.Queue[Growth] = asyncio.Queue()
    making = asyncio.create_task(
        make_package(
            [Source(source.path, arrival=source)],
            tmp_path / "out",
            on_growth=grown.put_nowait,
            pace=Pace(slowest=0, judged_after_s=0),
        )
    )
    await source.arrive(0.7)
    async with asyncio.timeout(60):
        while (growth := await grown.get()).media_s < 14:
            pass
    assert (growth.rungs[0], growth.rungs[-1]) == ("still", "high")
    for track in (*growth.rungs, "audio", "opus"):
        playlist = m3u8.load(str(tmp_path / "out" / track / "index.m3u8"))
        assert playlist.playlist_type == "event"
        assert not playlist.is_endlist
        assert len(playlist.segments) >= 4
    assert not making.done()
    await source.arrive(1)
    package = await making
    assert package.duration_s == pytest.approx(31.4, abs=1 / 24)
    for rung in play(tmp_path / "out").rungs:
        assert rung.playlist.is_endlist
        assert rung.playlist.playlist_type == "vod"
        shown = [
            (at_s, counted(frame.to_ndarray(format="gray").astype(np.uint8)))
            for at_s, frame in rung.pictures()
        ]
        assert all(abs(at_s - number / 30) <= 0.21 for at_s, number in shown)
        assert shown[-1][0] >= 31


async def test_two_tracks_may_arrive_at_different_speeds(tmp_path: Path) -> None:
    slides = arriving(recording(tmp_path / "a.webm", *VP8, "-an", *NO_DURATION, seconds=21))
    camera = arriving(recording(tmp_path / "b.webm", *VP8, *OPUS, *NO_DURATION, seconds=20))
    grown: asyncio.Queue[Growth] = asyncio.Queue()
    sources = [
        Source(slides.path, arrival=slides),
        Source(camera.path, TrackRole.PRESENTER, 1.0, arrival=camera),
    ]
    making = asyncio.create_task(
        make_package(sources, tmp_path / "out", on_growth=grown.put_nowait)
    )
    await slides.arrive(0.9)
    await camera.arrive(0.75)
    async with asyncio.timeout(60):
        while (await grown.get()).media_s < 4:
            pass
    await camera.arrive(1)
    await slides.arrive(1)
    package = await making
    played = play(tmp_path / "out")
    assert package.duration_s == pytest.approx(21, abs=1 / 24)
    assert played.audio is not None
    assert tones_s(played.audio) == pytest.approx(list(range(1, 21)), abs=0.08)
    assert flashes_s(played.rung("high")) == pytest.approx(list(range(21)), abs=0.08)


async def test_a_recording_with_its_index_at_the_end_is_waited_for(tmp_path: Path) -> None:
    source = arriving(recording(tmp_path / "a.mp4", seconds=5))
    making = asyncio.create_task(
        make_package([Source(source.path, arrival=source)], tmp_path / "out")
    )
    await source.arrive(0.8)
    await asyncio.sleep(1)
    assert not making.done()
    await source.arrive(1)
    assert (await making).duration_s == pytest.approx(5, abs=1 / 30)


class UploadGone(Exception):
    """Nobody sends the rest."""


async def test_when_the_rest_never_comes_nothing_runs_on(tmp_path: Path) -> None:
    source = arriving(counted_recording(tmp_path / "a.mkv", seconds=31))
    grown = asyncio.Event()
    making = asyncio.create_task(
        make_package(
            [Source(source.path, arrival=source)], tmp_path / "out", on_growth=lambda _: grown.set()
        )
    )
    await source.arrive(0.7)
    async with asyncio.timeout(60):
        await grown.wait()
    await source.break_off(UploadGone())
    with pytest.raises(UploadGone):
        await making


async def test_an_encode_that_died_while_bytes_arrived_goes_on_when_they_have(
    tmp_path: Path,
) -> None:
    source = arriving(counted_recording(tmp_path / "a.mkv", seconds=31))
    grown: asyncio.Queue[Growth] = asyncio.Queue()
    making = asyncio.create_task(
        make_package(
            [Source(source.path, arrival=source)], tmp_path / "out", on_growth=grown.put_nowait
        )
    )
    await source.arrive(0.8)
    async with asyncio.timeout(60):
        while (await grown.get()).media_s < 14:
            pass
    making.cancel()
    await asyncio.wait({making})
    kept = (tmp_path / "out" / "high" / "3.m4s").stat().st_mtime_ns
    await source.arrive(1)
    package = await make_package([Source(source.path, arrival=source)], tmp_path / "out")
    assert package.duration_s == pytest.approx(31, abs=1 / 24)
    assert (tmp_path / "out" / "high" / "3.m4s").stat().st_mtime_ns == kept


def film(path: Path) -> Path:
    """14 s of soft shapes that move: no screen shows that."""
    scene = "gradients=s=320x180:n=5:speed=0.03:d=14,noise=alls=14:allf=t"
    run_ffmpeg("-f", "lavfi", "-i", scene, *H264, "-g", "60", str(path))
    return path


async def test_channels_in_opposite_phase_are_heard_while_they_arrive(tmp_path: Path) -> None:
    tone = "0.3*sin(2*PI*440*t)*lt(mod(t,2),1.5)"
    run_ffmpeg(
        *("-f", "lavfi", "-i", f"aevalsrc='{tone}|-({tone})':s=48000", "-t", "16"),
        *("-c:a", "flac", str(tmp_path / "a.mkv")),
    )
    source = arriving(tmp_path / "a.mkv")
    sources = [Source(source.path, arrival=source)]
    making = asyncio.create_task(make_package(sources, tmp_path / "out"))
    await source.arrive(0.7)
    await asyncio.sleep(1)
    await source.arrive(1)
    await making
    played = play(tmp_path / "out").audio
    assert played is not None
    samples, _ = played.samples
    assert float(np.sqrt(np.mean(samples**2))) > 0.02, "their mean would be nothing"


@pytest.mark.parametrize(
    ("share", "rungs"),
    [
        pytest.param(0.8, ["still", "low", "medium", "high"], id="enough to see that it is a film"),
        pytest.param(0.3, ["still", "low", "fair", "medium", "high"], id="too little to tell"),
    ],
)
async def test_what_has_arrived_decides_the_ladder_for_good(
    share: float, rungs: list[str], tmp_path: Path
) -> None:
    source = arriving(film(tmp_path / "a.mkv"))
    sources = [Source(source.path, arrival=source)]
    await source.arrive(share)
    begun = tmp_path / "out" / WORK_FOLDER / PLAN_NAME
    making = asyncio.create_task(make_package(sources, tmp_path / "out"))
    async with asyncio.timeout(30):
        while not begun.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    making.cancel()
    await asyncio.wait({making})
    await source.arrive(1)
    package = await make_package(sources, tmp_path / "out")
    assert [rung.name for rung in package.renditions] == rungs
    assert package.duration_s == pytest.approx(14, abs=1 / 24)
