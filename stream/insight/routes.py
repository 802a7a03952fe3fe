"""What the class did with a lecture: the teacher's page and its numbers, a student's own data."""

import asyncio
from typing import Any

import msgspec
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from stream.app_keys import DATABASE, PSEUDONYM_KEY, person_of
from stream.catalogue.store import lecture_for
from stream.ids import ID_PATTERN
from stream.insight.pseudonym import pseudonym
from stream.insight.report import Insight, insight_of
from stream.insight.seconds import bits_to_ranges, bytes_to_bits
from stream.insight.store import coverage_of, events_of, student_ids_of
from stream.pages import page
from stream.people.rights import Action
from stream.tables import Class, Coverage, Lecture, Package, WatchEvent

routes = web.RouteTableDef()

OWN_EVENT_FIELDS = (
    "session", "seq", "kind", "position_s", "target_s", "rate_before", "rate", "cause",
    "duration_ms",
)  # fmt: skip


@routes.get(f"/api/lectures/{{lecture_id:{ID_PATTERN}}}/insight")
async def insight_numbers(request: web.Request) -> web.Response:
    """Totals, curves and moments of the class, for its teacher."""
    async with request.app[DATABASE].read() as session:
        lecture = await _lecture(request, session)
        insight = await _insight(request, session, lecture)
    return _json(insight)


@routes.get(f"/lectures/{{lecture_id:{ID_PATTERN}}}/insight")
async def insight_page(request: web.Request) -> web.Response:
    """The same as a page, drawn by `player/insight`."""
    async with request.app[DATABASE].read() as session:
        lecture = await _lecture(request, session)
        class_ = await session.get_one(Class, lecture.class_id)
        insight = await _insight(request, session, lecture)
        package = await session.get(Package, lecture.package_id) if lecture.package_id else None
    data = {
        "lecture_url": f"/lectures/{lecture.id}",
        "insight_url": f"/api/lectures/{lecture.id}/insight",
        "storyboard_url": _storyboard_url(package),
        "insight": msgspec.to_builtins(insight),
    }
    response = page(
        request,
        "insight.html",
        lecture=lecture,
        class_=class_,
        data=data,
        sound_faults=_sound_faults(package),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@routes.get(f"/api/me/lectures/{{lecture_id:{ID_PATTERN}}}/watch")
async def own_watching(request: web.Request) -> web.Response:
    """What is kept about the caller's watching of the lecture: everything, and nobody else's."""
    person = person_of(request)
    async with request.app[DATABASE].read() as session:
        lecture, _ = await lecture_for(
            session, person, request.match_info["lecture_id"], Action.SEE
        )
        viewer = pseudonym(request.app[PSEUDONYM_KEY], lecture.class_id, person.id)
        events = await events_of(session, lecture.id, viewer)
        coverage = await session.get(Coverage, (lecture.id, viewer))
    played = bytes_to_bits(coverage.seconds) if coverage else 0
    return _json(
        {
            "lecture_id": lecture.id,
            "duration_s": lecture.duration_s,
            "coverage": bits_to_ranges(played),
            "events": [_own_event(event) for event in events],
        }
    )


async def _lecture(request: web.Request, session: AsyncSession) -> Lecture:
    lecture, _ = await lecture_for(
        session, person_of(request), request.match_info["lecture_id"], Action.MANAGE
    )
    return lecture


async def _insight(request: web.Request, session: AsyncSession, lecture: Lecture) -> Insight:
    key = request.app[PSEUDONYM_KEY]
    events = await events_of(session, lecture.id)
    coverage = await coverage_of(session, lecture.id)
    students = await student_ids_of(session, lecture.class_id)
    # In a thread: a long lecture of a large class is some tenths of a second of counting.
    return await asyncio.to_thread(
        insight_of,
        lecture.id,
        lecture.duration_s,
        events=events,
        played={row.viewer: bytes_to_bits(row.seconds) for row in coverage},
        students={pseudonym(key, lecture.class_id, student) for student in students},
        simulated={row.viewer for row in coverage if row.is_simulated},
    )


def _storyboard_url(package: Package | None) -> str | None:
    if package is None or not package.facts.get("storyboard"):  # a recording without a picture
        return None
    return f"/media/{package.lecture_id}/{package.id}/storyboard.vtt"


def _sound_faults(package: Package | None) -> list[str]:
    """What is wrong with the lecture's sound, in sentences; packages of old may not know."""
    sound = (package.facts.get("sound") if package else None) or {}
    return [str(verdict["sentence"]) for verdict in sound.get("verdicts", ())]


def _own_event(event: WatchEvent) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in OWN_EVENT_FIELDS}
    return row | {"received_on": event.received_on}


def _json(answer: Any) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(answer),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
