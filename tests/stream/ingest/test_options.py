"""OPTIONS: what the server can do (tus 1.0.0, core protocol)."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from stream.settings import Settings


@pytest.mark.parametrize("path", ["/uploads/", f"/uploads/{'0' * 32}"])
async def test_options_tells_versions_and_extensions(
    client: TestClient[Any, Any], settings: Settings, path: str
) -> None:
    response = await client.options(path)
    assert response.status == 204
    assert response.headers["Tus-Version"] == "1.0.0"
    assert response.headers["Tus-Max-Size"] == str(settings.max_upload_bytes)
    assert set(response.headers["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "creation-defer-length",
        "checksum",
        "expiration",
        "termination",
    }


async def test_options_lists_sha1_which_is_a_must_and_sha256(
    client: TestClient[Any, Any],
) -> None:
    response = await client.options("/uploads/")
    assert response.headers["Tus-Checksum-Algorithm"].split(",") == ["sha1", "sha256"]


async def test_options_ignores_the_version_the_client_names(
    client: TestClient[Any, Any],
) -> None:
    response = await client.options("/uploads/", headers={"Tus-Resumable": "0.2.2"})
    assert response.status == 204
