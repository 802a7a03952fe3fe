"""`GET /lectures/{id}`: the page a lecture is watched on; while it is being made, its progress."""

from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from stream.app_keys import DATABASE, SETTINGS, person_of
from stream.catalogue.lecture_facts import lecture_facts
from stream.catalogue.store import lecture_for
from stream.clock import utc_now
from stream.ids import ID_PATTERN
from stream.ingest.finishing import interrupted_at
from stream.pages import page
from stream.people.rights import Action
from stream.tables import ClassRole, Lecture
from transcode.tree import ALL_CODECS_NAME

routes = web.RouteTableDef()

ENGINE = "watch/engine/hls-engine.ts"


@routes.get(f"/lectures/{{lecture_id:{ID_PATTERN}}}")
async def watch_page(request: web.Request) -> web.Response:
    """Show the player, or how far the lecture is; 404 for whoever is not in its class."""
    person, lecture_id = person_of(request), request.match_info["lecture_id"]
    async with request.app[DATABASE].read() as session:
        lecture, role = await lecture_for(session, person, lecture_id, Action.SEE)
        facts = await lecture_facts(session, lecture, role, utc_now())
        interrupted = await _interrupted(request, session, lecture, role)
    data = page_data(facts, person.id)
    response = page(
        request,
        "watch.html",
        lecture=facts,
        data=data,
        engine=_engine(request, data),
        played=_played(data["playlist_url"]),
        interrupted=interrupted,
    )
    response.enable_compression()
    response.headers["Cache-Control"] = "no-store"  # says whose page it is, and how far things are
    return response


async def _interrupted(
    request: web.Request, session: AsyncSession, lecture: Lecture, role: ClassRole | None
) -> str | None:
    """When a take seems to have been interrupted, for its teachers: `12:03` by the server's clock,
    with the day unless it was today."""
    if role is not ClassRole.TEACHER:
        return None
    now, expiry = utc_now(), timedelta(hours=request.app[SETTINGS].upload_expiry_h)
    at = await interrupted_at(session, lecture, now, expiry)
    if at is None:
        return None
    local, today = at.astimezone(), now.astimezone().date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%H:%M on %d %B}"


def _engine(request: web.Request, data: dict[str, Any]) -> str | None:
    """Return the script to load along with the page; None leaves that to the page's own script.

    Chromium, which alone sends this header, always needs it: that saves it a round trip. Safari
    never does, so it must not be told to load it.
    """
    return ENGINE if data["playlist_url"] and "Sec-CH-UA" in request.headers else None


def _played(playlist_url: str | None) -> str | None:
    """Return the list of rungs that the script will ask for: it chooses among all codecs."""
    return playlist_url and str(PurePosixPath(playlist_url).with_name(ALL_CODECS_NAME))


def page_data(facts: dict[str, Any], viewer: str) -> dict[str, Any]:
    """Return what the page's script needs (`PageData` in `player/watch/api.ts`).

    `viewer` names the person in the browser's storage, so that on a shared computer nobody's
    place and log become another's; the script never sends it.
    """
    progress = facts["progress"] or dict.fromkeys(("fraction", "eta_s", "before_it", "waits_for"))
    told = ("state", "failure", "duration_s", "may_manage", "growing")
    urls = ("playlist_url", "poster_url", "storyboard_url")
    return {
        "lecture_id": facts["id"],
        "viewer": viewer,
        **{name: facts[name] for name in (*told, *urls)},
        **progress,
    }
