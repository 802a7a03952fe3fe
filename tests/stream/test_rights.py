"""R01: every route of people and catalogue, by who calls it.

The callers: nobody signed in, a student of the class, a student of another one, the class's
teacher, another class's teacher, an admin who is no member, the class's recording device.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from stream.catalogue.routes import routes as catalogue_routes
from stream.clock import utc_now
from stream.database import Database
from stream.ids import new_id
from stream.people.routes import routes as people_routes
from stream.people.tokens import hash_token
from stream.tables import Agent, Lecture, LectureState, SchoolRole
from tests.stream.conftest import MakeClass, SignIn

CALLERS = ("stranger", "in", "elsewhere", "own", "other", "admin", "device")

# Statuses in the order of CALLERS. 201 and 204 are API successes, 303 a form's (or the way to
# the sign-in page), 404 what one may not know, 403 what one may know but not do.
TABLE = """
GET    /                                           | 200 200 200 200 200 200 200
POST   /classes                                    | 401 403 403 303 303 303 401
GET    /classes/{class}                            | 303 200 404 200 404 404 303
POST   /classes/{class}/code                       | 401 403 404 303 404 404 401
POST   /classes/{class}/devices                    | 401 403 404 200 404 404 401
POST   /classes/{class}/devices/{device}/revoke    | 401 403 404 303 404 404 401
POST   /classes/{class}/members/{student}/remove   | 401 403 404 303 404 404 401
GET    /api/classes                                | 401 200 200 200 200 200 401
GET    /api/classes/{class}/lectures               | 401 200 404 200 404 404 401
POST   /api/lectures                               | 401 403 404 201 404 404 201
GET    /api/lectures/{lecture}                     | 401 200 404 200 404 404 404
PATCH  /api/lectures/{lecture}                     | 401 403 404 200 404 404 403
DELETE /api/lectures/{lecture}                     | 401 403 404 204 404 404 403
POST   /api/lectures/{lecture}/marks               | 401 403 404 204 404 404 403
GET    /lectures/{lecture}/edit                    | 303 403 404 200 404 404 303
POST   /lectures/{lecture}/edit                    | 401 403 404 303 404 404 401
POST   /lectures/{lecture}/remove                  | 401 403 404 303 404 404 401
GET    /admin                                      | 303 403 403 403 403 200 303
POST   /admin/invitations                          | 401 403 403 403 403 200 401
POST   /admin/people/{student}/disable             | 401 403 403 403 403 303 401
POST   /admin/people/{student}/enable              | 401 403 403 403 403 303 401
GET    /join                                       | 200 200 200 200 200 200 200
GET    /login                                      | 200 303 303 303 303 303 200
"""
ROWS = {
    " ".join(route.split()): [int(status) for status in statuses.split()]
    for route, statuses in (line.split("|") for line in TABLE.strip().splitlines())
}
FORM = {"name": "N", "title": "T", "sure": "yes"}


@dataclass(frozen=True, slots=True)
class Scene:
    """Each caller's headers, and the ids that paths name."""

    headers: dict[str, dict[str, str]]
    ids: dict[str, str]


@pytest.fixture
async def scene(
    client: TestClient[Any, Any], database: Database, make_class: MakeClass, sign_in: SignIn
) -> Scene:
    """A class with a lecture, a device and a student to act on, and all who try to."""
    class_id, other_id, lecture_id, device_id = (
        await make_class(),
        await make_class(),
        new_id(),
        new_id(),
    )
    people = {
        "in": await sign_in(SchoolRole.STUDENT, class_id),
        "elsewhere": await sign_in(SchoolRole.STUDENT, other_id),
        "own": await sign_in(SchoolRole.TEACHER, class_id),
        "other": await sign_in(SchoolRole.TEACHER, other_id),
        "admin": await sign_in(SchoolRole.ADMIN),
    }
    target = await sign_in(SchoolRole.STUDENT, class_id)
    now = utc_now()
    async with database.write() as session:
        for agent_id, token in ((device_id, "other token"), (new_id(), "token")):
            session.add(
                Agent(
                    id=agent_id,
                    name="Room 7",
                    class_id=class_id,
                    token_hash=hash_token(token),
                    created_at=now,
                )
            )
        session.add(
            Lecture(
                id=lecture_id,
                class_id=class_id,
                title="T",
                state=LectureState.UPLOADING,
                created_at=now,
            )
        )
    own = {"Origin": str(client.make_url("/")).rstrip("/")}
    cookies = {
        name: own | {"Cookie": f"__Host-flipcast={person.token}"} for name, person in people.items()
    }
    ids = {
        "class": class_id,
        "lecture": lecture_id,
        "device": device_id,
        "student": target.person_id,
    }
    return Scene({"stranger": {}, "device": {"Authorization": "Bearer token"}} | cookies, ids)


@pytest.mark.parametrize(("route", "statuses"), ROWS.items(), ids=ROWS)
async def test_who_may_do_what(
    client: TestClient[Any, Any], scene: Scene, route: str, statuses: list[int]
) -> None:
    method, path = route.split()
    body: dict[str, Any] = {"data": FORM} if method == "POST" else {}
    kind: dict[str, str] = {}
    if path.startswith("/api/") and method != "GET":
        sent = {"class_id": scene.ids["class"], "title": "T", "tracks": [{"role": "presenter"}]}
        sent |= {"marks": []}
        body, kind = {"data": json.dumps(sent)}, {"Content-Type": "application/json"}
    answered = {}
    for caller in sorted(
        CALLERS, key=("own", "admin").__contains__
    ):  # those who may change something: last
        response = await client.request(
            method,
            path.format_map(scene.ids),
            headers=scene.headers[caller] | kind,
            allow_redirects=False,
            **body,
        )
        answered[caller] = response.status
    assert [answered[caller] for caller in CALLERS] == statuses


def test_the_table_names_every_route_of_people_and_catalogue() -> None:
    """But those that a secret in the path opens, whoever calls, and signing in and out."""
    by_secret = ("/setup/", "/invite/", "/sign-in/", "/join/")
    anybody = {"POST /join", "POST /login", "POST /logout", "POST /api/login"}
    routed = {
        f"{route.method} {shape(route.path)}"
        for route in [*people_routes, *catalogue_routes]
        if isinstance(route, web.RouteDef) and not route.path.startswith(by_secret)
    }
    assert routed - anybody == {shape(route) for route in ROWS}


def shape(path: str) -> str:
    """Return a path with its variable parts nameless."""
    return re.sub(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "{}", path)
