"""The page on which a teacher sends a recording."""

from aiohttp import web

from stream.app_keys import DATABASE, SETTINGS, person_of
from stream.catalogue.classes import classes_taught_by
from stream.ingest.protocol import format_bytes
from stream.pages import page

routes = web.RouteTableDef()


@routes.get("/upload")
async def upload_page(request: web.Request) -> web.Response:
    """Show the form; `?class=` chooses one of the teacher's classes. Others are told why not."""
    person = person_of(request)
    async with request.app[DATABASE].read() as session:
        taught = await classes_taught_by(session, person)
    max_bytes = request.app[SETTINGS].max_upload_bytes
    return page(
        request,
        "upload.html",
        classes=taught,
        chosen_id=request.query.get("class", ""),
        largest=format_bytes(max_bytes),
        data={"viewer": person.id, "max_upload_bytes": max_bytes},
    )
