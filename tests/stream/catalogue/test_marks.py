"""Chapters that a teacher marked while recording: kept, spanned, and preferred over found ones."""

from typing import Any

import pytest

from stream.app_keys import FOLDERS
from stream.catalogue.marks import (
    MarkedChapter,
    MarkRequest,
    MarksRequest,
    chapters_of,
    clean_marks,
)
from stream.clock import utc_now
from stream.database import Database
from stream.errors import BadRequest
from stream.ids import new_id
from stream.tables import Lecture, LectureState, Mark, Package, SchoolRole
from tests.stream.conftest import MakeClass, SignedIn, SignIn
from tests.stream.ingest.recorder import begin_take
from transcode.slides.slides_json import ChapterEntry, SlidesJson, slides_json

DURATION_S = 60.0


@pytest.mark.parametrize(
    ("marks", "chapters"),
    [
        pytest.param([], [], id="no-marks-no-chapters"),
        pytest.param(
            [(20_500, "Slopes"), (40_000, "Exercises")],
            [(0, 20.5, "Beginning"), (20.5, 40, "Slopes"), (40, 60, "Exercises")],
            id="what-comes-before-the-first-is-the-beginning",
        ),
        pytest.param(
            [(900, "Slopes"), (30_000, "")],
            [(0, 30, "Slopes"), (30, 60, "Part 2")],
            id="marked-at-the-start-and-without-a-title",
        ),
        pytest.param(
            [(0, "Slopes"), (60_000, "Too late")],
            [(0, 60, "Slopes")],
            id="past-the-end-nothing-begins",
        ),
        pytest.param([(61_000, "Too late")], [], id="all-past-the-end"),
    ],
)
def test_marks_become_spans(
    marks: list[tuple[int, str]], chapters: list[tuple[float, float, str]]
) -> None:
    rows = [Mark(at_ms=at_ms, title=title) for at_ms, title in marks]
    assert chapters_of(rows, DURATION_S) == [MarkedChapter(*chapter) for chapter in chapters]


def test_marks_at_one_moment_are_one_mark_and_titles_one_line() -> None:
    marks = [MarkRequest(1.0, "a"), MarkRequest(1.0001, " b\n c ")]
    assert clean_marks(MarksRequest(marks)) == {1000: "b c"}


@pytest.mark.parametrize(
    "marks",
    [
        pytest.param([MarkRequest(-0.1)], id="before-the-start"),
        pytest.param([MarkRequest(90_000.0)], id="after-a-day"),
        pytest.param([MarkRequest(1e400)], id="infinite"),
        pytest.param([MarkRequest(1.0, "x" * 301)], id="a-novel-for-a-title"),
        pytest.param([MarkRequest(float(at)) for at in range(501)], id="too-many"),
    ],
)
def test_what_is_no_mark_is_refused(marks: list[MarkRequest]) -> None:
    with pytest.raises(BadRequest):
        clean_marks(MarksRequest(marks))


@pytest.fixture
async def teacher(sign_in: SignIn, make_class: MakeClass) -> SignedIn:
    """A teacher of one class."""
    return await sign_in(SchoolRole.TEACHER, await make_class())


async def class_of(teacher: SignedIn) -> str:
    return str((await (await teacher.get("/api/classes")).json())["classes"][0]["id"])


async def test_the_recorder_sends_them_and_sending_again_replaces_them(
    teacher: SignedIn, database: Database
) -> None:
    recorder = await begin_take(teacher, await class_of(teacher))
    path = f"/api/lectures/{recorder.lecture_id}/marks"
    for marks in ([{"at_s": 5, "title": "Old"}], [{"at_s": 20.5, "title": "Slopes"}, {"at_s": 40}]):
        response = await recorder.ask("POST", path, json={"marks": marks})
        assert response.status == 204
    async with database.write() as session:
        (await session.get_one(Lecture, recorder.lecture_id)).duration_s = DURATION_S
    answer = await (await teacher.get(f"/api/lectures/{recorder.lecture_id}/chapters")).json()
    assert answer == {
        "made_by": "teacher",
        "chapters": [
            {"start_s": 0, "end_s": 20.5, "title": "Beginning"},
            {"start_s": 20.5, "end_s": 40, "title": "Slopes"},
            {"start_s": 40, "end_s": 60, "title": "Part 2"},
        ],
    }


async def test_its_token_marks_no_other_lecture(teacher: SignedIn) -> None:
    class_id = await class_of(teacher)
    one, other = [await begin_take(teacher, class_id, key) for key in ("one", "other")]
    path = f"/api/lectures/{other.lecture_id}/marks"
    assert (await one.ask("POST", path, json={"marks": []})).status == 404


async def ready_lecture(database: Database, teacher: SignedIn, class_id: str) -> Lecture:
    """A lecture whose package says that the slides show one chapter."""
    lecture = Lecture(
        id=new_id(), class_id=class_id, title="T", state=LectureState.READY, package_id=new_id(),
        duration_s=DURATION_S, created_at=utc_now(),
    )  # fmt: skip
    async with database.write() as session:
        session.add(lecture)
        await session.flush()
        session.add(
            Package(
                id=lecture.package_id, lecture_id=lecture.id, duration_s=DURATION_S, size_bytes=1,
                facts={}, created_at=utc_now(),
            )
        )  # fmt: skip
    app: Any = teacher.client.app
    folder = app[FOLDERS].package(lecture.id, lecture.package_id)
    folder.mkdir(parents=True)
    found = SlidesJson(DURATION_S, (), (ChapterEntry(0.0, DURATION_S, "Slide 1"),))
    (folder / "slides.json").write_text(slides_json(found))
    return lecture


async def test_without_marks_the_slides_chapters_are_answered_and_with_them_not(
    teacher: SignedIn, sign_in: SignIn, database: Database
) -> None:
    class_id = await class_of(teacher)
    lecture = await ready_lecture(database, teacher, class_id)
    student = await sign_in(SchoolRole.STUDENT, class_id)
    found = await (await student.get(f"/api/lectures/{lecture.id}/chapters")).json()
    assert found["made_by"] == "slides"
    assert found["chapters"] == [{"start_s": 0.0, "end_s": DURATION_S, "title": "Slide 1"}]
    marks = {"marks": [{"at_s": 0, "title": "Slopes"}]}
    assert (await teacher.post(f"/api/lectures/{lecture.id}/marks", json=marks)).status == 204
    marked = await (await student.get(f"/api/lectures/{lecture.id}/chapters")).json()
    assert marked["made_by"] == "teacher"
    assert [chapter["title"] for chapter in marked["chapters"]] == ["Slopes"]


async def test_a_lecture_that_is_not_made_has_no_chapters_yet(teacher: SignedIn) -> None:
    recorder = await begin_take(teacher, await class_of(teacher))
    answer = await teacher.get(f"/api/lectures/{recorder.lecture_id}/chapters")
    assert await answer.json() == {"made_by": None, "chapters": []}


async def test_strangers_learn_of_no_chapters(teacher: SignedIn, sign_in: SignIn) -> None:
    recorder = await begin_take(teacher, await class_of(teacher))
    stranger = await sign_in(SchoolRole.TEACHER)
    path = f"/api/lectures/{recorder.lecture_id}/chapters"
    assert (await stranger.get(path)).status == 404
