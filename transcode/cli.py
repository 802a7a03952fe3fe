"""`flipcast transcode`: the library without a server."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from transcode.av1_join import add_av1_set
from transcode.av1_set import Av1Facts, require_av1
from transcode.errors import TranscodeError
from transcode.media import Source, TrackRole
from transcode.package import (
    FACTS_NAME,
    INDEX_NAME,
    Package,
    Progress,
    RenditionFacts,
    make_package,
)


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
    with_av1: Annotated[
        bool,
        typer.Option(
            "--av1",
            help="Add the rungs in AV1 to OUT/all-codecs.m3u8: fewer bytes, much more work.",
        ),
    ] = False,
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
        package, av1 = asyncio.run(_make(sources, out, with_av1, _bar(is_quiet=as_json)))
    except FileExistsError as error:
        raise typer.BadParameter(f"{error}", param_hint="--out") from None
    except (TranscodeError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("Stopped; the folder holds an unfinished package.", err=True)
        raise typer.Exit(1) from None
    typer.echo(_as_json(out) if as_json else _in_words(package, av1, out))


def main() -> None:
    """Run the command alone: `python -m transcode`."""
    typer.run(transcode_command)


async def _make(
    sources: list[Source], out: Path, with_av1: bool, bar: Bar
) -> tuple[Package, Av1Facts | None]:
    if with_av1:
        await require_av1()  # before an hour's work
    with bar:
        package = await make_package(sources, out, on_progress=_task(bar, "Encoding"))
        if not with_av1 or not package.renditions:
            return package, None
        return package, await add_av1_set(sources, out, on_progress=_task(bar, "AV1"))


def _bar(*, is_quiet: bool) -> Bar:
    """A progress bar on a terminal; elsewhere, and for JSON, one that shows nothing."""
    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=is_quiet or not sys.stderr.isatty(),
    )


def _task(bar: Bar, name: str) -> Callable[[Progress], None]:
    task = bar.add_task(name, total=1.0)

    def update(progress: Progress) -> None:
        bar.update(task, completed=progress.fraction)

    return update


def _as_json(out: Path) -> str:
    facts = msgspec.json.decode((out / FACTS_NAME).read_bytes())
    return msgspec.json.encode(facts | {"index": str(out / INDEX_NAME)}).decode()


def _in_words(package: Package, av1: Av1Facts | None, out: Path) -> str:
    wall_s = package.wall_s + (av1.wall_s if av1 else 0.0)
    lines = [f"{out / INDEX_NAME}: {package.duration_s:.1f} s in {wall_s:.1f} s"]
    lines += [_rung_in_words(rung) for rung in package.renditions]
    lines += [_rung_in_words(rung) for rung in (av1.renditions if av1 else ())]
    if package.audio is not None:
        lines.append(f"  sound {package.audio.average_bps / 1000:31.0f} kbit/s")
    return "\n".join(lines)


def _rung_in_words(rung: RenditionFacts) -> str:
    size = f"{rung.width_px}x{rung.height_px}"
    return (
        f"  {rung.name:10} {size:>9} {rung.frame_rate:4.1f} fps"
        f" {rung.average_bps / 1000:6.0f} kbit/s"
    )
