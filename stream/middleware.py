"""What every request passes: security headers, errors to HTTP, same-origin check, who is calling.

The only place where an error becomes a status (`STATUS`).
"""

import logging
from datetime import timedelta
from urllib.parse import quote

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import SQLAlchemyError

from stream import errors
from stream.app_keys import CALLER, DATABASE, SETTINGS, TOKEN_SENDER
from stream.catalogue.upload_tokens import sender_of_token
from stream.clock import utc_now
from stream.own_site import is_from_own_page
from stream.pages import page
from stream.people.sessions import (
    COOKIE,
    agent_of_token,
    needs_touch,
    person_of_token,
    touch,
)
from stream.people.tokens import hash_token

logger = logging.getLogger(__name__)

STATUS: dict[type[errors.FlipcastError], int] = {
    errors.BadRequest: 400,
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.TooSlow: 408,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.WrongVersion: 412,
    errors.TooLarge: 413,
    errors.WrongContentType: 415,
    errors.Locked: 423,
    errors.TooMany: 429,
    errors.BadChecksum: 460,  # tus 1.0.0, checksum extension
    errors.Busy: 503,
    errors.NoSpace: 507,
}

TITLES = {
    401: "Please sign in",
    403: "Not for you",
    404: "Nothing here",
    503: "One moment",
    507: "The server is full",
}

SAFE_METHODS = {hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS}

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "style-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers every response carries; a signal, so that errors and files have them too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "flipcast"  # aiohttp has put its version there (H22)


def status_of(error: errors.FlipcastError) -> int:
    """Return the HTTP status of an error, by its nearest class in STATUS; 500 for others."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def wants_json(request: web.Request) -> bool:
    """Tell whether the answer is for a program: API, uploads and media; pages are for people."""
    return request.path.startswith(("/api/", "/uploads", "/media/"))


def error_response(
    request: web.Request, status: int, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    """Return an error as JSON for programs and as a page for people."""
    if wants_json(request):
        return web.json_response({"error": message}, status=status, headers=headers)
    title = TITLES.get(status, "That did not work")
    response = page(request, "error.html", status=status, title=title, message=message)
    response.headers.update(headers or {})
    return response


@web.middleware
async def errors_to_http(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn our errors, and what aiohttp raises by itself, into answers."""
    try:
        return await handler(request)
    except errors.NotSignedIn as error:
        if wants_json(request) or request.method not in SAFE_METHODS:
            return error_response(request, 401, str(error))
        wanted = quote(str(request.rel_url), safe="/")
        raise web.HTTPSeeOther(f"/login?next={wanted}") from error
    except errors.FlipcastError as error:
        retry = getattr(error, "retry_after_s", None)
        headers = {"Retry-After": str(retry)} if retry else None
        return error_response(request, status_of(error), str(error), headers)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        message = "There is nothing here for you." if error.status == 404 else error.reason
        return error_response(request, error.status, message, headers)
    except SQLAlchemyError:
        logger.exception("database failed path=%s", request.path)
        return error_response(request, 503, "The server's database does not answer right now.")


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse unsafe requests that another site's page makes with our cookie (H17)."""
    is_unsafe = request.method not in SAFE_METHODS and COOKIE in request.cookies
    if is_unsafe and not is_from_own_page(request):
        raise errors.Forbidden("This request came from another site, so it was not done.")
    return await handler(request)


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who is calling: a bearer token (devices, recorders) or the cookie (persons)."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() == "bearer":
        await _identify_bearer(request, token.strip())
    elif cookie := request.cookies.get(COOKIE):
        await _identify_person(request, cookie)
    return await handler(request)


async def _identify_bearer(request: web.Request, token: str) -> None:
    expiry = timedelta(hours=request.app[SETTINGS].upload_expiry_h)
    async with request.app[DATABASE].read() as session:
        agent = await agent_of_token(session, token)
        sender = await sender_of_token(session, token, utc_now(), expiry) if not agent else None
    if agent is not None:
        request[CALLER] = agent
    elif sender is not None:
        request[TOKEN_SENDER] = sender
    else:
        raise errors.NotSignedIn("This token is not known, has ended or has been revoked.")


async def _identify_person(request: web.Request, token: str) -> None:
    database, now = request.app[DATABASE], utc_now()
    async with database.read() as session:
        found = await person_of_token(session, token, now)
    if found is None:
        return
    request[CALLER], row = found
    if needs_touch(row, now):
        lifetime = timedelta(days=request.app[SETTINGS].session_days)
        async with database.write() as session:
            await touch(session, hash_token(token), now, lifetime)
