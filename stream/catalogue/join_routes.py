"""`/join`: into a class with its code, with an account or by making one."""

from aiohttp import web

from stream.app_keys import DATABASE, caller_of
from stream.catalogue.classes import class_with_code, join_class
from stream.catalogue.join_code import parse_join_code
from stream.clock import utc_now
from stream.errors import FlipcastError, NotFound
from stream.people.account_form import account_form
from stream.people.accounts import create_person, new_account
from stream.people.form_page import form_page
from stream.people.parts import GUESSING, PASSWORDS, address_of
from stream.people.signing_in import sign_in
from stream.request_body import read_form
from stream.tables import Class, Person, SchoolRole

routes = web.RouteTableDef()


@routes.get("/join")
async def ask_for_code(request: web.Request) -> web.Response:
    """The form for a code."""
    return form_page(request, "join.html", code="")


@routes.post("/join")
async def take_code(request: web.Request) -> web.Response:
    """Go on to the class with the typed code."""
    typed = (await read_form(request)).get("code", "")
    try:
        class_ = await _class_for(request, typed)
    except FlipcastError as error:
        return form_page(request, "join.html", error, code=typed[:40])
    raise web.HTTPSeeOther(f"/join/{class_.join_code}")


@routes.get("/join/{code}")
async def show(request: web.Request) -> web.Response:
    """What joining means: one button for the signed-in, an account form for the others."""
    class_ = await _class_for(request, request.match_info["code"])
    return _join_page(request, class_)


@routes.post("/join/{code}")
async def join(request: web.Request) -> web.Response:
    """Join as a student; whoever is not signed in gets an account with what the form says."""
    class_ = await _class_for(request, request.match_info["code"])
    fields = await read_form(request)
    caller = caller_of(request)
    if isinstance(caller, Person):
        async with request.app[DATABASE].write() as session:
            await join_class(session, class_.id, caller.id, utc_now())
        raise web.HTTPSeeOther(f"/classes/{class_.id}")
    try:
        person = await _new_student(request, class_, fields)
    except FlipcastError as error:
        return _join_page(request, class_, fields, error)
    arrived = web.Response(status=303, headers={"Location": f"/classes/{class_.id}"})
    return await sign_in(request, arrived, person.id)


async def _new_student(request: web.Request, class_: Class, fields: dict[str, str]) -> Person:
    account = new_account(
        fields.get("name", ""), fields.get("login", ""), fields.get("password", "")
    )
    hashed = await request.app[PASSWORDS].hash(account.password)
    async with request.app[DATABASE].write() as session:
        now = utc_now()
        person = await create_person(session, SchoolRole.STUDENT, account, hashed, now)
        await join_class(session, class_.id, person.id, now)
    return person


async def _class_for(request: web.Request, typed: str) -> Class:
    """Return the class with the typed code. Raises NotFound, and TooMany for a guesser."""
    guessing, address = request.app[GUESSING], address_of(request)
    guessing.try_code(address)
    code = parse_join_code(typed)
    if code is None:
        raise NotFound("This is not a class code. A code has eight letters and digits.")
    async with request.app[DATABASE].read() as session:
        class_ = await class_with_code(session, code)
    guessing.code_was_right(address)
    return class_


def _join_page(
    request: web.Request,
    class_: Class,
    fields: dict[str, str] | None = None,
    error: FlipcastError | None = None,
) -> web.Response:
    return account_form(request, "join_class.html", fields, error, class_=class_)
