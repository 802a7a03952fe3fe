"""`flipcast transcode`: the library without a server."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from transcode.errors import TranscodeError
from transcode.media import Source, TrackRole
from transcode.package import INDEX_NAME, Package, Progress, make_package


def transcode_command(
    source: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="The recording: WebM, MP4, MOV, MKV, MPEG-TS…"
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder to make; it must not exist or be empty.")],
    presenter: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A recording of the camera, shown small in a corner."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of words.")
    ] = False,
) -> None:
    """Make an HLS package that plays on poor links; OUT/index.m3u8 is what a player opens.

    Exit code: 0 made, 1 the recording could not be used or made, 2 wrong usage.
    """
    sources = [Source(source)]
    if presenter is not None:
        sources.append(Source(presenter, TrackRole.PRESENTER))
    try:
        package = asyncio.run(_make(sources, out, show_bar=sys.stderr.isatty() and not as_json))
    except FileExistsError as error:
        raise typer.BadParameter(f"{error}", param_hint="--out") from None
    except (TranscodeError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("Stopped; the folder holds an unfinished package.", err=True)
        raise typer.Exit(1) from None
    typer.echo(_as_json(package, out) if as_json else _in_words(package, out))


def main() -> None:
    """Run the command alone: `python -m transcode`."""
    typer.run(transcode_command)


async def _make(sources: list[Source], out: Path, *, show_bar: bool) -> Package:
    if not show_bar:
        return await make_package(sources, out)
    with Bar(
        TextColumn("Encoding"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bar:
        return await make_package(sources, out, on_progress=_bar_updater(bar))


def _bar_updater(bar: Bar) -> Callable[[Progress], None]:
    task = bar.add_task("encoding", total=1.0)

    def update(progress: Progress) -> None:
        bar.update(task, completed=progress.fraction)

    return update


def _as_json(package: Package, out: Path) -> str:
    facts = asdict(package) | {"index": str(out / INDEX_NAME)}
    return msgspec.json.encode(facts).decode()


def _in_words(package: Package, out: Path) -> str:
    lines = [f"{out / INDEX_NAME}: {package.duration_s:.1f} s in {package.wall_s:.1f} s"]
    for rung in package.renditions:
        size = f"{rung.width_px}x{rung.height_px}"
        lines.append(
            f"  {rung.name:7} {size:>9} {rung.frame_rate:4.1f} fps"
            f" {rung.average_bps / 1000:6.0f} kbit/s"
        )
    if package.audio is not None:
        lines.append(f"  sound {package.audio.average_bps / 1000:28.0f} kbit/s")
    return "\n".join(lines)
