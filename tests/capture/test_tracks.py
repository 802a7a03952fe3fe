"""What may be sent of a track: whole fragments that are safe, joined on one timeline."""

import asyncio
import itertools
from pathlib import Path

import pytest

from capture.fragments import Layout, scan
from capture.tracks import PartFile, TrackBytes, open_part
from tests.capture.decoded import audio_end_s, video_times_s


def layout_of(data: bytes) -> Layout:
    layout = Layout()
    scan(layout, lambda position, length: data[position : position + length], len(data))
    return layout


def settled(path: Path, shift_s: float = 0.0) -> PartFile:
    part = open_part(path, shift_s)
    part.settle()
    return part


def recorded_bytes(recorded: Path) -> bytes:
    return recorded.read_bytes()


async def everything(data: TrackBytes, chunk_bytes: int) -> bytes:
    found = b""
    while chunk := await data.read(len(found), chunk_bytes):
        found += chunk
    return found


def test_a_recording_that_ended_well_is_whole_to_its_last_byte(recorded: Path) -> None:
    data = recorded.read_bytes()
    layout = layout_of(data)
    assert layout.whole_bytes == len(data)
    assert sorted(layout.timescales.values()) == [12800, 48000]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.77, 0.999])
def test_a_torn_recording_is_whole_up_to_a_fragment_and_plays(
    recorded: Path, tmp_path: Path, share: float
) -> None:
    data = recorded.read_bytes()
    torn = data[: int(len(data) * share)]
    whole = layout_of(torn).whole_bytes
    assert 0 < whole <= len(torn)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(torn[:whole])
    times = video_times_s(cut)
    assert all(0 < b - a < 0.07 for a, b in itertools.pairwise(times))
    assert abs(audio_end_s(cut) - times[-1]) < 0.2


@pytest.mark.parametrize("length", [0, 7, 20, 40, 800])
def test_before_the_first_fragment_nothing_may_be_sent(recorded: Path, length: int) -> None:
    assert layout_of(recorded.read_bytes()[:length]).whole_bytes == 0


def test_a_file_scanned_as_it_grows_is_understood_as_one_scanned_at_once(recorded: Path) -> None:
    data = recorded.read_bytes()
    layout = Layout()
    for size in [*range(0, len(data), 1777), len(data)]:
        scan(layout, lambda position, length: data[position : position + length], size)
    assert layout == layout_of(data)


@pytest.mark.parametrize("damage", [b"\0" * 64, b"\xff" * 64, b"\0\0\0\x07moof" * 8])
def test_damage_after_a_power_cut_is_where_the_whole_part_ends(
    recorded: Path, damage: bytes
) -> None:
    data = recorded.read_bytes()
    assert layout_of(data + damage).whole_bytes == len(data)


@pytest.mark.parametrize("chunk_bytes", [1 << 20, 9973, 777])
async def test_a_second_part_continues_the_timeline_however_it_is_read(
    recorded: Path, tmp_path: Path, chunk_bytes: int
) -> None:
    data = TrackBytes()
    data.join(settled(recorded))
    data.join(settled(recorded, shift_s=5.5))
    joined = tmp_path / "joined.mp4"
    joined.write_bytes(await everything(data, chunk_bytes))
    data.close()
    times, alone = video_times_s(joined), video_times_s(recorded)
    assert times[: len(alone)] == alone
    assert times[len(alone) :] == pytest.approx([time_s + 5.5 for time_s in alone], abs=0.001)
    assert audio_end_s(joined) == pytest.approx(audio_end_s(recorded) + 5.5, abs=0.001)


async def test_reading_waits_for_what_is_safe_and_ends_with_the_track(
    recorded: Path, tmp_path: Path
) -> None:
    whole, growing = recorded_bytes(recorded), tmp_path / "presentation.1.mp4"
    growing.write_bytes(whole[: len(whole) // 2])
    data, part = TrackBytes(), settled(growing)
    data.join(part)
    half = data.safe_bytes
    assert 0 < half <= len(whole) // 2
    waiting = asyncio.create_task(data.wait_beyond(half))
    await asyncio.sleep(0)
    assert not waiting.done()
    growing.write_bytes(whole)
    part.settle()
    await data.announce()
    await waiting
    assert data.safe_bytes == len(whole)
    at_the_end = asyncio.create_task(data.wait_beyond(len(whole)))
    await data.announce(is_complete=True)
    await at_the_end
    assert await everything(data, 4096) == whole
    data.close()
