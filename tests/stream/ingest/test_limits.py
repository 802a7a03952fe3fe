"""How much may be sent: per upload, per class, per sender, and by the disk (U24, R13)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stream.errors import NoSpace
from stream.ingest.limits import MAX_OPEN_UPLOADS, Room, require_room
from stream.settings import Settings
from stream.tables import TrackRole
from tests.stream.ingest.conftest import MakeTracks, Sender


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A server for very small lectures."""
    return Settings(
        data=tmp_path / "data",
        listen="127.0.0.1:0",
        free_space_bytes=0,
        max_upload_bytes=1000,
        class_quota_bytes=3000,
    )


@pytest.fixture
async def senders(sender: Sender, make_tracks: MakeTracks) -> list[Sender]:
    """The teacher's many lectures in one class."""
    made = [await make_tracks(sender.class_id, TrackRole.PRESENTATION) for _ in range(20)]
    return [
        Sender(sender.person, sender.class_id, lecture_id, track_id)
        for lecture_id, (track_id,) in made
    ]


async def test_ten_terabytes_are_413_at_creation(sender: Sender) -> None:
    """U24."""
    assert (await sender.create(10 * 10**12)).status == 413


async def test_a_class_that_is_full_is_413_with_a_sentence(senders: list[Sender]) -> None:
    """U24: what has been announced counts before it arrives."""
    answers = [await one.create(1000) for one in senders[:4]]
    assert [answer.status for answer in answers] == [201, 201, 201, 413]
    assert "no room" in (await answers[-1].json())["error"]


async def test_the_quota_is_exact_when_all_come_at_once(senders: list[Sender]) -> None:
    """R13."""
    answers = await asyncio.gather(*(one.create(1000) for one in senders))
    assert sorted(answer.status for answer in answers) == [201] * 3 + [413] * 17


async def test_a_refused_creation_leaves_no_file(senders: list[Sender]) -> None:
    paths = [await one.upload(1000) for one in senders[:3]]
    await senders[3].create(1000)
    assert len(list(senders[0].file(paths[0]).parent.iterdir())) == 3


async def test_cancelling_gives_the_space_back(senders: list[Sender]) -> None:
    paths = [await one.upload(1000) for one in senders[:3]]
    await senders[0].ask("DELETE", paths[0])
    assert (await senders[3].create(1000)).status == 201


async def test_replacing_an_upload_needs_no_second_space(senders: list[Sender]) -> None:
    for one in senders[:3]:
        await one.upload(1000)
    assert (await senders[0].create(1000)).status == 201


async def _pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x"


@pytest.mark.parametrize("is_announced", [True, False], ids=["content-length", "chunked"])
async def test_an_upload_of_unknown_length_stops_at_the_largest_size(
    sender: Sender, is_announced: bool
) -> None:
    path = await sender.upload(None)
    await sender.patch(path, 0, b"x" * 900)
    response = await sender.patch(path, 900, b"x" * 200 if is_announced else _pieces(200))
    assert response.status == 413
    assert "too large" in (await response.json())["error"]
    assert await sender.offset(path) >= 900


async def test_an_upload_of_unknown_length_stops_at_the_classs_quota(
    senders: list[Sender],
) -> None:
    for one in senders[:2]:
        await one.upload(1000)
    await senders[2].upload(600)
    path = await senders[3].upload(None)
    assert (await senders[3].patch(path, 0, b"x" * 400)).status == 204
    assert (await senders[3].patch(path, 400, b"x")).status == 413
    assert await senders[3].offset(path) == 400


async def test_a_length_told_late_is_checked_against_the_quota(senders: list[Sender]) -> None:
    for one in senders[:2]:
        await one.upload(1000)
    await senders[2].upload(600)
    path = await senders[3].upload(None)
    assert (await senders[3].patch(path, 0, b"x", Upload_Length="401")).status == 413
    assert (await senders[3].patch(path, 0, b"x", Upload_Length="400")).status == 204


@pytest.mark.slow
async def test_too_many_unfinished_uploads_are_429(sender: Sender, make_tracks: MakeTracks) -> None:
    """U24."""
    answers = []
    for _ in range(MAX_OPEN_UPLOADS + 1):
        lecture_id, (track_id,) = await make_tracks(sender.class_id)
        one = Sender(sender.person, sender.class_id, lecture_id, track_id)
        answers.append(await one.create(1))
    assert [answer.status for answer in answers] == [201] * MAX_OPEN_UPLOADS + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("free", "promised", "length", "fits"),
    [
        pytest.param(1500, 0, 500, True, id="just-fits"),
        pytest.param(1500, 0, 501, False, id="would-use-the-reserve"),
        pytest.param(1500, 300, 201, False, id="what-others-announced-is-taken"),
        pytest.param(1000, 0, None, True, id="unknown-length-with-space-left"),
        pytest.param(999, 0, None, False, id="no-space-left"),
    ],
)
def test_the_disks_reserve_is_kept(
    free: int, promised: int, length: int | None, fits: bool
) -> None:
    settings = Settings(free_space_bytes=1000)
    room = Room(class_bytes=0, promised_bytes=promised, free_bytes=free, open_uploads=0)
    if fits:
        require_room(settings, room, length)
        return
    with pytest.raises(NoSpace, match="disk has no room"):
        require_room(settings, room, length)
