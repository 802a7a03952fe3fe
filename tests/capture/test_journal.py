"""The journal of a take survives whatever happens to the process that writes it."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from capture.errors import TakeUnreadable
from capture.journal import (
    Part,
    Take,
    TakeState,
    Track,
    read_take,
    start_offsets_ms,
    write_take,
)
from capture.recorder import TakeClock
from capture.takes import interrupted_take, new_take, waiting_takes

TAKE = Take(
    take_id="20261122-101500-00",
    server="https://school.example",
    class_id="c",
    title='Optics "1" <i>',
    began_at="2026-11-22T10:15:00+00:00",
    tracks=(Track("presentation", (Part("presentation.1.mp4", 0.5),)), Track("presenter")),
)

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from capture.journal import read_take, write_take
folder = Path(sys.argv[1])
take = read_take(folder)
print("ready", flush=True)
while True:
    take = replace(take, title=take.title + "x" * 1000)
    write_take(folder, take)
"""


def new_folder(root: Path) -> Path:
    with new_take(
        root,
        server="https://school.example",
        class_id="c",
        title="t",
        roles=["presentation"],
        now=datetime(2026, 11, 22, 10, 15, tzinfo=UTC),
    ) as held:
        return held.folder


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    write_take(tmp_path, TAKE)
    assert read_take(tmp_path) == TAKE


@pytest.mark.parametrize("after_s", [0.01, 0.03, 0.1])
def test_a_writer_that_is_killed_leaves_a_whole_journal(tmp_path: Path, after_s: float) -> None:
    write_take(tmp_path, TAKE)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(after_s)
        writer.kill()
    assert read_take(tmp_path).title.startswith(TAKE.title)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"take_id": "x"', id="torn"),
        pytest.param(b"{}", id="nothing-in-it"),
        pytest.param(b"\xff\xfe", id="not-text"),
    ],
)
def test_a_journal_that_is_none_is_said_to_be_unreadable(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "take.json").write_bytes(content)
    with pytest.raises(TakeUnreadable):
        read_take(tmp_path)


def test_a_journal_of_another_version_is_left_alone(tmp_path: Path) -> None:
    write_take(tmp_path, replace(TAKE, version=2))
    with pytest.raises(TakeUnreadable, match="another version"):
        read_take(tmp_path)


def test_a_newer_agents_extra_facts_do_not_hide_a_take(tmp_path: Path) -> None:
    write_take(tmp_path, TAKE)
    facts = json.loads((tmp_path / "take.json").read_text())
    (tmp_path / "take.json").write_text(json.dumps({**facts, "room": "B12"}))
    assert read_take(tmp_path) == TAKE


def test_only_unfinished_takes_wait_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    folders = [new_folder(tmp_path) for _ in range(4)]
    states = [TakeState.RECORDING, TakeState.SENDING, TakeState.SENT, TakeState.EMPTY]
    for folder, state in zip(folders, states, strict=True):
        write_take(folder, replace(read_take(folder), state=state))
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    waiting, unreadable = waiting_takes(tmp_path)
    assert {folder for folder, _ in waiting} == set(folders[:2])
    assert unreadable == [damaged]


def test_no_folder_of_takes_means_that_nothing_waits(tmp_path: Path) -> None:
    assert waiting_takes(tmp_path / "absent") == ([], [])


def test_a_take_that_is_being_recorded_is_not_taken_up_by_another(tmp_path: Path) -> None:
    folder = new_folder(tmp_path)
    with interrupted_take(folder) as held, interrupted_take(folder) as second:
        assert held is not None
        assert second is None


def test_what_is_kept_is_for_the_recorders_eyes_only(tmp_path: Path) -> None:
    assert new_folder(tmp_path).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("began_s", "expected"),
    [
        pytest.param({"presentation": [0.5], "presenter": [0.5]}, (0, 0), id="together"),
        pytest.param({"presentation": [2.25], "presenter": [0.5]}, (1750, 0), id="one-late"),
        pytest.param({"presentation": [-0.1], "presenter": [0.1]}, (0, 200), id="before-the-take"),
        pytest.param({"presentation": [1, 9], "presenter": [0.5]}, (500, 0), id="restarted"),
        pytest.param({"presentation": [3.0], "presenter": []}, (0, None), id="one-never-began"),
    ],
)
def test_offsets_count_from_the_earliest_track(
    began_s: dict[str, list[float]], expected: tuple[int | None, ...]
) -> None:
    tracks = tuple(
        Track(role, tuple(Part(f"{role}.{n}.mp4", at) for n, at in enumerate(begins)))
        for role, begins in began_s.items()
    )
    offsets = start_offsets_ms(replace(TAKE, tracks=tracks))
    assert (offsets.get("presentation"), offsets.get("presenter")) == expected


def test_a_wall_clock_that_is_set_during_the_take_moves_no_track() -> None:
    clocks = {"monotonic": 100.0, "wall": 1_000_000.0}
    clock = TakeClock(100.0, lambda: clocks["monotonic"], lambda: clocks["wall"])
    clocks.update(monotonic=101.0, wall=1_000_001.0)
    assert clock.at(unix_s=1_000_000.5) == pytest.approx(0.5)
    clocks.update(monotonic=103.0, wall=2_000_003.0)  # set forward by days
    assert clock.at(unix_s=2_000_002.5) == pytest.approx(2.5)
