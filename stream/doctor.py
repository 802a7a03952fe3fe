"""`flipcast doctor`: what works on this machine, what does not, and what to do about it."""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from stream.settings import BadSettings, Settings, load_settings
from transcode.doctor import Finding, State, examine

MARKS = {State.OK: "ok    ", State.LESS: "less  ", State.BROKEN: "BROKEN"}


def doctor_command(
    config: Annotated[
        Path | None,
        typer.Option("--config", help="flipcast.toml; FLIPCAST_* variables win over it."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per finding.")
    ] = False,
) -> None:
    """Look at everything that recording and encoding depend on, and say how it stands.

    Exit code: 0 lectures can be made here, 1 they cannot, 2 wrong settings.
    """
    try:
        settings = load_settings(os.environ, config)
    except BadSettings as error:
        typer.echo(f"flipcast: {error}", err=True)
        raise typer.Exit(2) from None
    findings = [*data_findings(settings), *asyncio.run(examine())]
    for finding in findings:
        typer.echo(as_line(finding, as_json))
    if not as_json:
        typer.echo(verdict(findings))
    if any(finding.state is State.BROKEN for finding in findings):
        raise typer.Exit(1)


def data_findings(settings: Settings) -> list[Finding]:
    """Whether the data folder takes files, and how much room there is. Tries a file."""
    folder = nearest_folder(settings.data)
    shown = settings.data.resolve()
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"flipcast")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        sentence = f"Nothing can be written to the data folder {shown}: {error.strerror}."
        return [Finding("data", State.BROKEN, sentence)]
    written = Finding("data", State.OK, f"The data folder {shown} can be written.")
    return [written, room_finding(shutil.disk_usage(folder).free, settings.free_space_bytes)]


def room_finding(free_bytes: int, kept_free_bytes: int) -> Finding:
    """How the free space on the disk stands to what is kept free."""
    free = f"{free_bytes / 1e9:.1f} GB are free on its disk"
    if free_bytes < kept_free_bytes:
        kept = f"uploads leave {kept_free_bytes / 1e9:.1f} GB free"
        return Finding("disk", State.BROKEN, f"{free}, and {kept}: no recording is taken.")
    return Finding("disk", State.OK, f"{free}.")


def nearest_folder(path: Path) -> Path:
    """The folder itself, or the one in which it would be made."""
    path = path.resolve()
    return next((folder for folder in (path, *path.parents) if folder.is_dir()), Path("/"))


def as_line(finding: Finding, as_json: bool) -> str:
    """A finding as a line for people, or for programs."""
    if as_json:
        return msgspec.json.encode(finding).decode()
    return f"{MARKS[finding.state]}  {finding.sentence}"


def verdict(findings: list[Finding]) -> str:
    """The last line."""
    broken = sum(finding.state is State.BROKEN for finding in findings)
    if broken:
        return f"Lectures cannot be made here: {broken} of these must be put right first."
    return "Lectures can be made here."
