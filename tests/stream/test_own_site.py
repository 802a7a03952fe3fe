"""H17: which requests are believed to come from our own pages, header by header."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.stream.conftest import SignIn

OWN = "own"
TAKEN = 404  # the form was read, and no class has the code that is in it


@pytest.mark.parametrize(
    ("site", "origin", "with_cookie", "with_none"),
    [
        pytest.param("same-origin", OWN, TAKEN, TAKEN, id="a-script-of-ours"),
        pytest.param("same-origin", "null", TAKEN, TAKEN, id="a-form-of-ours-without-referrer"),
        pytest.param("same-origin", None, TAKEN, TAKEN, id="same-origin-without-origin"),
        pytest.param(None, OWN, TAKEN, TAKEN, id="an-older-browser"),
        pytest.param(None, None, 403, TAKEN, id="a-program"),
        pytest.param(None, "null", 403, 403, id="a-sandboxed-frame-in-an-older-browser"),
        pytest.param(None, "https://evil.example", 403, 403, id="a-foreign-origin"),
        pytest.param("cross-site", "null", 403, 403, id="a-sandboxed-frame"),
        pytest.param("cross-site", OWN, 403, 403, id="cross-site"),
        pytest.param("same-site", OWN, 403, 403, id="a-neighbour-on-the-same-domain"),
        pytest.param("same-origin", "https://evil.example", 403, 403, id="contradiction"),
        pytest.param(None, "OWN.evil.example", 403, 403, id="our-name-as-a-prefix"),
    ],
)
async def test_a_form_is_taken_from_our_own_pages_alone(
    client: TestClient[Any, Any],
    sign_in: SignIn,
    site: str | None,
    origin: str | None,
    with_cookie: int,
    with_none: int,
) -> None:
    own = str(client.make_url("/")).rstrip("/")
    headers = {
        name: value
        for name, value in (
            ("Sec-Fetch-Site", site),
            ("Origin", origin.replace("OWN", own).replace(OWN, own) if origin else None),
        )
        if value is not None
    }
    person = await sign_in()
    cookie = {"Cookie": f"__Host-flipcast={person.token}"}
    form = {"code": "not a code"}
    signed_in = await client.post("/join", data=form, headers=headers | cookie)
    stranger = await client.post("/join", data=form, headers=headers)
    assert (signed_in.status, stranger.status) == (with_cookie, with_none)
