"""Finish a take with what is there: for its recorder, and for the button on the lecture's page."""

from aiohttp import web

from stream.app_keys import person_of, sender_of
from stream.catalogue.sender import Sender
from stream.ids import ID_PATTERN
from stream.ingest.finishing import finish_recording
from stream.request_body import read_form

routes = web.RouteTableDef()

LECTURE = f"/lectures/{{lecture_id:{ID_PATTERN}}}"


@routes.post(f"/api{LECTURE}/finish")
async def finish(request: web.Request) -> web.Response:
    """Close what is open of the recording; 204 also when all has arrived."""
    await finish_recording(request.app, sender_of(request), request.match_info["lecture_id"])
    return web.Response(status=204)


@routes.post(f"{LECTURE}/finish")
async def finish_by_button(request: web.Request) -> web.Response:
    """The same for a teacher, and back to the page."""
    person, lecture_id = person_of(request), request.match_info["lecture_id"]
    await read_form(request)
    await finish_recording(request.app, Sender(person), lecture_id)
    raise web.HTTPSeeOther(f"/lectures/{lecture_id}")
