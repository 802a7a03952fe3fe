"""`/classes` and `/api/classes`: make, look at and run a class."""

from typing import Any

from aiohttp import web

from stream.app_keys import DATABASE, caller_of, person_of, public_base
from stream.catalogue.cards import Card, cards_of
from stream.catalogue.classes import (
    change_code,
    classes_of,
    make_class,
    members_of,
    remove_member,
)
from stream.catalogue.devices import add_device, devices_of, revoke_device
from stream.catalogue.join_code import spaced
from stream.clock import utc_now
from stream.errors import Forbidden
from stream.ids import ID_PATTERN
from stream.pages import page
from stream.people.rights import Action
from stream.people.store import require
from stream.request_body import read_form
from stream.tables import Class, ClassRole, SchoolRole

routes = web.RouteTableDef()

CLASS = f"/classes/{{class_id:{ID_PATTERN}}}"


@routes.post("/classes")
async def make(request: web.Request) -> web.Response:
    """Make a class; whoever makes it is its first teacher."""
    person = person_of(request)
    if person.role is SchoolRole.STUDENT:
        raise Forbidden("Only teachers make classes. Ask yours for a class code.")
    name = (await read_form(request)).get("name", "")
    async with request.app[DATABASE].write() as session:
        class_ = await make_class(session, name, person.id, utc_now())
    raise web.HTTPSeeOther(f"/classes/{class_.id}")


@routes.get(CLASS)
async def show(request: web.Request) -> web.Response:
    """The class's page: its lectures, and for its teachers how to run it."""
    return await _class_page(request)


@routes.post(f"{CLASS}/code")
async def renew_code(request: web.Request) -> web.Response:
    """Give the class another code."""
    class_id, _ = await _read_as_teacher(request)
    async with request.app[DATABASE].write() as session:
        await require(session, caller_of(request), Action.MANAGE, class_id)
        await change_code(session, class_id)
    raise web.HTTPSeeOther(f"/classes/{class_id}#joining")


@routes.post(f"{CLASS}/members/{{person_id:{ID_PATTERN}}}/remove")
async def remove(request: web.Request) -> web.Response:
    """Take somebody out of the class."""
    class_id, _ = await _read_as_teacher(request)
    async with request.app[DATABASE].write() as session:
        await require(session, caller_of(request), Action.MANAGE, class_id)
        by_person_id = person_of(request).id
        await remove_member(session, class_id, request.match_info["person_id"], by_person_id)
    raise web.HTTPSeeOther(f"/classes/{class_id}#members")


@routes.post(f"{CLASS}/devices")
async def connect_device(request: web.Request) -> web.Response:
    """Make a token for a classroom computer and show it, this once."""
    class_id, fields = await _read_as_teacher(request)
    name = fields.get("name", "")
    async with request.app[DATABASE].write() as session:
        await require(session, caller_of(request), Action.MANAGE, class_id)
        token = await add_device(session, class_id, name, utc_now())
    return await _class_page(request, device_token=token)


@routes.post(f"{CLASS}/devices/{{device_id:{ID_PATTERN}}}/revoke")
async def disconnect_device(request: web.Request) -> web.Response:
    """Refuse the device's token from now on."""
    class_id, _ = await _read_as_teacher(request)
    async with request.app[DATABASE].write() as session:
        await require(session, caller_of(request), Action.MANAGE, class_id)
        await revoke_device(session, class_id, request.match_info["device_id"], utc_now())
    raise web.HTTPSeeOther(f"/classes/{class_id}#devices")


@routes.get("/api/classes")
async def list_classes(request: web.Request) -> web.Response:
    """The caller's classes."""
    async with request.app[DATABASE].read() as session:
        rows = await classes_of(session, person_of(request).id)
    listed = [{"id": row.id, "name": row.name, "role": role.value} for row, role in rows]
    return web.json_response({"classes": listed})


@routes.get(f"/api{CLASS}/lectures")
async def list_lectures(request: web.Request) -> web.Response:
    """The class's lectures, newest first."""
    person, class_id = person_of(request), request.match_info["class_id"]
    async with request.app[DATABASE].read() as session:
        role = await require(session, person, Action.SEE, class_id)
        cards = (await cards_of(session, {class_id: role}))[class_id]
    return web.json_response({"lectures": [_as_json(card) for card in cards]})


def _as_json(card: Card) -> dict[str, Any]:
    lecture = card.lecture
    return {
        "id": lecture.id,
        "url": f"/lectures/{lecture.id}",
        "title": lecture.title,
        "state": lecture.state.value,
        "duration_s": lecture.duration_s,
        "poster_url": card.poster_url,
        "created_at": lecture.created_at.isoformat(),
    }


async def _read_as_teacher(request: web.Request) -> tuple[str, dict[str, str]]:
    """Return the class's id and the form, once the caller is known to be its teacher.

    The right is asked for again in the transaction that writes.
    """
    person, class_id = person_of(request), request.match_info["class_id"]
    async with request.app[DATABASE].read() as session:
        await require(session, person, Action.MANAGE, class_id)
    return class_id, await read_form(request)


async def _class_page(request: web.Request, device_token: str | None = None) -> web.Response:
    person, class_id = person_of(request), request.match_info["class_id"]
    async with request.app[DATABASE].read() as session:
        role = await require(session, person, Action.SEE, class_id)
        class_ = await session.get_one(Class, class_id)
        members = await members_of(session, class_id)
        cards = (await cards_of(session, {class_id: role}))[class_id]
        devices = await devices_of(session, class_id) if role is ClassRole.TEACHER else []
    return page(
        request,
        "class.html",
        class_=class_,
        teaches=role is ClassRole.TEACHER,
        cards=cards,
        members=members,
        devices=devices,
        device_token=device_token,
        base=public_base(request),
        code=spaced(class_.join_code),
    )
