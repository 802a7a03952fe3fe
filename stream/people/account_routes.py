"""`/setup/{token}` and `/invite/{token}`: an account made with a one-time link."""

from dataclasses import dataclass

from aiohttp import web

from stream.app_keys import DATABASE
from stream.clock import utc_now
from stream.errors import FlipcastError, Gone, NotFound
from stream.people.account_form import account_form
from stream.people.accounts import NewAccount, create_person, new_account
from stream.people.links import look_at_link, use_link
from stream.people.parts import PASSWORDS
from stream.people.signing_in import sign_in
from stream.request_body import read_form
from stream.tables import LinkPurpose, Person, SchoolRole

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link of one purpose makes."""

    purpose: LinkPurpose
    role: SchoolRole
    heading: str
    lead: str


SETUP = Offer(
    LinkPurpose.SETUP,
    SchoolRole.ADMIN,
    "Set up Flipcast",
    "You are the first one here. This makes the account that runs the server: it invites the "
    "teachers, and they make their classes.",
)
INVITATION = Offer(
    LinkPurpose.INVITE_TEACHER,
    SchoolRole.TEACHER,
    "Welcome to Flipcast",
    "Make your teacher's account. Then you make a class, add a lecture, and give your students "
    "the class code.",
)


@routes.get("/setup/{token}")
async def show_setup(request: web.Request) -> web.Response:
    """The form that makes the first admin."""
    return await _show(request, SETUP)


@routes.post("/setup/{token}")
async def set_up(request: web.Request) -> web.Response:
    """Make the first admin and use the link up."""
    return await _make(request, SETUP)


@routes.get("/invite/{token}")
async def show_invitation(request: web.Request) -> web.Response:
    """The form that makes a teacher."""
    return await _show(request, INVITATION)


@routes.post("/invite/{token}")
async def accept_invitation(request: web.Request) -> web.Response:
    """Make the teacher and use the link up."""
    return await _make(request, INVITATION)


async def _show(request: web.Request, offer: Offer) -> web.Response:
    async with request.app[DATABASE].read() as session:
        await look_at_link(session, offer.purpose, request.match_info["token"], utc_now())
    return _account_page(request, offer)


async def _make(request: web.Request, offer: Offer) -> web.Response:
    fields = await read_form(request)
    try:
        account = new_account(
            fields.get("name", ""), fields.get("login", ""), fields.get("password", "")
        )
        person = await _create(request, offer, account)
    except (NotFound, Gone):
        raise  # the link does not work: showing the form again would not help
    except FlipcastError as error:
        return _account_page(request, offer, fields, error)
    return await sign_in(request, web.Response(status=303, headers={"Location": "/"}), person.id)


async def _create(request: web.Request, offer: Offer, account: NewAccount) -> Person:
    """Store the person and use the link up, both or neither."""
    token = request.match_info["token"]
    async with request.app[DATABASE].read() as session:  # no hash is computed for a bad link
        await look_at_link(session, offer.purpose, token, utc_now())
    hashed = await request.app[PASSWORDS].hash(account.password)
    async with request.app[DATABASE].write() as session:
        await use_link(session, offer.purpose, token, utc_now())
        return await create_person(session, offer.role, account, hashed, utc_now())


def _account_page(
    request: web.Request,
    offer: Offer,
    fields: dict[str, str] | None = None,
    error: FlipcastError | None = None,
) -> web.Response:
    return account_form(request, "account.html", fields, error, offer=offer)
