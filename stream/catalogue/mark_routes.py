"""`POST /api/lectures/{id}/marks`: the chapters that were marked while recording."""

from aiohttp import web

from stream.app_keys import DATABASE, sender_of
from stream.catalogue.marks import MarksRequest, clean_marks, replace_marks
from stream.catalogue.store import lecture_to_end
from stream.ids import ID_PATTERN
from stream.request_body import read_json

routes = web.RouteTableDef()


@routes.post(f"/api/lectures/{{lecture_id:{ID_PATTERN}}}/marks")
async def keep_marks(request: web.Request) -> web.Response:
    """Keep the marks in place of those that were sent before; none takes them back."""
    sender, lecture_id = sender_of(request), request.match_info["lecture_id"]
    marks = clean_marks(await read_json(request, MarksRequest))
    async with request.app[DATABASE].write() as session:
        await lecture_to_end(session, sender, lecture_id)
        await replace_marks(session, lecture_id, marks)
    return web.Response(status=204)
