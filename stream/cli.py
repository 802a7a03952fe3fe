"""The command `flipcast`. Exit codes: 0 done, 1 it failed, 2 it was called wrongly."""

import asyncio
import logging
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from stream.check_hls import check_hls_command
from stream.demo.run import DemoOptions, run_demo
from stream.doctor import doctor_command
from stream.errors import FlipcastError
from stream.people_commands import person_app
from stream.serve import serve_until_stopped
from stream.settings import BadSettings, Settings, load_settings
from transcode.cli import transcode_command

app = typer.Typer(
    name="flipcast",
    help="Record, stream and learn from a school's lectures.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("transcode")(transcode_command)
app.command("check-hls")(check_hls_command)
app.command("doctor")(doctor_command)
app.add_typer(person_app, name="person")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="flipcast.toml; FLIPCAST_* variables win over it.")
]


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Run the server, with its own worker. The first start prints a one-time set-up link."""
    _log_to_stderr()
    _run(serve_until_stopped(_settings(config)))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the browser when it is ready.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the links as JSON.")] = False,
) -> None:
    """Show Flipcast with throwaway data: a class, a lecture, and students who have watched it."""
    _run(run_demo(DemoOptions(port=port, open_browser=browser, as_json=as_json)))


def main() -> None:
    """Run the command line."""
    app()


def _settings(config: Path | None) -> Settings:
    try:
        return load_settings(os.environ, config)
    except BadSettings as error:
        _fail(str(error), 2)


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except (BadSettings, FlipcastError) as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"flipcast: {message}", err=True)
    raise typer.Exit(code)


def _log_to_stderr() -> None:
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
