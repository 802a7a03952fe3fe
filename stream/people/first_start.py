"""The first start: a server without anybody gets one link that makes its admin.

There is no shipped account and no default password (A06). Whoever can read the terminal or the
journal of the server's first start is the one who may set it up.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from stream.people.accounts import anybody_exists
from stream.people.links import forget_links, make_link
from stream.tables import LinkPurpose

SETUP_LIFETIME = timedelta(hours=24)


async def setup_link(session: AsyncSession, now: datetime) -> str | None:
    """Return the path of a fresh set-up link, or None when the server has people already.

    Links of earlier starts stop working: only the newest one printed is good.
    """
    if await anybody_exists(session):
        return None
    await forget_links(session, LinkPurpose.SETUP)
    return await make_link(session, LinkPurpose.SETUP, None, "/", now, SETUP_LIFETIME)
