"""Shows a form again with what was wrong with it."""

from typing import Any

from aiohttp import web

from stream.errors import FlipcastError
from stream.middleware import status_of
from stream.pages import page


def form_page(
    request: web.Request, template: str, error: FlipcastError | None = None, **values: Any
) -> web.Response:
    """Render a page whose form may have been refused; `error` is the sentence above the form.

    The status is the error's own, and so is the wait it asks for.
    """
    status = status_of(error) if error else 200
    shown = page(request, template, status=status, error=str(error) if error else None, **values)
    if (wait_s := getattr(error, "retry_after_s", None)) is not None:
        shown.headers["Retry-After"] = str(wait_s)
    shown.headers["Cache-Control"] = "no-store"
    return shown
