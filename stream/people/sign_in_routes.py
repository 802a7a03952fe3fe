"""`/login`, `/logout`, `/sign-in/{token}` and `POST /api/login`."""

import msgspec
from aiohttp import web

from stream.app_keys import DATABASE, caller_of
from stream.clock import utc_now
from stream.errors import FlipcastError, Gone
from stream.people.form_page import form_page
from stream.people.links import use_link
from stream.people.next_path import safe_next
from stream.people.signing_in import check_password, keeps_cookies, sign_in, sign_out
from stream.request_body import read_form, read_json
from stream.tables import LinkPurpose, Person

routes = web.RouteTableDef()


class Credentials(msgspec.Struct):
    """What a program sends to sign in."""

    login: str
    password: str


@routes.get("/login")
async def show_login(request: web.Request) -> web.Response:
    """The form; whoever is signed in already goes on."""
    next_path = safe_next(request.query.get("next", "/"))
    if isinstance(caller_of(request), Person):
        raise web.HTTPSeeOther(next_path)
    return _login_page(request, next_path)


@routes.post("/login")
async def log_in(request: web.Request) -> web.Response:
    """Sign in and go on to the page one came for."""
    fields = await read_form(request)
    login, next_path = fields.get("login", ""), safe_next(fields.get("next", "/"))
    try:
        person = await check_password(request, login, fields.get("password", ""))
    except FlipcastError as error:
        return _login_page(request, next_path, login=login[:200], error=error)
    return await sign_in(request, _see_other(next_path), person.id)


@routes.post("/logout")
async def log_out(request: web.Request) -> web.Response:
    """End this sign-in; others of the same person go on."""
    return await sign_out(request, _see_other("/"))


@routes.post("/api/login")
async def log_in_program(request: web.Request) -> web.Response:
    """Sign a program in; it keeps the cookie."""
    sent = await read_json(request, Credentials)
    person = await check_password(request, sent.login, sent.password)
    facts = {"id": person.id, "name": person.name, "role": person.role.value}
    return await sign_in(request, web.json_response(facts), person.id)


# Not HEAD: looking at a link must not use it up.
@routes.get("/sign-in/{token}", allow_head=False)
async def follow_sign_in_link(request: web.Request) -> web.Response:
    """Sign in whom the link was made for."""
    async with request.app[DATABASE].write() as session:
        token = request.match_info["token"]
        link = await use_link(session, LinkPurpose.SIGN_IN, token, utc_now())
        person = await session.get(Person, link.person_id) if link.person_id else None
        if person is None or person.disabled_at is not None:
            raise Gone("This account is closed.")
    return await sign_in(request, _see_other(safe_next(link.next_path)), person.id)


def _see_other(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})


def _login_page(
    request: web.Request, next_path: str, *, login: str = "", error: FlipcastError | None = None
) -> web.Response:
    return form_page(
        request,
        "login.html",
        error,
        next_path=next_path,
        login=login,
        keeps_cookies=keeps_cookies(request),
    )
