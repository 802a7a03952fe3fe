"""Sign-ins: made, looked up, ended. The cookie holds a token, the table its hash."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.people.tokens import hash_token, new_token
from stream.tables import Agent, Person, Session

COOKIE = "__Host-flipcast"  # the prefix makes browsers insist on Secure, Path=/ and no Domain (A16)
SEEN_EVERY = timedelta(hours=1)  # a write per request would cost an fsync per request


async def start_session(
    session: AsyncSession, person_id: str, now: datetime, lifetime: timedelta
) -> str:
    """Store a new sign-in of the person and return its token; always a fresh one (A04)."""
    token = new_token()
    session.add(
        Session(
            token_hash=hash_token(token),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


async def person_of_token(
    session: AsyncSession, token: str, now: datetime
) -> tuple[Person, Session] | None:
    """Return who is signed in with `token`; None when it is unknown, expired or disabled."""
    row = await session.get(Session, hash_token(token))
    if row is None or row.expires_at <= now:
        return None
    person = await session.get(Person, row.person_id)
    if person is None or person.disabled_at is not None:
        return None
    return person, row


def needs_touch(row: Session, now: datetime) -> bool:
    """Tell whether the sign-in's last use should be written down again."""
    return now - row.last_seen_at >= SEEN_EVERY


async def touch(session: AsyncSession, token_hash: str, now: datetime, lifetime: timedelta) -> None:
    """Write down that the sign-in was used, and prolong it."""
    row = await session.get(Session, token_hash)
    if row is not None:
        row.last_seen_at = now
        row.expires_at = now + lifetime


async def end_session(session: AsyncSession, token: str) -> None:
    """End one sign-in; unknown tokens are ignored."""
    await session.execute(delete(Session).where(Session.token_hash == hash_token(token)))


async def agent_of_token(session: AsyncSession, token: str) -> Agent | None:
    """Return the device that holds `token`; None when unknown or revoked."""
    agent = await session.scalar(select(Agent).where(Agent.token_hash == hash_token(token)))
    return agent if agent is not None and agent.revoked_at is None else None
