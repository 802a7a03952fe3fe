"""`flipcast check-hls`: does a package, in a folder or on a server, keep the rules of HLS?"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from aiohttp import ClientError, ClientSession, ClientTimeout, InvalidURL

from transcode.hls.check.checker import check_folder, check_package, check_presentation
from transcode.hls.check.presentation import Fetched, Presentation, reading
from transcode.hls.check.report import Report
from transcode.hls.check.report_text import as_json_lines, in_words
from transcode.tree import INDEX_NAME

FILE_TIMEOUT = ClientTimeout(total=60)
_OK = 200


class NothingThere(Exception):
    """There is no playlist where one was named. The message is a sentence."""


def check_hls_command(
    place: Annotated[
        str,
        typer.Argument(
            metavar="PATH_OR_URL",
            help="A package's folder, a playlist, or the http(s) address of one.",
        ),
    ],
    header: Annotated[
        list[str] | None,
        typer.Option(help="Sent with each request to that server, such as 'Cookie: name=value'."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each finding.")
    ] = False,
) -> None:
    """Check a package against Apple's HLS authoring rules and RFC 8216.

    Exit code: 0 no rule is broken, 1 some are, 2 there is nothing to check.
    """
    try:
        report = _check(place, _headers(header or []))
    except (NothingThere, OSError) as error:
        typer.echo(f"flipcast: {error}", err=True)
        raise typer.Exit(2) from None
    text = as_json_lines(report) if as_json else in_words(report)
    if text:
        typer.echo(text)
    raise typer.Exit(0 if report.is_clean else 1)


async def check_url(url: str, headers: Mapping[str, str] | None = None) -> Report:
    """Fetch the package whose playlist is at `url`, one file after the other, and check it.

    `headers` go to that server alone, never to another one that a playlist names. Raises
    NothingThere when the playlist itself cannot be had; what else is missing is a finding.
    """
    run = reading(url)
    uri = next(run)
    async with ClientSession(timeout=FILE_TIMEOUT) as session:
        while True:
            ours = headers if urlsplit(uri)[:2] == urlsplit(url)[:2] else None
            answer = await _fetch(session, uri, ours or {})
            if uri == url and answer.body is None:
                raise NothingThere(f"{url} answers with {answer.status or 'nothing'}.")
            try:
                uri = run.send(answer)
            except StopIteration as finished:
                presentation: Presentation = finished.value
                return check_presentation(presentation)


def _check(place: str, headers: Mapping[str, str]) -> Report:
    if place.startswith(("http://", "https://")):
        return asyncio.run(check_url(place, headers))
    path = Path(place)
    playlist = path / INDEX_NAME if path.is_dir() else path
    if not playlist.is_file():
        raise NothingThere(f"There is no playlist {playlist}.")
    return check_folder(path) if path.is_dir() else check_package(path.parent, path.name)


async def _fetch(session: ClientSession, uri: str, headers: Mapping[str, str]) -> Fetched:
    asked = {"Accept-Encoding": "gzip, deflate", **headers}  # as browsers do
    try:
        async with session.get(uri, headers=asked) as response:
            body = await response.read() if response.status == _OK else None
            return Fetched(
                body=body,
                status=response.status,
                content_type=response.headers.get("Content-Type", ""),
                content_encoding=response.headers.get("Content-Encoding", ""),
                was_redirected=bool(response.history),
            )
    except (ClientError, InvalidURL, TimeoutError):
        return Fetched(None, status=0)


def _headers(given: list[str]) -> dict[str, str]:
    pairs = [line.partition(":") for line in given]
    if any(not colon for _, colon, _ in pairs):
        raise typer.BadParameter("write it as 'Name: value'", param_hint="--header")
    return {name.strip(): value.strip() for name, _, value in pairs}
