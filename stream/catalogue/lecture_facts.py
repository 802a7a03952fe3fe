"""What a lecture's page and the API tell about it."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.pictures import poster_url, storyboard_url
from stream.catalogue.standing import Standing, standing_of
from stream.tables import Class, ClassRole, Lecture, LectureState, Package


async def lecture_facts(
    session: AsyncSession, lecture: Lecture, role: ClassRole | None, now: datetime
) -> dict[str, Any]:
    """Return the lecture as JSON, for a caller who is `role` in its class (None: a device)."""
    class_ = await session.get_one(Class, lecture.class_id)
    standing = await standing_of(session, lecture, now)
    package = await session.get(Package, lecture.package_id) if lecture.package_id else None
    return {
        "id": lecture.id,
        "url": f"/lectures/{lecture.id}",
        "title": lecture.title,
        "class": {"id": class_.id, "name": class_.name},
        "state": lecture.state.value,
        "failure": lecture.failure,
        "duration_s": lecture.duration_s,
        "playlist_url": standing.playlist_url,
        "poster_url": poster_url(package),
        "storyboard_url": storyboard_url(package),
        "progress": _progress(standing),
        "growing": standing.growing,
        "is_live": lecture.is_live,
        "chapters_url": f"/api/lectures/{lecture.id}/chapters",
        "may_manage": role is ClassRole.TEACHER,
    }


def _progress(standing: Standing) -> dict[str, Any] | None:
    is_made = standing.state in (LectureState.QUEUED, LectureState.ENCODING)
    if not is_made and standing.eta_s is None:  # while it arrives, an end may be known
        return None
    told = ("fraction", "eta_s", "before_it", "waits_for")
    return {name: getattr(standing, name) for name in told}
