"""`/api/lectures`: make, look at, rename and remove lectures."""

import msgspec
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from stream.app_keys import DATABASE, FOLDERS, caller_of
from stream.catalogue.lecture_facts import lecture_facts
from stream.catalogue.new_lecture import (
    LectureRequest,
    MadeLecture,
    add_lecture,
    check,
    clean_title,
    made_before,
)
from stream.catalogue.removal import remove_files, remove_rows
from stream.catalogue.store import lecture_for, lecture_for_sender
from stream.catalogue.upload_tokens import add_upload_token
from stream.clock import utc_now
from stream.errors import NotSignedIn
from stream.ids import ID_PATTERN, id_for_request, new_id
from stream.people.rights import Action
from stream.people.store import require
from stream.request_body import read_json
from stream.tables import Agent, Origin, Person

routes = web.RouteTableDef()

# A client that lost the answer asks again with the same key and gets the same lecture.
IDEMPOTENCY_KEY = "Idempotency-Key"
LECTURE = f"/api/lectures/{{lecture_id:{ID_PATTERN}}}"


class Renaming(msgspec.Struct):
    """What `PATCH /api/lectures/{id}` is sent."""

    title: str


@routes.post("/api/lectures")
async def make_lecture(request: web.Request) -> web.Response:
    """Make a lecture whose tracks are about to be sent to `/uploads/`."""
    caller = caller_of(request)
    if caller is None:
        raise NotSignedIn
    wanted = await read_json(request, LectureRequest)
    check(wanted)
    key = request.headers.get(IDEMPOTENCY_KEY)
    lecture_id = id_for_request(caller.id, key) if key else new_id()
    async with request.app[DATABASE].write() as session:
        await require(session, caller, Action.ADD, wanted.class_id)
        made = await made_before(session, lecture_id)
        if made is None:
            made = await add_lecture(session, wanted, caller, utc_now(), lecture_id)
        token = await _upload_token(session, made, caller)
    answer = {
        "id": made.lecture.id,
        "url": f"/lectures/{made.lecture.id}",
        "upload_url": "/uploads/",
        "tracks": [{"id": track.id, "role": track.role.value} for track in made.tracks],
    }
    headers = {"Location": f"/api{answer['url']}", "Cache-Control": "no-store"}
    return web.json_response(answer | token, status=201, headers=headers)


async def _upload_token(
    session: AsyncSession, made: MadeLecture, caller: Person | Agent
) -> dict[str, str]:
    """What a browser that records is given to send with; a device has a token of its own."""
    if made.origin is not Origin.BROWSER or not isinstance(caller, Person):
        return {}
    token = await add_upload_token(session, made.lecture.id, caller.id, utc_now())
    return {"upload_token": token}


@routes.get(LECTURE)
async def show_lecture(request: web.Request) -> web.Response:
    """State, addresses and progress of a lecture."""
    caller, lecture_id = caller_of(request), request.match_info["lecture_id"]
    if caller is None:
        raise NotSignedIn
    async with request.app[DATABASE].read() as session:
        lecture, role = await lecture_for_sender(session, caller, lecture_id)
        facts = await lecture_facts(session, lecture, role, utc_now())
    return web.json_response(facts, headers={"Cache-Control": "no-store"})


@routes.patch(LECTURE)
async def rename_lecture(request: web.Request) -> web.Response:
    """Give the lecture another title."""
    caller, lecture_id = caller_of(request), request.match_info["lecture_id"]
    if caller is None:
        raise NotSignedIn
    title = clean_title((await read_json(request, Renaming)).title)
    async with request.app[DATABASE].write() as session:
        lecture, role = await lecture_for(session, caller, lecture_id, Action.MANAGE)
        lecture.title = title
        facts = await lecture_facts(session, lecture, role, utc_now())
    return web.json_response(facts)


@routes.delete(LECTURE)
async def remove_lecture(request: web.Request) -> web.Response:
    """Remove the lecture for good: recordings, packages, watch data."""
    caller, lecture_id = caller_of(request), request.match_info["lecture_id"]
    if caller is None:
        raise NotSignedIn
    async with request.app[DATABASE].write() as session:
        await lecture_for(session, caller, lecture_id, Action.MANAGE)
        litter = await remove_rows(session, lecture_id)
    await remove_files(request.app[FOLDERS], litter)
    return web.Response(status=204)
