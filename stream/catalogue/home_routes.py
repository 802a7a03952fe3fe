"""`/`: the classes and lectures of whoever is signed in, or what this place is."""

from aiohttp import web

from stream.app_keys import DATABASE, caller_of
from stream.catalogue.cards import cards_of
from stream.catalogue.classes import classes_of
from stream.pages import page
from stream.people.form_page import form_page
from stream.people.signing_in import keeps_cookies
from stream.tables import Person, SchoolRole

routes = web.RouteTableDef()

NEWEST = 6  # lectures shown of each class; its page has them all


@routes.get("/")
async def home(request: web.Request) -> web.Response:
    """The front page."""
    person = caller_of(request)
    if not isinstance(person, Person):
        return form_page(
            request, "welcome.html", next_path="/", login="", keeps_cookies=keeps_cookies(request)
        )
    async with request.app[DATABASE].read() as session:
        classes = await classes_of(session, person.id)
        cards = await cards_of(session, {class_.id: role for class_, role in classes})
    return page(
        request,
        "home.html",
        classes=classes,
        cards=cards,
        newest=NEWEST,
        may_make_classes=person.role is not SchoolRole.STUDENT,
    )
