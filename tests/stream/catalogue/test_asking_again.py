"""`POST /api/lectures` with an Idempotency-Key: a lost answer leaves no second, empty lecture."""

from typing import Any

from stream.tables import SchoolRole
from tests.stream.conftest import MakeClass, SignedIn, SignIn


async def ask(person: SignedIn, class_id: str, key: str) -> dict[str, Any]:
    tracks = [{"role": role, "start_offset_ms": 0} for role in ("presentation", "presenter")]
    body = {"class_id": class_id, "title": "Slopes", "tracks": tracks}
    response = await person.post("/api/lectures", json=body, headers={"Idempotency-Key": key})
    assert response.status == 201, await response.text()
    answer: dict[str, Any] = await response.json()
    return answer


async def lectures_in(person: SignedIn, class_id: str) -> int:
    response = await person.get(f"/api/classes/{class_id}/lectures")
    return len((await response.json())["lectures"])


async def test_the_same_key_answers_the_same_lecture(
    sign_in: SignIn, make_class: MakeClass
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    first = await ask(teacher, class_id, "take-1")
    again = await ask(teacher, class_id, "take-1")
    assert again["id"] == first["id"]
    assert sorted(again["tracks"], key=str) == sorted(first["tracks"], key=str)
    assert await lectures_in(teacher, class_id) == 1


async def test_another_key_or_another_person_makes_another_lecture(
    sign_in: SignIn, make_class: MakeClass
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    colleague = await sign_in(SchoolRole.TEACHER, class_id)
    ids = {
        (await ask(teacher, class_id, "take-1"))["id"],
        (await ask(teacher, class_id, "take-2"))["id"],
        (await ask(colleague, class_id, "take-1"))["id"],
    }
    assert len(ids) == 3
