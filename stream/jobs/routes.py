"""`GET /api/lectures/{id}/progress`: server-sent events while a lecture is being made."""

import asyncio
import json
from contextlib import suppress

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
    await _standing(request)  # before the headers: strangers get their 404
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    with suppress(ConnectionResetError):  # the page was closed, which is how most of these end
        await response.prepare(request)
        await _tell(request, response)
        await response.write_eof()
    return response


async def _tell(request: web.Request, response: web.StreamResponse) -> None:
    with request.app[NOTICES].listen(request.match_info["lecture_id"]) as changed:
        # Read after listening has begun, so that no change falls between the two.
        while (standing := await _standing_if_allowed(request)) is not None:
            data = json.dumps(standing.as_json())
            await response.write(f"event: progress\ndata: {data}\n\n".encode())
            if standing.state in LAST_WORDS:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(KEEP_ALIVE_S):
                    await changed.wait()
            changed.clear()


async def _standing_if_allowed(request: web.Request) -> Standing | None:
    """Where the lecture stands; None once it was removed or the caller is no longer a member."""
    try:
        return await _standing(request)
    except FlipcastError:
        return None


async def _standing(request: web.Request) -> Standing:
    async with request.app[DATABASE].read() as session:
        lecture, _ = await lecture_for(
            session, caller_of(request), request.match_info["lecture_id"], Action.SEE
        )
        return await standing_of(session, lecture, utc_now())
