"""`/lectures/{id}/edit`: the page on which a teacher renames a lecture or removes it."""

from aiohttp import web

from stream.app_keys import DATABASE, FOLDERS, person_of
from stream.catalogue.new_lecture import clean_title
from stream.catalogue.removal import remove_files, remove_rows
from stream.catalogue.store import lecture_for
from stream.errors import BadRequest
from stream.ids import ID_PATTERN
from stream.people.form_page import form_page
from stream.people.rights import Action
from stream.request_body import read_form
from stream.tables import Class, Lecture

routes = web.RouteTableDef()

LECTURE = f"/lectures/{{lecture_id:{ID_PATTERN}}}"


@routes.get(f"{LECTURE}/edit")
async def show(request: web.Request) -> web.Response:
    """The title to change, and the way to remove the lecture."""
    lecture, class_ = await _own_lecture(request)
    return form_page(request, "lecture_edit.html", lecture=lecture, class_=class_)


@routes.post(f"{LECTURE}/edit")
async def rename(request: web.Request) -> web.Response:
    """Give the lecture another title."""
    lecture, class_ = await _own_lecture(request)
    fields = await read_form(request)
    try:
        title = clean_title(fields.get("title", ""))
    except BadRequest as error:
        return form_page(request, "lecture_edit.html", error, lecture=lecture, class_=class_)
    async with request.app[DATABASE].write() as session:
        lecture, _ = await lecture_for(session, person_of(request), lecture.id, Action.MANAGE)
        lecture.title = title
    raise web.HTTPSeeOther(f"/classes/{class_.id}")


@routes.post(f"{LECTURE}/remove")
async def remove(request: web.Request) -> web.Response:
    """Remove the lecture for good, once the box that says so is ticked."""
    lecture, class_ = await _own_lecture(request)
    if (await read_form(request)).get("sure") != "yes":
        error = BadRequest("Nothing was removed: tick the box to say that you mean it.")
        return form_page(request, "lecture_edit.html", error, lecture=lecture, class_=class_)
    async with request.app[DATABASE].write() as session:
        await lecture_for(session, person_of(request), lecture.id, Action.MANAGE)
        litter = await remove_rows(session, lecture.id)
    await remove_files(request.app[FOLDERS], litter)
    raise web.HTTPSeeOther(f"/classes/{class_.id}")


async def _own_lecture(request: web.Request) -> tuple[Lecture, Class]:
    """Return the lecture and its class for its teacher. Raises NotSignedIn, NotFound, Forbidden."""
    lecture_id = request.match_info["lecture_id"]
    async with request.app[DATABASE].read() as session:
        lecture, _ = await lecture_for(session, person_of(request), lecture_id, Action.MANAGE)
        return lecture, await session.get_one(Class, lecture.class_id)
