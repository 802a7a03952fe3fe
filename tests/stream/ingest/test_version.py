"""Tus-Resumable: named in every request, answered in every response."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.stream.ingest.conftest import CONTENT_TYPE, Sender

ANY = {"Content-Type": CONTENT_TYPE, "Upload-Offset": "0", "Upload-Length": "5"}


@pytest.mark.parametrize("version", [None, "0.2.2", "2.0.0"])
@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH", "DELETE"])
async def test_another_version_is_412_with_ours_and_nothing_is_done(
    sender: Sender, method: str, version: str | None
) -> None:
    path = await sender.upload(5)
    response = await sender.ask(
        method,
        "/uploads/" if method == "POST" else path,
        headers=ANY | {"Tus-Resumable": version},
        data=b"hello" if method == "PATCH" else None,
    )
    assert response.status == 412
    assert response.headers["Tus-Version"] == "1.0.0"
    assert await sender.offset(path) == 0


async def test_every_answer_names_the_version(sender: Sender) -> None:
    path = await sender.upload(5)
    answers = [
        await sender.head(path),
        await sender.patch(path, 0, b"hel"),
        await sender.patch(path, 0, b"hel"),
        await sender.patch(path, "x", b"hel"),
        await sender.ask("DELETE", path),
        await sender.head(path),
        await sender.create(0),
        await sender.ask("GET", "/uploads/"),
    ]
    assert [answer.status for answer in answers] == [200, 204, 409, 400, 204, 410, 400, 405]
    assert {answer.headers.get("Tus-Resumable") for answer in answers} == {"1.0.0"}


async def test_refusals_of_strangers_name_the_version_too(client: TestClient[Any, Any]) -> None:
    response = await client.post("/uploads/", headers={"Tus-Resumable": "1.0.0"})
    assert (response.status, response.headers["Tus-Resumable"]) == (401, "1.0.0")
