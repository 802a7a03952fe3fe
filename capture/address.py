"""Where a take is sent and with which token: read from what the person gave. Pure but for files.

The token goes to one origin, the one the person wrote, and never in plain text over a network
unless they said so.
"""

import os
import re
import stat
from collections.abc import MutableMapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from yarl import URL

from capture.errors import SettingRefused

TOKEN_VARIABLE = "FLIPCAST_AGENT_TOKEN"  # noqa: S105 - the name of a variable
MAX_TOKEN_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ClassPage:
    """The class that a lecture is recorded for."""

    origin: str  # `https://school.example`, no slash at the end
    class_id: str


def parse_class_page(text: str, *, allow_plain_http: bool) -> ClassPage:
    """The class page at `text`, e.g. `https://school.example/classes/ID`. Raises SettingRefused."""
    url = parse_server(text, allow_plain_http=allow_plain_http)
    match = re.fullmatch(r"/classes/([A-Za-z0-9_-]{1,128})/?", url.path)
    if not match:
        raise SettingRefused(
            f"{text!r} is not the page of a class; open the class in a browser and copy its "
            "address, such as https://school.example/classes/ID."
        )
    return ClassPage(str(url.origin()), match[1])


def parse_server(text: str, *, allow_plain_http: bool) -> URL:
    """The address of a server that a token may be sent to. Raises SettingRefused."""
    try:
        url = URL(text)
    except ValueError as error:
        raise SettingRefused(f"{text!r} is not a web address.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingRefused(f"{text!r} is not a web address that begins with https://.")
    if url.user or url.password:
        raise SettingRefused("A web address with a password in it is not used; leave it out.")
    if url.scheme == "http" and not (allow_plain_http or is_loopback(url.host)):
        raise SettingRefused(
            "Over http:// anybody on the network could read the token; use https://, or add "
            "--plain-http if this network is yours alone."
        )
    return url


def is_loopback(host: str) -> bool:
    """Whether `host` is this very computer."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read_token(file: Path | None, environment: MutableMapping[str, str] = os.environ) -> str:
    """The agent's token, from `file` or else from FLIPCAST_AGENT_TOKEN. Raises SettingRefused.

    It is taken out of `environment`, so that no ffmpeg inherits it.
    """
    from_environment = environment.pop(TOKEN_VARIABLE, "")
    token = (_read_private(file) if file else from_environment).strip()
    if not token:
        raise SettingRefused(
            f"There is no token: set {TOKEN_VARIABLE}, or name a file with --token-file."
        )
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise SettingRefused("The token holds a space or another character that no token has.")
    return token


def _read_private(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(MAX_TOKEN_BYTES)
    except OSError as error:
        raise SettingRefused(f"The token file {file} cannot be read: {error.strerror}.") from error
    if stat.S_IMODE(mode) & 0o077:
        raise SettingRefused(
            f"Others on this computer can read the token file {file}; run chmod 600 {file} first."
        )
    return content.decode("ascii", errors="replace")
