"""The page on which a teacher records: screen, camera and microphone, in the browser."""

from aiohttp import web

from stream.app_keys import DATABASE, SETTINGS, person_of
from stream.catalogue.classes import classes_taught_by
from stream.pages import page

routes = web.RouteTableDef()


@routes.get("/record")
async def record_page(request: web.Request) -> web.Response:
    """Show the recorder; `?class=` chooses one of the teacher's classes. Others hear why not."""
    person = person_of(request)
    async with request.app[DATABASE].read() as session:
        taught = await classes_taught_by(session, person)
    return page(
        request,
        "record.html",
        classes=taught,
        chosen_id=request.query.get("class", ""),
        data={
            "viewer": person.id,
            "classes": [{"id": class_.id, "name": class_.name} for class_ in taught],
            "max_upload_bytes": request.app[SETTINGS].max_upload_bytes,
        },
    )
