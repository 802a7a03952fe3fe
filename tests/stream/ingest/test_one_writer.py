"""One writer per upload, and how a broken connection makes place for the next one."""

import asyncio
import random

import pytest

from stream.database import open_database
from stream.settings import Settings
from stream.tables import Upload, UploadState
from tests.stream.ingest.conftest import Sender, begin_patch


@pytest.mark.slow
async def test_of_two_patches_at_once_exactly_one_wins(sender: Sender) -> None:
    """U22, 100 rounds."""
    rounds, size = 100, 3000
    path = await sender.upload(rounds * size)
    expected = b""
    for _ in range(rounds):
        bodies = [random.randbytes(size), random.randbytes(size)]
        answers = await asyncio.gather(
            *(sender.patch(path, len(expected), body) for body in bodies)
        )
        statuses = [answer.status for answer in answers]
        assert statuses.count(204) == 1
        assert set(statuses) - {204} <= {409, 423}
        expected += bodies[statuses.index(204)]
    assert sender.file(path).read_bytes() == expected
    assert (await sender.row(path)).state is UploadState.COMPLETE


async def _until_safe(sender: Sender, path: str, offset: int) -> None:
    while await sender.offset(path) < offset:
        pass  # each turn is a request: the server is doing something else meanwhile


async def _resume(sender: Sender, path: str, data: bytes) -> None:
    """Do what a client does after its connection broke, until it is done."""
    status = 0
    while status != 204:
        offset = await sender.offset(path)
        status = (await sender.patch(path, offset, data[offset:])).status
        assert status in (204, 409, 423)


async def test_while_bytes_come_a_second_patch_is_locked_out(sender: Sender) -> None:
    path = await sender.upload(10)
    first = await begin_patch(sender, path, 0, 10)
    await first.send(b"hello")
    await _until_safe(sender, path, 5)
    await first.send(b"wo")
    second = await sender.patch(path, 5, b"other")
    assert second.status == 423
    assert int(second.headers["Retry-After"]) >= 1
    await first.send(b"rld")
    assert await first.status() == 204
    assert sender.file(path).read_bytes() == b"helloworld"


async def test_after_a_broken_connection_the_client_resumes_at_once(sender: Sender) -> None:
    path = await sender.upload(10)
    first = await begin_patch(sender, path, 0, 10)
    await first.send(b"hello")
    await _until_safe(sender, path, 5)
    await first.send(b"wo")
    first.break_off()
    await _resume(sender, path, b"helloworld")
    assert sender.file(path).read_bytes() == b"helloworld"


@pytest.mark.slow
async def test_a_silent_connection_makes_place(sender: Sender) -> None:
    """A network that vanished tells nobody: the server cannot see that the client is gone."""
    path = await sender.upload(10)
    first = await begin_patch(sender, path, 0, 10)
    await first.send(b"hello")
    await _until_safe(sender, path, 5)
    await _resume(sender, path, b"helloworld")
    assert await first.status() == 503
    assert sender.file(path).read_bytes() == b"helloworld"


async def test_termination_ends_a_running_patch(sender: Sender) -> None:
    path = await sender.upload(10)
    running = await begin_patch(sender, path, 0, 10)
    await running.send(b"hello")
    await _until_safe(sender, path, 5)
    assert (await sender.ask("DELETE", path)).status == 204
    assert await running.status() in (410, 503)
    assert not sender.file(path).exists()


@pytest.mark.slow
async def test_a_polite_stop_of_the_server_keeps_what_came(
    sender: Sender, settings: Settings
) -> None:
    """F18."""
    path = await sender.upload(10)
    running = await begin_patch(sender, path, 0, 10)
    await running.send(b"hello")
    await _until_safe(sender, path, 5)
    await running.send(b"wo")
    status, _ = await asyncio.gather(running.status(), sender.person.client.close())
    assert status == 503
    async with (
        open_database(settings.effective_database_url) as database,
        database.read() as session,
    ):
        upload = await session.get_one(Upload, path.rpartition("/")[2])
    assert sender.file(path).read_bytes()[: upload.offset_bytes] == b"hellowo"
