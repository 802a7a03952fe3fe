"""The command `flipcast-agent`: record, send, devices. Exit code 0, 1 (failed) or 2 (misused)."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from capture.address import ClassPage, parse_class_page, parse_server, read_token
from capture.devices import list_devices
from capture.errors import CaptureError, RecordingFailed, SettingRefused
from capture.record import Stop, Wish, record_take
from capture.report import JsonReport, LinesReport, Report
from capture.server import connected
from capture.sources import TrackSource, plan_tracks
from capture.take_up import Leftovers, send_interrupted
from capture.takes import waiting_takes
from transcode.errors import TranscodeError
from transcode.locator import locate_ffmpeg

app = typer.Typer(
    name="flipcast-agent",
    help="Record a classroom and send the lecture to a Flipcast server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Source = Annotated[
    str | None,
    typer.Option(metavar="SOURCE", help="e.g. x11::0.0, v4l2:/dev/video0, rtsp://camera/stream"),
]
Folder = Annotated[
    Path | None, typer.Option(help="Where takes are kept.", show_default="in the user's state")
]
TokenFile = Annotated[
    Path | None,
    typer.Option(help="A file only you can read; otherwise FLIPCAST_AGENT_TOKEN is used."),
]
PlainHttp = Annotated[
    bool, typer.Option("--plain-http", help="Allow http:// to a server on another computer.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")]


@app.command()
def record(
    to: Annotated[str, typer.Option(metavar="URL", help="The page of the class.")],
    presentation: Source = None,
    presenter: Source = None,
    audio: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="The microphone, e.g. pulse:default.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="The lecture's title.")] = None,
    folder: Folder = None,
    duration: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=1, help="Stop by itself.")
    ] = None,
    token_file: TokenFile = None,
    plain_http: PlainHttp = False,
    as_json: AsJson = False,
) -> None:
    """Record until Ctrl-C (or SIGTERM), sending meanwhile, then send the rest.

    A second Ctrl-C leaves the rest for next time. What earlier takes left behind is sent too.
    """
    page = parse_class_page(to, allow_plain_http=plain_http)
    sources = plan_tracks(presentation, presenter, audio)
    token = read_token(token_file)
    root = folder or default_folder()
    name = title or f"Recording of {datetime.now().astimezone():%Y-%m-%d %H:%M}"
    work = _record(page, sources, name, root, duration, token, _report(as_json))
    asyncio.run(work)


@app.command()
def send(
    to: Annotated[
        str | None, typer.Option(metavar="URL", help="The server; needed if takes name several.")
    ] = None,
    folder: Folder = None,
    token_file: TokenFile = None,
    plain_http: PlainHttp = False,
    as_json: AsJson = False,
) -> None:
    """Send what interrupted recordings left behind."""
    root = folder or default_folder()
    origin = _server_of(to, root, allow_plain_http=plain_http)
    report = _report(as_json)
    if origin is None:
        _say("Nothing waits to be sent.", as_json=as_json)
        return
    leftovers = asyncio.run(_send(origin, read_token(token_file), root, report))
    if leftovers is None:
        raise RecordingFailed("Stopped before everything was sent; the rest waits for next time.")
    if leftovers.refused:
        raise typer.Exit(1)


@app.command()
def devices(as_json: AsJson = False) -> None:
    """List what this computer can record from."""
    found = asyncio.run(_devices())
    for device in found:
        facts = {"source": device.source, "name": device.name}
        typer.echo(json.dumps(facts) if as_json else f"{device.source:<32} {device.name}")
    if not found:
        _say("No camera, display or microphone was found.", as_json=as_json)


def default_folder() -> Path:
    """Where takes are kept when nothing else is said: in the user's state folder."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "flipcast-agent" / "takes"


def main() -> None:
    """Run the command; errors are one sentence on stderr, never a traceback."""
    try:
        app()
    except SettingRefused as error:
        _fail(str(error), 2)
    except (CaptureError, TranscodeError) as error:
        _fail(str(error), 1)
    except OSError as error:  # the folder of takes: full, read-only, forbidden
        _fail(f"{error.filename or 'The disk'}: {error.strerror}.", 1)


async def _record(
    page: ClassPage,
    sources: dict[str, TrackSource],
    title: str,
    root: Path,
    duration_s: float | None,
    token: str,
    report: Report,
) -> None:
    ffmpeg = await locate_ffmpeg()
    wish = Wish(ffmpeg.path, sources, page, title, root, duration_s)
    stop = Stop()
    _on_signals(stop)
    async with connected(page.origin, token) as server:
        await record_take(wish, server, report, stop)


async def _send(origin: str, token: str, root: Path, report: Report) -> Leftovers | None:
    stop = Stop()
    _on_signals(stop)
    async with connected(origin, token) as server:
        return await _first(send_interrupted(root, server, report), stop.asked)


async def _first(work: Coroutine[Any, Any, Leftovers], stop: asyncio.Event) -> Leftovers | None:
    """What `work` returns, or None when `stop` came first."""
    sending = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([sending, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if sending.done():
        return sending.result()
    sending.cancel()
    await asyncio.wait([sending])
    return None


async def _devices() -> list[Any]:
    return list(await list_devices(await locate_ffmpeg()))


def _on_signals(stop: Stop) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.signal)


def _server_of(to: str | None, root: Path, *, allow_plain_http: bool) -> str | None:
    """The one server that waits for takes, or None where none waits. Raises SettingRefused."""
    waiting, _ = waiting_takes(root)
    if to is not None:
        return str(parse_server(to, allow_plain_http=allow_plain_http).origin())
    servers = {take.server for _, take in waiting}
    if len(servers) > 1:
        raise SettingRefused(
            f"Takes wait for several servers ({', '.join(sorted(servers))}); a token belongs to "
            "one: name it with --to."
        )
    for server in servers:
        parse_server(server, allow_plain_http=allow_plain_http)
    return next(iter(servers), None)


def _report(as_json: bool) -> Report:
    return JsonReport() if as_json else LinesReport()


def _say(sentence: str, *, as_json: bool) -> None:
    if not as_json:
        typer.echo(sentence)


def _fail(sentence: str, status: int) -> None:
    sys.stderr.write(f"flipcast-agent: {sentence}\n")
    raise SystemExit(status)
