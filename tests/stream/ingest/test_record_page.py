"""GET /record: who gets the recorder, and with which classes."""

import json
import re
from typing import Any

from yarl import URL

from stream.tables import SchoolRole
from tests.stream.conftest import MakeClass, SignIn


def page_data(text: str) -> dict[str, Any]:
    """What the page's script is told."""
    found = re.search(r'id="page-data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


async def test_a_teacher_records_for_the_classes_they_teach(
    sign_in: SignIn, make_class: MakeClass
) -> None:
    maths, physics, _other = [await make_class(name) for name in ("Maths", "Physics", "Art")]
    teacher = await sign_in(SchoolRole.TEACHER, maths, physics)
    response = await teacher.get(f"/record?class={physics}")
    text = await response.text()
    assert response.status == 200
    assert f'<option value="{physics}" selected>Physics</option>' in text
    data = page_data(text)
    assert data["classes"] == [{"id": maths, "name": "Maths"}, {"id": physics, "name": "Physics"}]
    assert data["viewer"] == teacher.person_id
    assert data["max_upload_bytes"] > 0


async def test_the_page_of_a_class_leads_its_teacher_to_the_recorder(
    sign_in: SignIn, make_class: MakeClass
) -> None:
    class_id = await make_class()
    teacher, student = (
        await sign_in(SchoolRole.TEACHER, class_id),
        await sign_in(SchoolRole.STUDENT, class_id),
    )
    link = f'href="/record?class={class_id}"'
    assert link in await (await teacher.get(f"/classes/{class_id}")).text()
    assert link not in await (await student.get(f"/classes/{class_id}")).text()


async def test_without_a_class_there_is_no_recorder_yet(sign_in: SignIn) -> None:
    text = await (await (await sign_in(SchoolRole.TEACHER)).get("/record")).text()
    assert "Make a class first" in text
    assert "page-data" not in text


async def test_a_student_does_not_record(sign_in: SignIn, make_class: MakeClass) -> None:
    student = await sign_in(SchoolRole.STUDENT, await make_class())
    response = await student.get("/record")
    assert response.status == 403
    assert "Only teachers add lectures." in await response.text()


async def test_nobody_records_without_signing_in(sign_in: SignIn) -> None:
    stranger = await sign_in()
    response = await stranger.get("/record?class=1", headers={"Cookie": ""})
    assert URL(response.headers["Location"]).query["next"] == "/record?class=1"
