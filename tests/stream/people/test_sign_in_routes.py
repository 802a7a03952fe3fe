"""Signing in and out: by form, by JSON, by a one-time link."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import update

from stream.clock import utc_now
from stream.database import Database
from stream.people.accounts import NewAccount, create_person
from stream.people.links import make_link
from stream.people.passwords import Passwords
from stream.people.sessions import COOKIE
from stream.tables import LinkPurpose, OneTimeLink, Person, SchoolRole
from tests.stream.conftest import SignIn

PASSWORD = "correct horse battery"


@pytest.fixture
async def maria(database: Database) -> Person:
    """A student with a password, not signed in."""
    hashed = await Passwords().hash(PASSWORD)
    account = NewAccount("Maria K", "maria", PASSWORD)
    async with database.write() as session:
        return await create_person(session, SchoolRole.STUDENT, account, hashed, utc_now())


async def log_in(client: TestClient[Any, Any], login: str, password: str) -> tuple[int, Any]:
    response = await client.post("/api/login", json={"login": login, "password": password})
    return response.status, await response.json()


async def test_a_program_signs_in_and_is_known_by_its_cookie(
    client: TestClient[Any, Any], maria: Person
) -> None:
    response = await client.post("/api/login", json={"login": " MARIA ", "password": PASSWORD})
    assert (response.status, await response.json()) == (
        200,
        {"id": maria.id, "name": "Maria K", "role": "student"},
    )
    cookie = response.cookies[COOKIE]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")  # A16
    page = await client.get(
        "/login?next=/join", headers={"Cookie": f"{COOKIE}={cookie.value}"}, allow_redirects=False
    )
    assert (page.status, page.headers["Location"]) == (303, "/join")


async def test_unknown_names_and_wrong_passwords_are_told_the_same(
    client: TestClient[Any, Any], maria: Person, database: Database
) -> None:
    """A02; a disabled account says no more."""
    wrong = await log_in(client, "maria", "wrong horse battery")
    unknown = await log_in(client, "nobody", PASSWORD)
    async with database.write() as session:
        await session.execute(update(Person).values(disabled_at=utc_now()))
    disabled = await log_in(client, "maria", PASSWORD)
    assert wrong == unknown == disabled
    assert wrong[0] == 401


async def test_the_form_says_what_was_wrong_and_keeps_the_login_name(
    client: TestClient[Any, Any], maria: Person
) -> None:
    response = await client.post("/login", data={"login": "maria", "password": "not it at all"})
    text = await response.text()
    assert response.status == 401
    assert "do not fit together" in text
    assert 'value="maria"' in text
    assert "not it at all" not in text


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/classes/1?tab=2", "/classes/1?tab=2"),
        ("//evil.example/x", "/"),
        ("/\\evil.example", "/"),
        ("https:evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ],
)
async def test_after_the_form_one_stays_on_this_site(
    client: TestClient[Any, Any], maria: Person, wanted: str, reached: str
) -> None:
    """H20."""
    response = await client.post(
        "/login",
        data={"login": "maria", "password": PASSWORD, "next": wanted},
        allow_redirects=False,
    )
    assert (response.status, response.headers["Location"]) == (303, reached)


async def test_a_session_set_before_login_is_ended_by_it(
    sign_in: SignIn, client: TestClient[Any, Any], maria: Person
) -> None:
    """A04."""
    stranger = await sign_in(SchoolRole.STUDENT, name="Stranger")
    response = await stranger.post("/api/login", json={"login": "maria", "password": PASSWORD})
    assert response.status == 200
    assert response.cookies[COOKIE].value != stranger.token
    assert (await stranger.get("/login")).status == 200  # signed in, it would lead on


async def test_a_cookie_is_worth_nothing_after_logout(sign_in: SignIn) -> None:
    """A05."""
    person = await sign_in()
    assert (await person.get("/login")).status == 303
    response = await person.post("/logout")
    assert (response.status, response.headers["Location"]) == (303, "/")
    assert (await person.get("/login")).status == 200


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b"{", {"Content-Type": "application/json"}, id="half"),
        pytest.param(
            b'{"login": 1, "password": []}', {"Content-Type": "application/json"}, id="types"
        ),
        pytest.param(b"[" * 100_000, {"Content-Type": "application/json"}, id="deep"),
        pytest.param(b'{"login": "\xff"}', {"Content-Type": "application/json"}, id="not-utf-8"),
        pytest.param(b"NaN", {"Content-Type": "application/json"}, id="nan"),
        pytest.param(b"{}", {"Content-Type": "text/plain"}, id="text-plain"),
    ],
)
async def test_a_body_that_does_not_fit_answers_400(
    client: TestClient[Any, Any], body: bytes, headers: dict[str, str]
) -> None:
    """H24."""
    response = await client.post("/api/login", data=body, headers=headers)
    assert response.status == 400
    assert (await response.json())["error"]


@pytest.mark.parametrize(
    ("password", "status"),
    [
        pytest.param("x" * 1001, 400, id="too-long"),
        pytest.param("x" * 1_000_000, 400, id="a-megabyte"),
        pytest.param("x" * 3_000_000, 400, id="more-than-any-body"),
        pytest.param("x" * 1000, 401, id="as-long-as-allowed"),
        pytest.param("\ud800", 400, id="half-a-character"),
    ],
)
async def test_strange_passwords_are_refused_calmly(
    client: TestClient[Any, Any], maria: Person, password: str, status: int
) -> None:
    """A08."""
    assert (await log_in(client, "maria", password))[0] == status


@pytest.mark.parametrize("body", [b"login=%ff", b"&".join([b"a=1"] * 60)])
async def test_a_broken_form_answers_400(client: TestClient[Any, Any], body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await client.post("/login", data=body, headers=headers)).status == 400


async def test_another_sites_form_cannot_sign_anybody_in(
    client: TestClient[Any, Any], maria: Person
) -> None:
    """H17, without a cookie."""
    data = {"login": "maria", "password": PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        response = await client.post("/login", data=data, headers=headers, allow_redirects=False)
        assert response.status == 403


async def test_guessing_is_slowed_down_and_says_when_to_try_again(
    client: TestClient[Any, Any], maria: Person
) -> None:
    """A01: seconds, not a lockout; other accounts of the same address go on."""
    statuses = [(await log_in(client, "maria", f"wrong {n} horse"))[0] for n in range(12)]
    assert 429 in statuses
    assert 500 not in statuses
    refused = await client.post("/api/login", json={"login": "maria", "password": PASSWORD})
    assert refused.status == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert (await log_in(client, "somebody", PASSWORD))[0] == 401


async def make_sign_in_link(database: Database, person: Person, next_path: str = "/join") -> str:
    async with database.write() as session:
        return await make_link(
            session, LinkPurpose.SIGN_IN, person.id, next_path, utc_now(), timedelta(hours=1)
        )


async def test_a_sign_in_link_works_once(
    client: TestClient[Any, Any], database: Database, maria: Person
) -> None:
    link = await make_sign_in_link(database, maria)
    head = await client.head(link, allow_redirects=False)
    first = await client.get(link, allow_redirects=False)
    second = await client.get(link, allow_redirects=False)
    assert head.status == 405  # looking does not use it up
    assert (first.status, first.headers["Location"]) == (303, "/join")
    assert COOKIE in first.cookies
    assert second.status == 410
    assert COOKIE not in second.cookies


async def test_old_unknown_and_foreign_links_do_not_work(
    client: TestClient[Any, Any], database: Database, maria: Person
) -> None:
    link = await make_sign_in_link(database, maria)
    token = link.removeprefix("/sign-in/")
    assert (await client.get("/sign-in/" + "x" * 43)).status == 404
    assert (await client.get(f"/invite/{token}")).status == 404
    async with database.write() as session:
        await session.execute(update(OneTimeLink).values(expires_at=utc_now()))
    assert (await client.get(link)).status == 410
