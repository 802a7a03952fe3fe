"""The first start, invitations, and what an account may be called."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import func, select

from stream.clock import utc_now
from stream.database import Database
from stream.people.first_start import setup_link
from stream.people.links import make_link
from stream.people.sessions import COOKIE
from stream.tables import LinkPurpose, OneTimeLink, Person, SchoolRole, Session
from tests.stream.conftest import SignIn

FORM = {"name": " Ms  Okafor ", "login": "Okafor", "password": "a long walk home"}


async def fresh_setup_link(database: Database) -> str:
    async with database.write() as session:
        link = await setup_link(session, utc_now())
    assert link is not None
    return link


async def only_person(database: Database) -> Person:
    async with database.read() as session:
        return (await session.scalars(select(Person))).one()


async def test_the_first_one_here_becomes_the_admin_signed_in(
    client: TestClient[Any, Any], database: Database
) -> None:
    link = await fresh_setup_link(database)
    assert (await client.get(link)).status == 200
    made = await client.post(link, data=FORM, allow_redirects=False)
    assert (made.status, made.headers["Location"]) == (303, "/")
    cookie = {"Cookie": f"{COOKIE}={made.cookies[COOKIE].value}"}
    assert (await client.get("/admin", headers=cookie)).status == 200
    person = await only_person(database)
    assert (person.name, person.login, person.role) == ("Ms Okafor", "okafor", SchoolRole.ADMIN)
    assert (await client.get(link)).status == 410  # used up
    assert (await client.post(link, data=FORM)).status == 410


async def test_each_start_makes_a_new_link_until_one_is_used(
    client: TestClient[Any, Any], database: Database
) -> None:
    first, second = await fresh_setup_link(database), await fresh_setup_link(database)
    assert (await client.get(first)).status == 404
    await client.post(second, data=FORM)
    async with database.write() as session:
        assert await setup_link(session, utc_now()) is None


async def test_neither_token_nor_password_is_kept(
    client: TestClient[Any, Any], database: Database
) -> None:
    """A10."""
    link = await fresh_setup_link(database)
    made = await client.post(link, data=FORM, allow_redirects=False)
    async with database.read() as session:
        links = await session.scalars(select(OneTimeLink.token_hash))
        sessions = await session.scalars(select(Session.token_hash))
        hashes = [*links, *sessions]
    assert link.rpartition("/")[2] not in hashes
    assert made.cookies[COOKIE].value not in hashes
    person = await only_person(database)
    assert (person.password_hash or "").startswith("$argon2id$")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "\u200b"}, "Write your name"),
        ({"name": "x" * 101}, "Write your name"),
        ({"login": "x"}, "login name has"),
        ({"login": "two words"}, "login name has"),
        ({"login": "<script>"}, "login name has"),
        ({"password": "short"}, "at least 8 characters"),
        ({"password": "x" * 1001}, "at most 1000 characters"),
    ],
)
async def test_a_refused_account_says_why_and_the_link_still_works(
    client: TestClient[Any, Any], database: Database, changes: dict[str, str], said: str
) -> None:
    link = await fresh_setup_link(database)
    refused = await client.post(link, data=FORM | changes)
    assert refused.status == 400
    assert said in await refused.text()
    assert (await client.get(link)).status == 200


async def invitation(database: Database) -> str:
    async with database.write() as session:
        return await make_link(
            session, LinkPurpose.INVITE_TEACHER, None, "/", utc_now(), timedelta(days=7)
        )


async def test_an_invited_teacher_may_make_classes(
    client: TestClient[Any, Any], database: Database
) -> None:
    made = await client.post(await invitation(database), data=FORM, allow_redirects=False)
    assert made.status == 303
    assert (await only_person(database)).role is SchoolRole.TEACHER


async def test_fields_that_are_not_asked_for_change_nothing(
    client: TestClient[Any, Any], database: Database
) -> None:
    """R04."""
    form = FORM | {"role": "admin", "id": "a" * 32, "is_simulated": "1"}
    await client.post(await invitation(database), data=form)
    person = await only_person(database)
    assert (person.role, person.is_simulated) == (SchoolRole.TEACHER, False)
    assert person.id != "a" * 32


async def test_a_taken_login_name_is_refused_and_the_link_still_works(
    client: TestClient[Any, Any], database: Database
) -> None:
    await client.post(await invitation(database), data=FORM)
    second = await invitation(database)
    refused = await client.post(second, data=FORM | {"login": " OKAFOR "})
    assert refused.status == 409
    assert "has this login name already" in await refused.text()
    assert (await client.get(second)).status == 200


async def test_of_many_at_once_one_uses_the_link(
    client: TestClient[Any, Any], database: Database
) -> None:
    """R13."""
    link = await invitation(database)
    answers = await asyncio.gather(
        *(
            client.post(link, data=FORM | {"login": f"okafor{number}"}, allow_redirects=False)
            for number in range(8)
        )
    )
    assert sorted(answer.status for answer in answers) == [303] + [410] * 7
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 1


async def test_an_admin_invites_and_the_link_is_shown_once(
    client: TestClient[Any, Any], sign_in: SignIn
) -> None:
    admin = await sign_in(SchoolRole.ADMIN)
    shown = await (await admin.post("/admin/invitations")).text()
    path = "/invite/" + shown.partition("/invite/")[2].partition("<")[0]
    assert (await client.get(path)).status == 200
    assert path not in await (await admin.get("/admin")).text()


async def test_a_closed_account_is_signed_out_at_once_and_can_be_opened_again(
    sign_in: SignIn, database: Database
) -> None:
    """A05."""
    admin, student = await sign_in(SchoolRole.ADMIN), await sign_in(name="<b>Maria</b>")
    page = await (await admin.get("/admin")).text()
    assert "&lt;b&gt;Maria&lt;/b&gt;" in page
    assert (await student.get("/api/classes")).status == 200
    closed = await admin.post(f"/admin/people/{student.person_id}/disable")
    assert closed.status == 303
    assert (await student.get("/api/classes")).status == 401
    opened = await admin.post(f"/admin/people/{student.person_id}/enable")
    assert opened.status == 303
    assert (await student.get("/api/classes")).status == 401  # old sign-ins stay ended
    async with database.read() as session:
        assert (await session.get_one(Person, student.person_id)).disabled_at is None


async def test_an_admin_cannot_close_their_own_account(sign_in: SignIn) -> None:
    admin = await sign_in(SchoolRole.ADMIN)
    assert (await admin.post(f"/admin/people/{admin.person_id}/disable")).status == 409
    assert (await admin.post(f"/admin/people/{'0' * 32}/disable")).status == 404


async def test_off_this_machine_a_password_is_not_asked_for_in_the_clear(
    client: TestClient[Any, Any],
) -> None:
    """A17."""
    safe = await (await client.get("/login")).text()
    clear = await (await client.get("/login", headers={"Host": "school.example"})).text()
    assert "not protected by HTTPS" in clear
    assert "not protected by HTTPS" not in safe
    assert ('type="password"' in clear, 'type="password"' in safe) == (False, True)
