"""What every answer of the server has in common."""

from typing import Any

from aiohttp.test_utils import TestClient

from stream.tables import SchoolRole
from tests.stream.conftest import MakeClass, SignIn


async def test_unknown_pages_answer_404_with_a_page_and_security_headers(
    client: TestClient[Any, Any],
) -> None:
    response = await client.get("/nowhere")
    assert response.status == 404
    assert "text/html" in response.headers["Content-Type"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "object-src 'none'" in response.headers["Content-Security-Policy"]
    assert not any(digit in response.headers["Server"] for digit in "0123456789")


async def test_unknown_api_routes_answer_json(client: TestClient[Any, Any]) -> None:
    response = await client.get("/api/nowhere")
    assert (response.status, await response.json()) == (
        404,
        {"error": "There is nothing here for you."},
    )


async def test_another_sites_page_cannot_act_for_a_person(
    sign_in: SignIn, make_class: MakeClass
) -> None:
    """H17."""
    person = await sign_in()
    response = await person.post(
        "/api/lectures", headers={"Origin": "https://evil.example"}, json={}
    )
    assert response.status == 403


async def test_a_signed_in_persons_pages_are_kept_by_no_cache(
    sign_in: SignIn, make_class: MakeClass
) -> None:
    class_id = await make_class()
    person = await sign_in(SchoolRole.STUDENT, class_id)
    for path in ("/", f"/classes/{class_id}", "/nowhere"):
        assert (await person.get(path)).headers["Cache-Control"] == "no-store"
