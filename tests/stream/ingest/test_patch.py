"""PATCH: bytes are appended at the agreed offset, or not at all."""

import hashlib
import itertools
import random
from collections.abc import AsyncIterator

import pytest

from stream.tables import LectureState, UploadState
from tests.stream.ingest.conftest import CONTENT_TYPE, Sender


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_patch_appends_and_answers_204_with_the_new_offset(sender: Sender) -> None:
    path = await sender.upload(10)
    response = await sender.patch(path, 0, b"hello")
    assert (response.status, response.headers["Upload-Offset"]) == (204, "5")
    assert sender.file(path).read_bytes() == b"hello"


async def test_an_upload_in_pieces_arrives_bit_for_bit(sender: Sender) -> None:
    data = random.Random(1).randbytes(3_000_000)
    path = await sender.upload(len(data))
    edges = [0, 1, 4097, 1_048_576, 2_999_999, len(data)]
    for start, end in itertools.pairwise(edges):
        assert (await sender.patch(path, start, data[start:end])).status == 204
    stored = sender.file(path).read_bytes()
    assert hashlib.sha256(stored).digest() == hashlib.sha256(data).digest()
    row = await sender.row(path)
    assert (row.state, row.offset_bytes) == (UploadState.COMPLETE, len(data))
    assert row.completed_at is not None
    assert (await sender.lecture()).state is LectureState.QUEUED


@pytest.mark.slow
@pytest.mark.parametrize("count", [15, 16, 17, 20])
async def test_a_large_body_is_made_safe_while_it_comes(sender: Sender, count: int) -> None:
    """More than one fsync interval of 8 MiB, also where the last one ends with the body."""
    piece = random.Random(2).randbytes(2**20)
    path = await sender.upload(count * 2**20)
    response = await sender.patch(path, 0, _pieces(*[piece] * count))
    assert (response.status, response.headers["Upload-Offset"]) == (204, str(count * 2**20))
    assert sender.file(path).read_bytes() == piece * count
    assert (await sender.row(path)).state is UploadState.COMPLETE


@pytest.mark.parametrize("content_type", ["video/webm", "application/octet-stream", None])
async def test_another_content_type_is_415(sender: Sender, content_type: str | None) -> None:
    path = await sender.upload(5)
    response = await sender.patch(path, 0, b"hello", Content_Type=content_type)
    assert response.status == 415
    assert sender.file(path).read_bytes() == b""


@pytest.mark.parametrize(
    ("offset", "data", "status"),
    [
        pytest.param(0, b"hello", 409, id="overlap-from-the-start"),
        pytest.param(2, b"lo", 409, id="overlap"),
        pytest.param(4, b"o", 409, id="gap"),
        pytest.param(99, b"o", 409, id="past-the-length"),
        pytest.param(3, b"lo and more", 400, id="body-past-the-length"),
        pytest.param("-1", b"lo", 400, id="negative"),
        pytest.param("+3", b"lo", 400, id="plus"),
        pytest.param("3_0", b"lo", 400, id="underscore"),
        pytest.param(2**63, b"lo", 400, id="2-to-the-63"),
        pytest.param("", b"lo", 400, id="empty"),
    ],
)
async def test_a_wrong_offset_writes_no_byte(
    sender: Sender, offset: object, data: bytes, status: int
) -> None:
    """U20: the upload has 3 of 5 bytes."""
    path = await sender.upload(5)
    await sender.patch(path, 0, b"hel")
    response = await sender.patch(path, offset, data)
    assert response.status == status
    assert await sender.offset(path) == 3
    assert sender.file(path).read_bytes() == b"hel"


async def test_a_missing_offset_is_400(sender: Sender) -> None:
    path = await sender.upload(5)
    response = await sender.ask(
        "PATCH", path, headers={"Content-Type": CONTENT_TYPE}, data=b"hello"
    )
    assert response.status == 400


async def test_a_body_of_unknown_length_stops_at_the_uploads_end(sender: Sender) -> None:
    """U20: without Content-Length the excess shows only while it comes."""
    path = await sender.upload(5)
    response = await sender.patch(path, 0, _pieces(b"hello", b" and more"))
    assert response.status == 400
    assert sender.file(path).stat().st_size <= 5


async def test_an_unknown_upload_is_404(sender: Sender) -> None:
    assert (await sender.patch(f"/uploads/{'0' * 32}", 0, b"hello")).status == 404


@pytest.mark.parametrize("name", ["../secret", "%2e%2e%2fsecret.key", "A" * 32, "0" * 31, "x"])
async def test_what_is_no_id_reaches_no_file(sender: Sender, name: str) -> None:
    assert (await sender.patch(f"/uploads/{name}", 0, b"hello")).status == 404


async def test_the_last_chunk_sent_again_is_harmless(sender: Sender) -> None:
    path = await sender.upload(5)
    await sender.patch(path, 0, b"hello")
    assert (await sender.patch(path, 0, b"hello")).status == 409
    assert (await sender.patch(path, 5, b"")).status == 204
    assert (await sender.patch(path, 5, b"!")).status == 400
    assert sender.file(path).read_bytes() == b"hello"


async def test_bytes_beyond_the_acknowledged_offset_are_cut_off(sender: Sender) -> None:
    """A killed server may leave bytes that it never acknowledged."""
    path = await sender.upload(10)
    await sender.patch(path, 0, b"hello")
    with sender.file(path).open("ab") as file:
        file.write(b"torn")
    await sender.patch(path, 5, b"world")
    assert sender.file(path).read_bytes() == b"helloworld"


async def test_post_with_an_override_does_patch(sender: Sender) -> None:
    path = await sender.upload(5)
    response = await sender.ask(
        "POST",
        path,
        headers={
            "X-HTTP-Method-Override": "PATCH",
            "Content-Type": CONTENT_TYPE,
            "Upload-Offset": "0",
        },
        data=b"hello",
    )
    assert (response.status, response.headers["Upload-Offset"]) == (204, "5")


@pytest.mark.parametrize("override", ["DELETE", "HEAD", "patch", None])
async def test_no_other_method_can_be_asked_for_by_post(
    sender: Sender, override: str | None
) -> None:
    """H16."""
    path = await sender.upload(5)
    response = await sender.ask("POST", path, headers={"X-HTTP-Method-Override": override})
    assert response.status == 405
    assert await sender.offset(path) == 0


async def test_another_sites_page_cannot_send(sender: Sender) -> None:
    path = await sender.upload(5)
    response = await sender.patch(path, 0, b"hello", Origin="https://evil.example")
    assert response.status == 403
    assert await sender.offset(path) == 0
