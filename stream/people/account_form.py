"""The form that makes an account, wherever it stands: by invitation, at set-up, joining a class."""

from typing import Any

from aiohttp import web

from stream.errors import FlipcastError
from stream.people.form_page import form_page
from stream.people.signing_in import keeps_cookies

SHOWN_AGAIN_CHARS = 200


def account_form(
    request: web.Request,
    template: str,
    fields: dict[str, str] | None,
    error: FlipcastError | None,
    **values: Any,
) -> web.Response:
    """Render the page with what was typed before; never the password."""
    typed = fields or {}
    return form_page(
        request,
        template,
        error,
        name=typed.get("name", "")[:SHOWN_AGAIN_CHARS],
        login=typed.get("login", "")[:SHOWN_AGAIN_CHARS],
        keeps_cookies=keeps_cookies(request),
        **values,
    )
