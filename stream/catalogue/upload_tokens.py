"""SQL for upload tokens: each sends one lecture's recording, whoever is signed in meanwhile.

A take may last longer than a sign-in. The token opens nothing but this lecture's uploads and the
end of its recording, and only as long as its person may add to the class.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from stream.catalogue.sender import Sender
from stream.people.tokens import hash_token, new_token
from stream.tables import Person, Recording, Track, Upload, UploadState, UploadToken

# Asking again leaves earlier tokens alone: a request that was late would otherwise end the token
# which the recorder is sending with, when nobody may be signed in any more to ask for another.
KEPT = 5
# A sender that lost the last answer must still be told that all has arrived.
TOLD_FOR = timedelta(hours=1)


async def add_upload_token(
    session: AsyncSession, lecture_id: str, person_id: str, now: datetime
) -> str:
    """Store a token for the lecture; returns it, it is kept nowhere. Of many the newest stay."""
    token = new_token()
    newest = (
        select(UploadToken.token_hash)
        .where(UploadToken.lecture_id == lecture_id)
        .order_by(UploadToken.created_at.desc())
        .limit(KEPT - 1)
    )
    await session.execute(
        delete(UploadToken)
        .where(UploadToken.lecture_id == lecture_id)
        .where(UploadToken.token_hash.not_in(list(await session.scalars(newest))))
    )
    session.add(
        UploadToken(
            token_hash=hash_token(token), lecture_id=lecture_id, person_id=person_id, created_at=now
        )
    )
    return token


async def sender_of_token(
    session: AsyncSession, token: str, now: datetime, expiry: timedelta
) -> Sender | None:
    """Return who sends with `token`; None when it is unknown or has ended, or the person is closed.

    `expiry` is how long an upload that nobody goes on with is kept.
    """
    row = await session.get(UploadToken, hash_token(token))
    if row is None:
        return None
    person = await session.get_one(Person, row.person_id)
    of_lecture = Recording.lecture_id == row.lecture_id
    uploads = await session.scalars(
        select(Upload).join(Track, Track.id == Upload.track_id).join(Recording).where(of_lecture)
    )
    tracks = await session.scalar(select(func.count(Track.id)).join(Recording).where(of_lecture))
    ends_at = token_ends_at(row.created_at, uploads.all(), tracks or 0, expiry)
    if person.disabled_at is not None or ends_at <= now:
        return None
    return Sender(person, row.lecture_id)


def token_ends_at(
    made_at: datetime, uploads: Sequence[Upload], tracks: int, expiry: timedelta
) -> datetime:
    """Return when a token ends: soon after all has arrived, else `expiry` after the last byte."""
    arrived = [each.completed_at for each in uploads if each.state is UploadState.COMPLETE]
    if len(arrived) >= tracks:
        return max(made_at, *(at for at in arrived if at is not None)) + TOLD_FOR
    return max([made_at + expiry, *(each.expires_at for each in uploads)])


async def forget_ended_tokens(session: AsyncSession, now: datetime, expiry: timedelta) -> None:
    """Delete the tokens that have ended, or nearly all: the rest goes with the next sweep."""
    sending = (
        select(Recording.lecture_id)
        .join(Track, Track.recording_id == Recording.id)
        .join(Upload, Upload.track_id == Track.id)
        .where(Upload.expires_at > now)
    )
    await session.execute(
        delete(UploadToken)
        .where(UploadToken.created_at <= now - expiry, UploadToken.lecture_id.not_in(sending))
        .execution_options(synchronize_session=False)
    )
