"""SQL for classes and who is in them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.join_code import new_join_code
from stream.errors import BadRequest, Conflict, Forbidden, NotFound
from stream.ids import new_id
from stream.plain_text import one_line
from stream.tables import Class, ClassRole, Membership, Person, SchoolRole

MAX_NAME_CHARS = 100


def clean_name(name: str, what: str) -> str:
    """Return the name of a class or device as it is kept. Raises BadRequest; `what` is for it."""
    clean = one_line(name)
    if not 1 <= len(clean) <= MAX_NAME_CHARS:
        raise BadRequest(f"Give the {what} a name of at most {MAX_NAME_CHARS} characters.")
    return clean


async def make_class(session: AsyncSession, name: str, teacher_id: str, now: datetime) -> Class:
    """Store a class with its first teacher and a code to join it. Raises BadRequest."""
    class_ = Class(
        id=new_id(),
        name=clean_name(name, "class"),
        join_code=await _free_code(session),
        created_at=now,
    )
    session.add(class_)
    await session.flush()
    session.add(
        Membership(class_id=class_.id, person_id=teacher_id, role=ClassRole.TEACHER, created_at=now)
    )
    return class_


async def change_code(session: AsyncSession, class_id: str) -> None:
    """Give the class another code; the old one stops working."""
    class_ = await session.get_one(Class, class_id)
    class_.join_code = await _free_code(session)


async def class_with_code(session: AsyncSession, code: str) -> Class:
    """Return the class that is joined with `code`. Raises NotFound."""
    class_ = await session.scalar(select(Class).where(Class.join_code == code))
    if class_ is None:
        raise NotFound("No class has this code. Check it, or ask your teacher for the present one.")
    return class_


async def join_class(session: AsyncSession, class_id: str, person_id: str, now: datetime) -> None:
    """Make the person a student of the class; members stay what they are.

    Raises Conflict when the same person is joining in another request at this moment.
    """
    if await session.get(Membership, (class_id, person_id)) is None:
        session.add(
            Membership(
                class_id=class_id, person_id=person_id, role=ClassRole.STUDENT, created_at=now
            )
        )
        try:
            await session.flush()
        except IntegrityError as error:
            raise Conflict("You have just joined this class. Go to the front page.") from error


async def remove_member(
    session: AsyncSession, class_id: str, person_id: str, by_person_id: str
) -> None:
    """Take the person out of the class; from now on they may see nothing of it (H09).

    Raises Conflict for oneself (a class could be left without a teacher) and NotFound.
    """
    if person_id == by_person_id:
        raise Conflict("You cannot remove yourself. Another teacher of the class can.")
    if await session.get(Membership, (class_id, person_id)) is None:
        raise NotFound
    await session.execute(
        delete(Membership).where(Membership.class_id == class_id, Membership.person_id == person_id)
    )


async def classes_of(session: AsyncSession, person_id: str) -> Sequence[tuple[Class, ClassRole]]:
    """Return the person's classes with their role in each, by name."""
    rows = await session.execute(
        select(Class, Membership.role)
        .join(Membership, Membership.class_id == Class.id)
        .where(Membership.person_id == person_id, Class.archived_at.is_(None))
        .order_by(func.lower(Class.name), Class.id)
    )
    return [(class_, role) for class_, role in rows]


async def classes_taught_by(session: AsyncSession, person: Person) -> list[Class]:
    """Return the classes the person may add lectures to, by name; a teacher may have none yet.

    Raises Forbidden for students, who are told why they have none.
    """
    classes = await classes_of(session, person.id)
    taught = [class_ for class_, role in classes if role is ClassRole.TEACHER]
    if not taught and person.role is SchoolRole.STUDENT:
        raise Forbidden("Only teachers add lectures.")
    return taught


async def members_of(session: AsyncSession, class_id: str) -> Sequence[tuple[Person, ClassRole]]:
    """Return who is in the class: teachers first, each by name."""
    rows = await session.execute(
        select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.class_id == class_id)
        .order_by(Membership.role.desc(), func.lower(Person.name), Person.id)
    )
    return [(person, role) for person, role in rows]


async def _free_code(session: AsyncSession) -> str:
    while True:
        code = new_join_code()
        if await session.scalar(select(Class.id).where(Class.join_code == code)) is None:
            return code
