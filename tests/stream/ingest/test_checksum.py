"""The checksum extension: a chunk counts as a whole or not at all."""

import random

import pytest

from tests.stream.ingest.conftest import Sender, checksum_of, encoded


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_chunk_with_its_checksum_is_taken(sender: Sender, algorithm: str) -> None:
    path = await sender.upload(10)
    response = await sender.patch(path, 0, b"hello", **checksum_of(b"hello", algorithm))
    assert (response.status, response.headers["Upload-Offset"]) == (204, "5")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_damaged_chunk_is_460_and_dropped(sender: Sender, algorithm: str) -> None:
    """U21."""
    path = await sender.upload(10)
    await sender.patch(path, 0, b"hello")
    response = await sender.patch(path, 5, b"worlb", **checksum_of(b"world", algorithm))
    assert response.status == 460
    assert await sender.offset(path) == 5
    assert sender.file(path).read_bytes() == b"hello"
    again = await sender.patch(path, 5, b"world", **checksum_of(b"world", algorithm))
    assert again.status == 204
    assert sender.file(path).read_bytes() == b"helloworld"


async def test_a_damaged_chunk_of_many_megabytes_leaves_nothing(sender: Sender) -> None:
    """U21: nothing of it is acknowledged while it comes."""
    data = random.Random(3).randbytes(9 * 2**20)
    path = await sender.upload(len(data))
    response = await sender.patch(path, 0, data, **checksum_of(data[:-1] + b"!"))
    assert response.status == 460
    assert await sender.offset(path) == 0
    assert sender.file(path).stat().st_size == 0


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(f"md5 {encoded(b'0' * 16)}", id="unknown-algorithm"),
        pytest.param(f"crc32 {encoded(b'0' * 4)}", id="unknown-algorithm-2"),
        pytest.param("sha256", id="no-digest"),
        pytest.param("sha256 %%%", id="not-base64"),
        pytest.param(f"sha256 {encoded(b'0' * 20)}", id="wrong-size"),
    ],
)
async def test_a_checksum_that_cannot_be_checked_is_400(sender: Sender, value: str) -> None:
    """U21."""
    path = await sender.upload(5)
    response = await sender.patch(path, 0, b"hello", Upload_Checksum=value)
    assert response.status == 400
    assert await sender.offset(path) == 0
