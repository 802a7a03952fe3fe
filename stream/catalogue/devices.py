"""SQL for classroom devices: each may add lectures to one class, by a token shown once (A12)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.classes import clean_name
from stream.errors import NotFound
from stream.ids import new_id
from stream.people.tokens import hash_token, new_token
from stream.tables import Agent


async def add_device(session: AsyncSession, class_id: str, name: str, now: datetime) -> str:
    """Store a device of the class; returns its token, kept nowhere. Raises BadRequest."""
    token = new_token()
    session.add(
        Agent(
            id=new_id(),
            name=clean_name(name, "device"),
            class_id=class_id,
            token_hash=hash_token(token),
            created_at=now,
        )
    )
    return token


async def revoke_device(
    session: AsyncSession, class_id: str, device_id: str, now: datetime
) -> None:
    """Refuse the device's token from now on. Raises NotFound, also for another class's device."""
    agent = await session.get(Agent, device_id)
    if agent is None or agent.class_id != class_id:
        raise NotFound
    agent.revoked_at = agent.revoked_at or now


async def devices_of(session: AsyncSession, class_id: str) -> Sequence[Agent]:
    """Return the class's devices whose tokens work, oldest first."""
    rows = await session.scalars(
        select(Agent)
        .where(Agent.class_id == class_id, Agent.revoked_at.is_(None))
        .order_by(Agent.created_at)
    )
    return rows.all()
