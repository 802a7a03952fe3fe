"""Reads request bodies: forms of our own pages, JSON of programs. What is wrong is one sentence."""

from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from stream.errors import BadRequest, Forbidden
from stream.own_site import is_from_a_browser, is_from_own_page

MAX_FIELDS = 50
# The second is what aiohttp calls a body without a type: a form without fields.
FORM_TYPES = ("application/x-www-form-urlencoded", "application/octet-stream")

T = TypeVar("T")


async def read_form(request: web.Request) -> dict[str, str]:
    """Return the fields of a form that one of our own pages sent; the last value of a name wins.

    Raises BadRequest, and Forbidden for another site's form: without a cookie it could not act
    for a person, but it could sign somebody in as somebody else.
    """
    if is_from_a_browser(request) and not is_from_own_page(request):
        raise Forbidden("This form came from another site, so nothing was done.")
    if request.content_type not in FORM_TYPES:
        raise BadRequest("This form was sent in a way the server does not read.")
    body = await _read(request)
    try:
        return dict(parse_qsl(body.decode(), True, errors="strict", max_num_fields=MAX_FIELDS))
    except ValueError as error:  # not UTF-8, or too many fields
        raise BadRequest("This form could not be read.") from error


async def read_json(request: web.Request, kind: type[T]) -> T:
    """Return the JSON body as `kind`; unknown fields are dropped. Raises BadRequest.

    The content type is required: a foreign page cannot send it without asking first (H17).
    """
    if request.content_type != "application/json":
        raise BadRequest("Send JSON, with the content type application/json.")
    body = await _read(request)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise BadRequest(f"The request does not fit: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest("The request is not JSON.") from error


async def _read(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:  # 400 by A08, whatever the limit is
        raise BadRequest("That is far more text than fits here.") from error
