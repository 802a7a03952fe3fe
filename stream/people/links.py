"""Links that work once: set up the server, invite a teacher, sign somebody in."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from stream.errors import Gone, NotFound
from stream.people.tokens import hash_token, new_token
from stream.tables import LinkPurpose, OneTimeLink

PAGES = {
    LinkPurpose.SETUP: "/setup/",
    LinkPurpose.INVITE_TEACHER: "/invite/",
    LinkPurpose.SIGN_IN: "/sign-in/",
}


async def make_link(
    session: AsyncSession,
    purpose: LinkPurpose,
    person_id: str | None,
    next_path: str,
    now: datetime,
    lifetime: timedelta,
) -> str:
    """Store a link and return its path, token included; the token is not kept anywhere.

    `person_id` is whom a SIGN_IN link signs in, `next_path` the page it leads to.
    """
    token = new_token()
    session.add(
        OneTimeLink(
            token_hash=hash_token(token),
            purpose=purpose,
            person_id=person_id,
            next_path=next_path,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return PAGES[purpose] + token


async def look_at_link(
    session: AsyncSession, purpose: LinkPurpose, token: str, now: datetime
) -> OneTimeLink:
    """Return a link that still works. Raises NotFound (unknown) and Gone (used or too old)."""
    link = await session.get(OneTimeLink, hash_token(token))
    if link is None or link.purpose is not purpose:
        raise NotFound("This link is not known. Was it copied to its end?")
    if link.used_at is not None:
        raise Gone("This link has been used already. It works once; ask for a new one.")
    if link.expires_at <= now:
        raise Gone("This link is too old to work. Ask for a new one.")
    return link


async def use_link(
    session: AsyncSession, purpose: LinkPurpose, token: str, now: datetime
) -> OneTimeLink:
    """Use the link up and return it; of several at once exactly one succeeds (R13).

    Raises NotFound and Gone.
    """
    link = await look_at_link(session, purpose, token, now)
    result = await session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.token_hash == link.token_hash, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
    )
    if cast("CursorResult[Any]", result).rowcount != 1:
        raise Gone("This link has just been used. It works once; ask for a new one.")
    return link


async def forget_links(session: AsyncSession, purpose: LinkPurpose) -> None:
    """Delete every unused link of a purpose."""
    await session.execute(
        delete(OneTimeLink).where(OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_(None))
    )
