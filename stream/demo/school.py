"""The demo's people: a teacher, a student to be, and a class of 25 simulated ones.

Names are made up; everybody here is marked as simulated except the two the visitor can be.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from stream.ids import new_id
from stream.people.links import make_link
from stream.people.sessions import start_session
from stream.tables import Class, ClassRole, LinkPurpose, Membership, Person, SchoolRole

LIFETIME = timedelta(days=1)
TEACHER, STUDENT, JOIN_CODE = "Ms Jackson", "Maria", "DEMO2345"
CLASSMATES = (
    "Ada", "Ben", "Cleo", "Dario", "Ela", "Finn", "Gita", "Hugo", "Ines", "Jon", "Kira", "Leo",
    "Mina", "Noah", "Ola", "Pia", "Quin", "Rosa", "Sami", "Tara", "Umar", "Vera", "Wim", "Yara",
    "Zoe",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """What the demo needs to act as these people."""

    class_id: str
    teacher_token: str
    classmate_tokens: tuple[str, ...]
    teacher_id: str
    student_id: str


async def make_school(session: AsyncSession, class_name: str, now: datetime) -> DemoSchool:
    """Store the class and its people, and sign them in."""
    class_ = Class(id=new_id(), name=class_name, join_code=JOIN_CODE, created_at=now)
    session.add(class_)
    teacher = _person(TEACHER, SchoolRole.TEACHER, now)
    student = _person(STUDENT, SchoolRole.STUDENT, now)
    classmates = [_person(name, SchoolRole.STUDENT, now, simulated=True) for name in CLASSMATES]
    people = [teacher, student, *classmates]
    session.add_all(people)
    await session.flush()
    session.add_all(_membership(class_, person, now) for person in people)
    return DemoSchool(
        class_id=class_.id,
        teacher_token=await start_session(session, teacher.id, now, LIFETIME),
        classmate_tokens=tuple(
            [await start_session(session, person.id, now, LIFETIME) for person in classmates]
        ),
        teacher_id=teacher.id,
        student_id=student.id,
    )


async def sign_in_link(session: AsyncSession, person_id: str, next_path: str, now: datetime) -> str:
    """Return the path of a one-time link that signs the person in and leads to `next_path`."""
    return await make_link(session, LinkPurpose.SIGN_IN, person_id, next_path, now, LIFETIME)


def _person(name: str, role: SchoolRole, now: datetime, *, simulated: bool = False) -> Person:
    return Person(id=new_id(), name=name, role=role, is_simulated=simulated, created_at=now)


def _membership(class_: Class, person: Person, now: datetime) -> Membership:
    role = ClassRole.TEACHER if person.role is SchoolRole.TEACHER else ClassRole.STUDENT
    return Membership(class_id=class_.id, person_id=person.id, role=role, created_at=now)
