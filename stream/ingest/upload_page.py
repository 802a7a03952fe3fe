"""The page on which a teacher sends a recording."""

from aiohttp import web

from stream.app_keys import DATABASE, SETTINGS, person_of
from stream.catalogue.classes import classes_of
from stream.errors import Forbidden
from stream.ingest.protocol import format_bytes
from stream.pages import page
from stream.tables import ClassRole, SchoolRole

routes = web.RouteTableDef()


@routes.get("/upload")
async def upload_page(request: web.Request) -> web.Response:
    """Show the form; `?class=` chooses one of the teacher's classes. Others are told why not."""
    person = person_of(request)
    async with request.app[DATABASE].read() as session:
        classes = await classes_of(session, person.id)
    taught = [class_ for class_, role in classes if role is ClassRole.TEACHER]
    if not taught and person.role is SchoolRole.STUDENT:
        raise Forbidden("Only teachers add lectures.")
    max_bytes = request.app[SETTINGS].max_upload_bytes
    return page(
        request,
        "upload.html",
        classes=taught,
        chosen_id=request.query.get("class", ""),
        largest=format_bytes(max_bytes),
        data={"viewer": person.id, "max_upload_bytes": max_bytes},
    )
