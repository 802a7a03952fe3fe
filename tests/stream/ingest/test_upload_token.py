"""The upload token of a take recorded in the browser: what it opens, for whom, and how long."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from sqlalchemy import delete, select, update

from stream.catalogue.upload_tokens import TOLD_FOR, forget_ended_tokens, token_ends_at
from stream.clock import utc_now
from stream.database import Database
from stream.ids import new_id
from stream.people.accounts import disable_person, enable_person
from stream.people.tokens import hash_token
from stream.tables import (
    ClassRole,
    Membership,
    SchoolRole,
    Session,
    Upload,
    UploadState,
    UploadToken,
)
from tests.stream.conftest import MakeClass, SignedIn, SignIn
from tests.stream.ingest.conftest import CONTENT_TYPE, encoded
from tests.stream.ingest.recorder import Recorder, ask_for_take, begin_take

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EXPIRY = timedelta(hours=72)


@pytest.fixture
async def teacher(sign_in: SignIn, make_class: MakeClass) -> SignedIn:
    """A teacher of one class."""
    return await sign_in(SchoolRole.TEACHER, await make_class())


async def class_of(teacher: SignedIn) -> str:
    """The class that they teach."""
    classes = (await (await teacher.get("/api/classes")).json())["classes"]
    return str(classes[0]["id"])


@pytest.fixture
async def recorder(teacher: SignedIn) -> Recorder:
    """A take of that teacher that is about to be sent."""
    return await begin_take(teacher, await class_of(teacher))


async def test_a_take_is_sent_and_ended_by_the_token_alone(recorder: Recorder) -> None:
    path = await recorder.upload(None)
    assert (await recorder.patch(path, 0, b"first")).status == 204
    assert await recorder.offset(path) == 5
    by_post = await recorder.ask(
        "POST", path, data=b"then",
        headers={"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "5",
                 "Content-Type": CONTENT_TYPE},
    )  # fmt: skip
    assert by_post.status == 204
    assert (await recorder.patch(path, 9, b"last", Upload_Length="13")).status == 204
    assert (await recorder.row(path)).state is UploadState.COMPLETE
    assert recorder.file(path).read_bytes() == b"firstthenlast"


async def test_an_upload_can_be_given_up_with_it(recorder: Recorder) -> None:
    path = await recorder.upload(None)
    assert (await recorder.ask("DELETE", path)).status == 204


async def test_a_sign_in_that_ends_in_mid_take_loses_nothing(
    recorder: Recorder, database: Database
) -> None:
    path = await recorder.upload(None)
    await recorder.patch(path, 0, b"while signed in, ")
    async with database.write() as session:
        await session.execute(delete(Session))
    own = {"Cookie": f"__Host-flipcast={recorder.person.token}", "Sec-Fetch-Site": "same-origin"}
    with_dead_cookie = await recorder.patch(path, 17, b"and then", **own)
    assert with_dead_cookie.status == 204
    assert (await recorder.patch(path, 25, b" not", Upload_Length="29")).status == 204
    assert (await recorder.row(path)).state is UploadState.COMPLETE
    assert recorder.file(path).read_bytes() == b"while signed in, and then not"


async def test_it_opens_no_other_lecture(recorder: Recorder) -> None:
    other = await begin_take(recorder.person, recorder.class_id, "another take")
    path = await other.upload(None)
    assert (await recorder.ask("HEAD", path)).status == 404
    assert (await recorder.patch(path, 0, b"foreign")).status == 404
    assert (await recorder.ask("DELETE", path)).status == 404
    metadata = f"track {encoded(other.track_id)}"
    assert (await recorder.create(5, Upload_Metadata=metadata)).status == 404


async def test_the_right_to_add_to_the_class_is_asked_for_each_time(
    recorder: Recorder, database: Database
) -> None:
    path = await recorder.upload(None)
    async with database.write() as session:
        await session.execute(update(Membership).values(role=ClassRole.STUDENT))
    assert (await recorder.patch(path, 0, b"x")).status == 403
    async with database.write() as session:
        await session.execute(delete(Membership))
    assert (await recorder.ask("HEAD", path)).status == 404


async def test_a_closed_account_ends_its_tokens_for_good(
    recorder: Recorder, database: Database
) -> None:
    path = await recorder.upload(None)
    async with database.write() as session:
        await disable_person(session, recorder.person.person_id, utc_now())
    assert (await recorder.patch(path, 0, b"x")).status == 401
    async with database.write() as session:
        await enable_person(session, recorder.person.person_id)
    assert (await recorder.patch(path, 0, b"x")).status == 401


async def test_asking_again_answers_a_fresh_token_and_leaves_the_earlier_one(
    teacher: SignedIn,
) -> None:
    class_id = await class_of(teacher)
    first = await begin_take(teacher, class_id)
    again = await begin_take(teacher, class_id)
    assert again.lecture_id == first.lecture_id
    assert again.token != first.token
    path = await first.upload(None)
    assert (await again.patch(path, 0, b"x")).status == 204
    assert (await first.patch(path, 1, b"y")).status == 204


async def test_of_many_tokens_the_newest_stay(teacher: SignedIn, database: Database) -> None:
    class_id = await class_of(teacher)
    tokens = [(await begin_take(teacher, class_id)).token for _ in range(7)]
    async with database.read() as session:
        kept = set(await session.scalars(select(UploadToken.token_hash)))
    assert kept == {hash_token(token) for token in tokens[2:]}


@pytest.mark.parametrize("origin", ["upload", "agent", None])
async def test_only_a_take_in_the_browser_is_given_one(
    teacher: SignedIn, origin: str | None
) -> None:
    values = {"origin": origin} if origin else {"origin": "upload"}
    assert "upload_token" not in await ask_for_take(teacher, await class_of(teacher), **values)


async def test_the_database_keeps_its_hash_and_the_log_not_even_that(
    teacher: SignedIn, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        recorder = await begin_take(teacher, await class_of(teacher))
        path = await recorder.upload(5)
        await recorder.patch(path, 0, b"12345")
        await recorder.patch(path, 9, b"wrong")
        await recorder.ask("GET", "/api/classes")
    assert recorder.token not in caplog.text
    assert hash_token(recorder.token) not in caplog.text
    async with database.read() as session:
        (row,) = await session.scalars(select(UploadToken))
    assert row.token_hash == hash_token(recorder.token)


async def test_a_removed_lecture_takes_its_tokens_along(recorder: Recorder) -> None:
    removed = await recorder.person.request("DELETE", f"/api/lectures/{recorder.lecture_id}")
    assert removed.status == 204
    assert (await recorder.create(5)).status == 401


def upload(state: UploadState, *, hours: float) -> Upload:
    """An upload whose last byte came so many hours after noon."""
    at = NOON + timedelta(hours=hours)
    is_complete = state is UploadState.COMPLETE
    return Upload(state=state, expires_at=at + EXPIRY, completed_at=at if is_complete else None)


@pytest.mark.parametrize(
    ("uploads", "ends_at"),
    [
        pytest.param([], NOON + EXPIRY, id="nothing-was-sent"),
        pytest.param(
            [upload(UploadState.RECEIVING, hours=3)],
            NOON + timedelta(hours=3) + EXPIRY,
            id="72-hours-after-the-last-byte",
        ),
        pytest.param(
            [upload(UploadState.COMPLETE, hours=3), upload(UploadState.RECEIVING, hours=2)],
            NOON + timedelta(hours=3) + EXPIRY,
            id="one-track-is-still-to-come",
        ),
        pytest.param(
            [upload(UploadState.COMPLETE, hours=3), upload(UploadState.COMPLETE, hours=4)],
            NOON + timedelta(hours=4) + TOLD_FOR,
            id="soon-after-all-has-arrived",
        ),
        pytest.param(
            [upload(UploadState.COMPLETE, hours=-9), upload(UploadState.COMPLETE, hours=-8)],
            NOON + TOLD_FOR,
            id="asked-for-long-after-that",
        ),
    ],
)
def test_when_it_ends(uploads: list[Upload], ends_at: datetime) -> None:
    assert token_ends_at(NOON, uploads, 2, EXPIRY) == ends_at


async def test_soon_after_all_has_arrived_it_opens_nothing(
    recorder: Recorder, database: Database
) -> None:
    path = await recorder.upload(1)
    await recorder.patch(path, 0, b"x")
    assert await recorder.offset(path) == 1  # so a sender that lost the answer learns it
    async with database.write() as session:
        earlier = utc_now() - timedelta(hours=2)
        await session.execute(update(Upload).values(completed_at=earlier))
        await session.execute(update(UploadToken).values(created_at=earlier))
    assert (await recorder.ask("HEAD", path)).status == 401


async def test_ended_tokens_are_forgotten_and_those_at_work_are_not(
    teacher: SignedIn, database: Database
) -> None:
    class_id = await class_of(teacher)
    silent = await begin_take(teacher, class_id, "silent")
    sending = await begin_take(teacher, class_id, "sending")
    await sending.upload(None)
    async with database.write() as session:
        await forget_ended_tokens(session, utc_now() + timedelta(hours=71), EXPIRY)
        both = set(await session.scalars(select(UploadToken.lecture_id)))
        await session.execute(update(UploadToken).values(created_at=utc_now() - 2 * EXPIRY))
        await forget_ended_tokens(session, utc_now(), EXPIRY)
        left = set(await session.scalars(select(UploadToken.lecture_id)))
    assert both == {silent.lecture_id, sending.lecture_id}
    assert left == {sending.lecture_id}


# What the token opens. Everything else answers its holder as it answers nobody.
OPENED = {
    "POST /uploads",
    "POST /uploads/",
    "HEAD /uploads/{upload_id}",
    "PATCH /uploads/{upload_id}",
    "POST /uploads/{upload_id}",
    "DELETE /uploads/{upload_id}",
    "POST /api/lectures/{lecture_id}/marks",
    "POST /api/lectures/{lecture_id}/finish",
}


async def test_every_other_route_treats_it_as_nobody(recorder: Recorder) -> None:
    path = await recorder.upload(5)
    ids = {
        "upload_id": path.rpartition("/")[2],
        "lecture_id": recorder.lecture_id,
        "class_id": recorder.class_id,
        "person_id": recorder.person.person_id,
    }
    own, opened = {"Authorization": f"Bearer {recorder.token}"}, set()
    for method, shape in sorted(routes_of(recorder.app), key=lambda each: each[0] == "DELETE"):
        route = re.sub(r"\{(\w+)\}", lambda name: ids.get(name[1], new_id()), shape)
        if await answer(recorder, method, route, own) != await answer(recorder, method, route, {}):
            opened.add(f"{method} {shape}")
    assert opened == OPENED


def routes_of(app: web.Application) -> list[tuple[str, str]]:
    """Every method and path of the server."""
    return [
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None
    ]


async def answer(
    recorder: Recorder, method: str, path: str, authorization: dict[str, str]
) -> tuple[int, str | None]:
    """What somebody is answered who asks for it as an upload would."""
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Upload-Metadata": f"track {encoded(recorder.track_id)}",
        "X-HTTP-Method-Override": "PATCH",
        "Content-Type": CONTENT_TYPE if path.startswith("/uploads") else "application/json",
    }
    if path in ("/uploads", "/uploads/"):
        headers["Upload-Length"] = "5"
    response = await recorder.person.client.request(
        method, path, headers=headers | authorization, data=b"{}", allow_redirects=False
    )
    await response.read()
    return response.status, response.headers.get("Location")
