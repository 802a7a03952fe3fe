"""A browser that records: makes a lecture as its teacher, and sends by the upload token alone."""

from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse

from tests.stream.conftest import SignedIn
from tests.stream.ingest.conftest import Sender


@dataclass(frozen=True, slots=True)
class Recorder(Sender):
    """Speaks tus for one track with a token and no cookie."""

    token: str

    async def ask(self, method: str, path: str, **options: Any) -> ClientResponse:
        """Send a request with the protocol's version and the token."""
        headers = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {self.token}"}
        headers |= options.pop("headers", {})
        options.setdefault("allow_redirects", False)
        return await self.person.client.request(method, path, headers=headers, **options)


async def ask_for_take(
    person: SignedIn, class_id: str, key: str = "take", **values: Any
) -> dict[str, Any]:
    """Make a lecture whose recording a browser sends; returns the answer."""
    wanted = {"class_id": class_id, "title": "Slopes", "origin": "browser"}
    wanted |= {"tracks": [{"role": "presentation", "start_offset_ms": 0}]} | values
    response = await person.post("/api/lectures", json=wanted, headers={"Idempotency-Key": key})
    assert response.status == 201, await response.text()
    answer: dict[str, Any] = await response.json()
    return answer


async def begin_take(person: SignedIn, class_id: str, key: str = "take", **values: Any) -> Recorder:
    """Make the lecture and return what sends its first track."""
    made = await ask_for_take(person, class_id, key, **values)
    return Recorder(person, class_id, made["id"], made["tracks"][0]["id"], made["upload_token"])
