"""`flipcast person`: what IT does at the terminal when nobody can sign in."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy import select

from stream.clock import utc_now
from stream.database import Database, open_database
from stream.errors import FlipcastError, NotFound
from stream.people.links import make_link
from stream.settings import BadSettings, Settings, load_settings
from stream.tables import LinkPurpose, Person

person_app = typer.Typer(help="Accounts, from the terminal.", no_args_is_help=True)

Answer = TypeVar("Answer")

LINK_LIFETIME = timedelta(hours=24)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="flipcast.toml; FLIPCAST_* variables win over it.")
]


@person_app.command("list")
def list_people(config: ConfigOption = None) -> None:
    """List everybody: role, login name, name."""
    for person in _with_settings(config, _everybody):
        state = "disabled" if person.disabled_at else ""
        typer.echo(f"{person.role.value:8} {person.login or '-':24} {person.name} {state}".rstrip())


@person_app.command("link")
def link(
    login: Annotated[str, typer.Argument(help="Whose link: the login name.")],
    config: ConfigOption = None,
) -> None:
    """Print a link that signs the person in once, within 24 hours: for a forgotten password."""
    typer.echo(_with_settings(config, _sign_in_link, login))


@person_app.command("invite")
def invite(config: ConfigOption = None) -> None:
    """Print a link with which one teacher makes their account, within 24 hours."""
    typer.echo(_with_settings(config, _invitation))


def _with_settings(
    config: Path | None, work: Callable[..., Coroutine[Any, Any, Answer]], *arguments: str
) -> Answer:
    try:
        settings = load_settings(os.environ, config)
        return asyncio.run(work(settings, *arguments))
    except (BadSettings, FlipcastError) as error:
        typer.echo(f"flipcast: {error}", err=True)
        raise typer.Exit(1) from None


async def _everybody(settings: Settings) -> list[Person]:
    async with _database(settings) as database, database.read() as session:
        order = (Person.role, Person.name)
        return list(await session.scalars(select(Person).order_by(*order)))


async def _sign_in_link(settings: Settings, login: str) -> str:
    async with _database(settings) as database, database.write() as session:
        found = await session.scalar(select(Person).where(Person.login == login.casefold()))
        if found is None:
            raise NotFound(f"Nobody has the login name {login!r}.")
        path = await make_link(
            session, LinkPurpose.SIGN_IN, found.id, "/", utc_now(), LINK_LIFETIME
        )
    return _address(settings) + path


async def _invitation(settings: Settings) -> str:
    async with _database(settings) as database, database.write() as session:
        path = await make_link(
            session, LinkPurpose.INVITE_TEACHER, None, "/", utc_now(), LINK_LIFETIME
        )
    return _address(settings) + path


def _address(settings: Settings) -> str:
    return settings.public_url.rstrip("/") or f"http://{settings.listen}"


def _database(settings: Settings) -> AbstractAsyncContextManager[Database]:
    return open_database(settings.effective_database_url)
