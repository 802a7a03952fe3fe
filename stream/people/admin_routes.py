"""`/admin`: the people of the school, invitations for teachers, and closing an account."""

from datetime import timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from stream.app_keys import DATABASE, person_of, public_base
from stream.clock import utc_now
from stream.errors import Conflict, Forbidden
from stream.ids import ID_PATTERN
from stream.pages import page
from stream.people.accounts import all_persons, disable_person, enable_person
from stream.people.links import make_link
from stream.people.store import count_classes
from stream.request_body import read_form
from stream.tables import LinkPurpose, Person, SchoolRole

routes = web.RouteTableDef()

INVITATION_LIFETIME = timedelta(days=7)
PERSON = f"/admin/people/{{person_id:{ID_PATTERN}}}"


@routes.get("/admin")
async def show(request: web.Request) -> web.Response:
    """Everybody who has an account."""
    _admin(request)
    return await _admin_page(request)


@routes.post("/admin/invitations")
async def invite(request: web.Request) -> web.Response:
    """Make an invitation for one teacher and show its link, this once."""
    admin = _admin(request)
    await read_form(request)
    async with request.app[DATABASE].write() as session:
        await _still_admin(session, admin.id)
        path = await make_link(
            session, LinkPurpose.INVITE_TEACHER, None, "/", utc_now(), INVITATION_LIFETIME
        )
    return await _admin_page(request, invitation=public_base(request) + path)


@routes.post(f"{PERSON}/disable")
async def disable(request: web.Request) -> web.Response:
    """Close an account: its sign-ins end now."""
    admin, person_id = _admin(request), request.match_info["person_id"]
    await read_form(request)
    if person_id == admin.id:
        raise Conflict("You cannot close your own account. Another admin can.")
    async with request.app[DATABASE].write() as session:
        await _still_admin(session, admin.id)
        await disable_person(session, person_id, utc_now())
    raise web.HTTPSeeOther("/admin")


@routes.post(f"{PERSON}/enable")
async def enable(request: web.Request) -> web.Response:
    """Open an account again."""
    admin = _admin(request)
    await read_form(request)
    async with request.app[DATABASE].write() as session:
        await _still_admin(session, admin.id)
        await enable_person(session, request.match_info["person_id"])
    raise web.HTTPSeeOther("/admin")


def _admin(request: web.Request) -> Person:
    """Return the calling admin. Raises NotSignedIn and Forbidden."""
    person = person_of(request)
    if person.role is not SchoolRole.ADMIN:
        raise Forbidden("Only an admin of this server can do that.")
    return person


async def _still_admin(session: AsyncSession, person_id: str) -> None:
    """Ask again inside the transaction: two admins may be closing each other's accounts."""
    person = await session.get_one(Person, person_id)
    if person.disabled_at is not None or person.role is not SchoolRole.ADMIN:
        raise Forbidden("Only an admin of this server can do that.")


async def _admin_page(request: web.Request, invitation: str | None = None) -> web.Response:
    async with request.app[DATABASE].read() as session:
        persons = await all_persons(session)
        classes = await count_classes(session)
    return page(request, "admin.html", persons=persons, class_count=classes, invitation=invitation)
