"""SQL for persons and memberships that other features need too."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.errors import Forbidden, NotFound
from stream.people.rights import Action, may
from stream.tables import Agent, Class, ClassRole, Membership, Person


async def role_in_class(
    session: AsyncSession, caller: Person | Agent | None, class_id: str
) -> ClassRole | None:
    """Return what the caller is to the class; None for strangers and devices."""
    if not isinstance(caller, Person):
        return None
    membership = await session.get(Membership, (class_id, caller.id))
    return membership.role if membership else None


async def require(
    session: AsyncSession, caller: Person | Agent | None, action: Action, class_id: str
) -> ClassRole | None:
    """Return the caller's role when the action is allowed.

    Raises NotFound when the caller may not even know the class, Forbidden when they may.
    """
    role = await role_in_class(session, caller, class_id)
    if may(caller, role, action, class_id):
        return role
    if may(caller, role, Action.SEE, class_id) or may(caller, role, Action.ADD, class_id):
        raise Forbidden("Only a teacher of this class can do that.")
    raise NotFound


async def class_ids_of(session: AsyncSession, person_id: str) -> list[str]:
    """Return the ids of the classes the person belongs to."""
    rows = await session.scalars(
        select(Membership.class_id).where(Membership.person_id == person_id)
    )
    return list(rows)


async def count_classes(session: AsyncSession) -> int:
    """Return how many classes the school has."""
    return await session.scalar(select(func.count()).select_from(Class)) or 0
