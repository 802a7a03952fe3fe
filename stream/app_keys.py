"""The application's shared parts, by typed key, and the caller of a request.

`app.py` fills them; routes read them. Nothing here decides anything.
"""

from aiohttp import web
from jinja2 import Environment

from stream.catalogue.sender import Sender
from stream.database import Database
from stream.errors import NotSignedIn
from stream.folders import Folders
from stream.settings import Settings
from stream.tables import Agent, Person

SETTINGS = web.AppKey("settings", Settings)
DATABASE = web.AppKey("database", Database)
TEMPLATES = web.AppKey("templates", Environment)
PSEUDONYM_KEY = web.AppKey("pseudonym_key", bytes)
FOLDERS = web.AppKey("folders", Folders)

CALLER = web.RequestKey("caller", object)
# Who calls with an upload token: nobody, but for those who ask for a sender.
TOKEN_SENDER = web.RequestKey("token_sender", object)


def caller_of(request: web.Request) -> Person | Agent | None:
    """Return who is calling; None when nobody is signed in."""
    caller = request.get(CALLER)
    return caller if isinstance(caller, Person | Agent) else None


def person_of(request: web.Request) -> Person:
    """Return the signed-in person. Raises NotSignedIn (also for a device: it is not a person)."""
    caller = caller_of(request)
    if not isinstance(caller, Person):
        raise NotSignedIn
    return caller


def sender_of(request: web.Request) -> Sender:
    """Return who sends a recording. Raises NotSignedIn."""
    sender = request.get(TOKEN_SENDER)
    if isinstance(sender, Sender):
        return sender
    caller = caller_of(request)
    if caller is None:
        raise NotSignedIn
    return Sender(caller)


def public_base(request: web.Request) -> str:
    """Return the site's own address: the configured one; never what a client claims (H13).

    Without a configured address the server listens on loopback, where the Host header cannot
    be forged by another site; it is used only when it names loopback.
    """
    settings = request.app[SETTINGS]
    if settings.public_url:
        return settings.public_url.rstrip("/")
    name = request.url.host or ""
    host = request.host if name in ("127.0.0.1", "localhost", "::1") else settings.listen
    return f"{request.scheme}://{host}"
