"""`GET /api/lectures/{id}/chapters`: the teacher's marks, else what the slides show."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from stream.app_keys import DATABASE, FOLDERS, caller_of
from stream.catalogue.marks import chapters_of, marks_of
from stream.catalogue.store import lecture_for
from stream.ids import ID_PATTERN
from stream.people.rights import Action
from transcode.slides.slides_json import parse_slides_json
from transcode.slides.write_slides import JSON_NAME

routes = web.RouteTableDef()


@routes.get(f"/api/lectures/{{lecture_id:{ID_PATTERN}}}/chapters")
async def show_chapters(request: web.Request) -> web.Response:
    """Answer the chapters and whose they are. Found ones are not mixed in: they were not meant."""
    lecture_id = request.match_info["lecture_id"]
    async with request.app[DATABASE].read() as session:
        lecture, _ = await lecture_for(session, caller_of(request), lecture_id, Action.SEE)
        marks = await marks_of(session, lecture_id)
    chapters: list[Any] = [*map(asdict, chapters_of(marks, lecture.duration_s or 0.0))]
    made_by = "teacher"
    if not chapters and lecture.package_id is not None:
        made_by = "slides"
        page = request.app[FOLDERS].package(lecture_id, lecture.package_id) / JSON_NAME
        chapters = await asyncio.to_thread(_found_in, page)
    answer = {"made_by": made_by if chapters else None, "chapters": chapters}
    return web.json_response(answer, headers={"Cache-Control": "no-store"})


def _found_in(page: Path) -> list[Any]:
    """The chapters in a package's `slides.json`; none when there is none, or of another version."""
    try:
        found = parse_slides_json(page.read_bytes())
    except (FileNotFoundError, msgspec.DecodeError):
        return []
    return [msgspec.structs.asdict(chapter) for chapter in found.chapters]
