"""A disk without room to spare: refused before a byte is sent, in a sentence; nothing is left."""

from pathlib import Path

import pytest

from stream.folders import Folders
from stream.settings import Settings
from tests.stream.ingest.conftest import Sender


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A server that keeps more space free than any disk has."""
    return Settings(data=tmp_path / "data", listen="127.0.0.1:0", free_space_bytes=10**18)


async def test_an_upload_larger_than_the_free_space_is_507(
    sender: Sender, settings: Settings
) -> None:
    response = await sender.create(1000)
    assert response.status == 507
    sentence = (await response.json())["error"]
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "room" in sentence or "full" in sentence or "space" in sentence
    assert list(Folders(settings.data).originals.iterdir()) == []


async def test_the_monitor_is_told(sender: Sender) -> None:
    health = await (await sender.person.get("/healthz")).json()
    assert health == {"ok": False, "degraded": ["disk space: uploads are refused"]}
