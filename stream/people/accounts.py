"""Accounts: what a login name and a name may be, and the SQL that makes and changes persons."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, case, cast, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from stream.errors import BadRequest, Conflict, NotFound
from stream.ids import new_id
from stream.plain_text import one_line
from stream.tables import OneTimeLink, Person, SchoolRole, Session, UploadToken

MAX_NAME_CHARS = 100
MIN_LOGIN_CHARS, MAX_LOGIN_CHARS = 2, 100


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody typed to get an account, checked and cleaned; the password as typed."""

    name: str
    login: str
    password: str


def new_account(name: str, login: str, password: str) -> NewAccount:
    """Return the account asked for. Raises BadRequest with what to change."""
    clean_name = one_line(name)
    if not 1 <= len(clean_name) <= MAX_NAME_CHARS:
        raise BadRequest(f"Write your name, in at most {MAX_NAME_CHARS} characters.")
    clean_login = login_key(login)
    if not MIN_LOGIN_CHARS <= len(clean_login) <= MAX_LOGIN_CHARS or not _is_login(clean_login):
        raise BadRequest(
            "A login name has 2 to 100 letters, digits or . _ - @ and no spaces:"
            " maria.k or an e-mail address."
        )
    return NewAccount(clean_name, clean_login, password)


def login_key(login: str) -> str:
    """Return a login name as it is stored and looked up: without spaces around, lower case."""
    return one_line(login).casefold()


def _is_login(text: str) -> bool:
    return all(char.isalnum() or char in "._-@+" for char in text)


async def create_person(
    session: AsyncSession,
    role: SchoolRole,
    account: NewAccount,
    password_hash: str,
    now: datetime,
) -> Person:
    """Store a new person and return them. Raises Conflict when the login name is taken."""
    person = Person(
        id=new_id(),
        role=role,
        name=account.name,
        login=account.login,
        password_hash=password_hash,
        created_at=now,
    )
    session.add(person)
    try:
        await session.flush()
    except IntegrityError as error:
        raise Conflict("Somebody has this login name already. Choose another one.") from error
    return person


async def person_with_login(session: AsyncSession, login: str) -> Person | None:
    """Return who has the login name, disabled persons included; None when nobody has it."""
    found: Person | None = await session.scalar(
        select(Person).where(Person.login == login_key(login))
    )
    return found


async def anybody_exists(session: AsyncSession) -> bool:
    """Tell whether the server has any person yet."""
    return await session.scalar(select(Person.id).limit(1)) is not None


async def all_persons(session: AsyncSession) -> list[Person]:
    """Return everybody: admins, teachers, students, each by name."""
    place = {role.value: number for number, role in enumerate(SchoolRole)}
    rank = case(place, value=cast(Person.role, String))
    rows = await session.scalars(select(Person).order_by(rank, func.lower(Person.name), Person.id))
    return list(rows)


async def disable_person(session: AsyncSession, person_id: str, now: datetime) -> None:
    """Stop the person from signing in; ends their sign-ins, links and upload tokens now (A05).

    Raises NotFound.
    """
    person = await _person(session, person_id)
    person.disabled_at = person.disabled_at or now
    await session.execute(delete(Session).where(Session.person_id == person_id))
    await session.execute(delete(UploadToken).where(UploadToken.person_id == person_id))
    await session.execute(
        delete(OneTimeLink).where(OneTimeLink.person_id == person_id, OneTimeLink.used_at.is_(None))
    )


async def enable_person(session: AsyncSession, person_id: str) -> None:
    """Let the person sign in again. Raises NotFound."""
    (await _person(session, person_id)).disabled_at = None


async def _person(session: AsyncSession, person_id: str) -> Person:
    person = await session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person
