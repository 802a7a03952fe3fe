"""`POST /api/lectures/{id}/watch`: what a player saw its viewer do."""

import asyncio
import logging
import time

from aiohttp import web

from stream.app_keys import DATABASE, PSEUDONYM_KEY, person_of
from stream.catalogue.store import lecture_for
from stream.clock import utc_now
from stream.errors import BadRequest, Conflict, TooLarge, TooMany
from stream.ids import ID_PATTERN
from stream.insight.batches import MAX_BATCH_BYTES, Batch, read_batch
from stream.insight.pseudonym import pseudonym
from stream.insight.store import Report
from stream.insight.writer import ALLOWANCES, REPORT_WRITER
from stream.people.rights import Action
from stream.tables import ClassRole, Lecture, Person

logger = logging.getLogger(__name__)

routes = web.RouteTableDef()

BODY_TIMEOUT_S = 30.0


@routes.post(f"/api/lectures/{{lecture_id:{ID_PATTERN}}}/watch")
async def report_watching(request: web.Request) -> web.Response:
    """Keep a batch; 204 once it is on disk. Sending it again changes nothing (E04)."""
    person = person_of(request)
    body = await _read_body(request)
    async with request.app[DATABASE].read() as session:
        lecture, role = await lecture_for(
            session, person, request.match_info["lecture_id"], Action.SEE
        )
    if lecture.duration_s is None:
        raise Conflict("This lecture is not ready, so nobody can have watched it.")
    batch = read_batch(body, lecture.duration_s)
    if wait_s := request.app[ALLOWANCES].take(person.id, len(batch.events), time.monotonic()):
        raise TooMany("Your player reports too often; it will wait and send this again.", wait_s)
    if batch.dropped:
        logger.info("watch reports dropped lecture_id=%s count=%d", lecture.id, batch.dropped)
    if role is ClassRole.STUDENT:  # teachers look at their own lecture; they are not its class
        await request.app[REPORT_WRITER].keep(_report(request, person, lecture, batch))
    return web.Response(status=204)


async def _read_body(request: web.Request) -> bytes:
    """Return the body, whatever its content type: beacons may only send plain text (E06)."""
    if (request.content_length or 0) > MAX_BATCH_BYTES:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_BATCH_BYTES:
                    raise _too_large()
    except TimeoutError as error:
        raise BadRequest("The batch did not arrive in time.") from error
    return bytes(body)


def _too_large() -> TooLarge:
    return TooLarge(f"A batch may be {MAX_BATCH_BYTES // 1024} kB at most.")


def _report(request: web.Request, person: Person, lecture: Lecture, batch: Batch) -> Report:
    return Report(
        lecture_id=lecture.id,
        class_id=lecture.class_id,
        person_id=person.id,
        viewer=pseudonym(request.app[PSEUDONYM_KEY], lecture.class_id, person.id),
        is_simulated=person.is_simulated,
        batch=batch,
        received_on=utc_now().replace(minute=0, second=0, microsecond=0),
    )
