"""Settings: `FLIPCAST_*` environment variables over `flipcast.toml`, checked before the start.

Each field's metadata is its documentation; `README.md` holds the same table, and a test compares.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "FLIPCAST_"
# Read by other rooms of the house (the encoder's locator, the classroom agent), not by the server.
ELSEWHERE = {"FLIPCAST_FFMPEG", "FLIPCAST_AGENT_TOKEN"}


class BadSettings(Exception):
    """A setting is unknown or has a wrong value; the message is the one line the operator sees."""


def _setting(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set; names are `FLIPCAST_` plus the upper-case field name."""

    data: Path = _setting(Path("data"), "folder that holds database, recordings and lectures")
    database_url: str = _setting("", "SQLAlchemy URL; empty: SQLite in the data folder")
    media_url: str = _setting("", "where finished lectures are kept; empty: a folder in data")
    public_url: str = _setting("", "address people type, `https://…`; empty: the listen address")
    listen: str = _setting("127.0.0.1:8080", "address and port to listen on")
    max_upload_bytes: int = _setting(16 * 2**30, "largest single track that may be uploaded")
    class_quota_bytes: int = _setting(500 * 2**30, "recordings and lectures one class may hold")
    free_space_bytes: int = _setting(2 * 2**30, "disk space that uploads leave free")
    upload_expiry_h: int = _setting(
        72, "hours after which an unfinished, untouched upload is removed"
    )
    av1: str = _setting(
        "auto", "smaller AV1 set beside H.264: `auto` (if the machine is fast), `on` or `off`"
    )
    session_days: int = _setting(30, "days a sign-in lasts without being used")

    def __post_init__(self) -> None:
        host, colon, port = self.listen.rpartition(":")
        if not (colon and host and port.isdecimal() and int(port) < 65536):
            raise BadSettings(f"listen must be ADDRESS:PORT, not {self.listen!r}")
        for name in ("max_upload_bytes", "class_quota_bytes", "upload_expiry_h", "session_days"):
            if getattr(self, name) <= 0:
                raise BadSettings(f"{name} must be more than 0")
        if self.free_space_bytes < 0:
            raise BadSettings("free_space_bytes must not be negative")
        if self.av1 not in ("auto", "on", "off"):
            raise BadSettings(f"av1 must be auto, on or off, not {self.av1!r}")
        if self.public_url and not self.public_url.startswith(("https://", "http://")):
            raise BadSettings(f"public_url must start with https://, not {self.public_url!r}")
        if self.media_url:
            raise BadSettings("media_url: object storage is not supported yet; leave it empty")

    @property
    def host(self) -> str:
        """The address to bind."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to bind; 0 lets the system choose."""
        return int(self.listen.rpartition(":")[2])

    @property
    def effective_database_url(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data.resolve() / 'flipcast.db'}"


def load_settings(environment: Mapping[str, str], config: Path | None = None) -> Settings:
    """Return the settings from `config` (TOML) overlaid by `environment`. Raises BadSettings."""
    values = _read_config(config) if config else {}
    values |= _read_environment(environment)
    types = {item.name: item.type for item in fields(Settings)}
    return Settings(**{name: _convert(name, types[name], raw) for name, raw in values.items()})


def _read_config(config: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"cannot read {config}: {error}") from error
    known = {item.name for item in fields(Settings)}
    for name in values:
        if name not in known:
            raise BadSettings(f"unknown setting {name!r} in {config}")
    return values


def _read_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    known = {PREFIX + item.name.upper(): item.name for item in fields(Settings)}
    values: dict[str, Any] = {}
    for name, raw in environment.items():
        if not name.startswith(PREFIX) or name in ELSEWHERE:
            continue
        if name not in known:
            raise BadSettings(f"unknown setting {name} in the environment")
        values[known[name]] = raw
    return values


def _convert(name: str, kind: Any, raw: Any) -> Any:
    if kind is int:
        try:
            return int(raw) if not isinstance(raw, bool | float) else _refuse(name, raw)
        except ValueError:
            _refuse(name, raw)
    if not isinstance(raw, str):
        _refuse(name, raw)
    return Path(raw) if kind is Path else raw


def _refuse(name: str, raw: object) -> Any:
    raise BadSettings(f"{name} has a wrong value: {raw!r}")
