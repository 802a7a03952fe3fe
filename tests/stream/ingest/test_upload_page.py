"""GET /upload: who gets the form, and with which classes."""

from stream.tables import SchoolRole
from tests.stream.conftest import MakeClass, SignIn


async def test_a_teacher_chooses_among_the_classes_they_teach(
    sign_in: SignIn, make_class: MakeClass
) -> None:
    maths, physics, _other = [await make_class(name) for name in ("Maths", "Physics", "Art")]
    teacher = await sign_in(SchoolRole.TEACHER, maths, physics)
    response = await teacher.get(f"/upload?class={physics}")
    text = await response.text()
    assert response.status == 200
    assert f'<option value="{maths}">Maths</option>' in text
    assert f'<option value="{physics}" selected>Physics</option>' in text
    assert "Art" not in text


async def test_a_teacher_without_a_class_is_told_what_to_do_first(sign_in: SignIn) -> None:
    teacher = await sign_in(SchoolRole.TEACHER)
    text = await (await teacher.get("/upload")).text()
    assert "Make a class first" in text
    assert "<form id=" not in text


async def test_a_student_is_refused_with_a_sentence(sign_in: SignIn, make_class: MakeClass) -> None:
    student = await sign_in(SchoolRole.STUDENT, await make_class())
    response = await student.get("/upload")
    assert response.status == 403
    assert "Only teachers add lectures." in await response.text()


async def test_a_stranger_is_asked_to_sign_in(sign_in: SignIn) -> None:
    stranger = await sign_in()
    response = await stranger.request("GET", "/upload", headers={"Cookie": ""})
    assert (response.status, response.headers["Location"]) == (303, "/login?next=/upload")


async def test_names_with_markup_are_shown_as_typed(sign_in: SignIn, make_class: MakeClass) -> None:
    teacher = await sign_in(SchoolRole.TEACHER, await make_class("<script>alert(1)</script>"))
    text = await (await teacher.get("/upload?class=%22%3E%3Cscript%3E")).text()
    assert "<script>alert(1)" not in text
    assert '"><script>' not in text
