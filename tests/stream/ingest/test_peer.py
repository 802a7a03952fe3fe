"""An independent implementation of tus 1.0.0 (`resumable-upload`) drives the server."""

import asyncio
import io
import random
from pathlib import Path

import pytest
from resumable_upload import TusClient

from stream.people.sessions import COOKIE
from stream.tables import UploadState
from tests.stream.ingest.conftest import Sender

DATA = random.Random(4).randbytes(700_000)


def _peer(sender: Sender, checksum: bool | str = True, override: bool = False) -> TusClient:
    origin = str(sender.person.client.make_url("/")).rstrip("/")
    headers = {"Cookie": f"{COOKIE}={sender.person.token}", "Origin": origin}
    return TusClient(
        f"{origin}/uploads/",
        chunk_size=100_000,
        checksum=checksum,
        headers=headers,
        override_patch_method=override,
    )


@pytest.mark.parametrize(
    ("checksum", "override"),
    [
        pytest.param(False, False, id="plain"),
        pytest.param("sha1", False, id="sha1"),
        pytest.param("sha256", False, id="sha256"),
        pytest.param(False, True, id="patch-through-post"),
    ],
)
async def test_the_peer_sends_a_file(
    sender: Sender, tmp_path: Path, checksum: bool | str, override: bool
) -> None:
    source = tmp_path / "lecture.webm"
    source.write_bytes(DATA)
    peer = _peer(sender, checksum, override)
    url = await asyncio.to_thread(
        peer.upload_file, str(source), metadata={"track": sender.track_id}
    )
    assert sender.file(url).read_bytes() == DATA
    row = await sender.row(url)
    assert (row.state, row.filename) == (UploadState.COMPLETE, "lecture.webm")


async def test_the_peer_stops_and_resumes(sender: Sender) -> None:
    peer = _peer(sender)

    def send_two_chunks() -> str:
        uploader = peer.create_uploader(
            file_stream=io.BytesIO(DATA), metadata={"track": sender.track_id}
        )
        uploader.upload_chunk()
        uploader.upload_chunk()
        uploader.close()
        return str(uploader.url)

    url = await asyncio.to_thread(send_two_chunks)
    assert (await sender.row(url)).offset_bytes == 200_000
    await asyncio.to_thread(peer.resume_upload, file_stream=io.BytesIO(DATA), upload_url=url)
    assert sender.file(url).read_bytes() == DATA


async def test_the_peer_reads_what_the_server_can_do(sender: Sender) -> None:
    info = await asyncio.to_thread(_peer(sender).get_server_info)
    assert info["version"] == "1.0.0"
    assert "creation-defer-length" in info["extensions"]


async def test_the_peer_terminates(sender: Sender) -> None:
    peer = _peer(sender)
    uploader = await asyncio.to_thread(
        lambda: peer.create_uploader(
            file_stream=io.BytesIO(DATA), metadata={"track": sender.track_id}
        )
    )
    await asyncio.to_thread(peer.delete_upload, str(uploader.url))
    assert (await sender.row(str(uploader.url))).state is UploadState.TERMINATED
