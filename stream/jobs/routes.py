"""`GET /api/lectures/{id}/progress`: server-sent events while a lecture is being made."""

import asyncio
import json

from aiohttp import web

from stream.app_keys import DATABASE, caller_of
from stream.catalogue.standing import Standing, standing_of
from stream.catalogue.store import lecture_for
from stream.clock import utc_now
from stream.errors import FlipcastError
from stream.ids import ID_PATTERN
from stream.jobs.notices import NOTICES
from stream.people.rights import Action
from stream.tables import LectureState

routes = web.RouteTableDef()

KEEP_ALIVE_S = 15.0  # also the longest a removed member goes on being told
LAST_WORDS = {LectureState.READY, LectureState.FAILED}


@routes.get(f"/api/lectures/{{lecture_id:{ID_PATTERN}}}/progress")
async def progress(request: web.Request) -> web.StreamResponse:
    """Send `progress` events at every change until the lecture is ready or has failed."""
    lecture_id = request.match_info["lecture_id"]
    standing = await _standing(request, lecture_id)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    with request.app[NOTICES].listen(lecture_id) as changed:
        while True:
            data = json.dumps(standing.as_json())
            await response.write(f"event: progress\ndata: {data}\n\n".encode())
            if standing.state in LAST_WORDS:
                break
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    await changed.wait()
            except TimeoutError:
                pass
            changed.clear()
            try:
                standing = await _standing(request, lecture_id)
            except FlipcastError:  # removed, or no longer a member: too late for a status
                break
    await response.write_eof()
    return response


async def _standing(request: web.Request, lecture_id: str) -> Standing:
    async with request.app[DATABASE].read() as session:
        lecture, _ = await lecture_for(session, caller_of(request), lecture_id, Action.SEE)
        return await standing_of(session, lecture, utc_now())
