"""Pages: Jinja2 templates from `player/templates`, assets by the names Vite gave them."""

import json
from datetime import timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from stream.app_keys import TEMPLATES, caller_of
from stream.errors import FlipcastError
from stream.tables import Person


class AssetsMissing(FlipcastError):
    """The front end has not been built."""


def player_folder() -> Path:
    """The folder of the installed `player` package: templates and built assets."""
    return Path(str(files("player")))


def make_templates() -> Environment:
    """Return the template environment: everything is escaped, undefined names are errors."""
    environment = Environment(
        loader=FileSystemLoader(player_folder() / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clock"] = format_clock
    environment.globals["asset"] = asset_url
    environment.globals["asset_styles"] = asset_styles
    return environment


def format_clock(seconds: float | timedelta) -> str:
    """Return `m:ss` or `h:mm:ss`."""
    total = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    minutes, rest = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@cache
def _manifest() -> dict[str, Any]:
    path = player_folder() / "dist" / ".vite" / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise AssetsMissing("The front end is not built: run `make front`.") from error
    return manifest


def asset_url(entry: str) -> str:
    """Return the URL of a built entry, named by its source: `watch/main.ts`."""
    return f"/assets/{_manifest()[entry]['file']}"


def asset_styles(entry: str) -> list[str]:
    """Return the URLs of the style sheets an entry brings with it."""
    return [f"/assets/{name}" for name in _manifest()[entry].get("css", [])]


def page(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """Render a template as a page; `me` is the signed-in person or None."""
    caller = caller_of(request)
    me = caller if isinstance(caller, Person) else None
    text = request.app[TEMPLATES].get_template(template).render(me=me, **values)
    response = web.Response(text=text, content_type="text/html", status=status)
    if me is not None:  # on a shared computer, "back" after signing out must not show it again
        response.headers["Cache-Control"] = "no-store"
    return response
