"""Signing a person in and out over HTTP: the password check and the cookie."""

import logging
from datetime import timedelta

from aiohttp import web

from stream.app_keys import DATABASE, SETTINGS, public_base
from stream.clock import utc_now
from stream.errors import NotSignedIn
from stream.people.accounts import login_key, person_with_login
from stream.people.parts import GUESSING, PASSWORDS, address_of
from stream.people.sessions import COOKIE, end_session, start_session
from stream.tables import Person

logger = logging.getLogger(__name__)

WRONG = "The login name and the password do not fit together."


async def check_password(request: web.Request, login: str, password: str) -> Person:
    """Return the person whose login and password these are.

    Raises NotSignedIn, with one text and after one hash whatever was wrong (A02); TooMany when
    tries come too fast; BadRequest for a password longer than any.
    """
    app, key, address = request.app, login_key(login)[:200], address_of(request)
    app[GUESSING].try_password(key, address)
    async with app[DATABASE].read() as session:
        person = await person_with_login(session, key)
    fits = await app[PASSWORDS].matches(person.password_hash if person else None, password)
    if person is None or not fits or person.disabled_at is not None:
        raise NotSignedIn(WRONG)
    app[GUESSING].password_was_right(key, address)
    return person


async def sign_in(request: web.Request, response: web.Response, person_id: str) -> web.Response:
    """Start a sign-in, always with a new token (A04), and put its cookie on the response."""
    lifetime = timedelta(days=request.app[SETTINGS].session_days)
    async with request.app[DATABASE].write() as session:
        if old := request.cookies.get(COOKIE):
            await end_session(session, old)
        token = await start_session(session, person_id, utc_now(), lifetime)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    response.headers["Cache-Control"] = "no-store"
    logger.info("signed in person=%s", person_id)
    return response


async def sign_out(request: web.Request, response: web.Response) -> web.Response:
    """End the caller's sign-in, if any, and take the cookie back."""
    if token := request.cookies.get(COOKIE):
        async with request.app[DATABASE].write() as session:
            await end_session(session, token)
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def keeps_cookies(request: web.Request) -> bool:
    """Tell whether a browser would keep our cookie: only over HTTPS or on this very machine (A17).

    Elsewhere a page says so instead of asking for a password that would travel in the clear.
    """
    base = public_base(request)
    return base.startswith("https://") or request.url.host in ("127.0.0.1", "localhost", "::1")
