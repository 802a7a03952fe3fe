"""Take up what an interrupted run left behind: a take whose process was killed or lost its power.

Everything needed is on the disk: the journal says which files make a track and where each belongs,
and the files say how far they are whole.
"""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from capture.errors import ServerRefused, TakeUnreadable
from capture.journal import Take, TakeState, Track
from capture.report import Report
from capture.sender import send_take
from capture.server import Server
from capture.takes import OpenTake, interrupted_take, waiting_takes
from capture.tracks import TrackBytes, open_part


@dataclass(frozen=True, slots=True)
class Leftovers:
    """How the sending of what was left behind ended."""

    sent: int
    refused: int


async def send_interrupted(root: Path, server: Server, report: Report) -> Leftovers:
    """Send every interrupted take under `root` that is meant for `server`, oldest first."""
    waiting, unreadable = waiting_takes(root)
    for folder in unreadable:
        report.problem(f"The recording in {folder} has no readable journal; it stays there.")
    sent = refused = 0
    for folder, take in waiting:
        if take.server != server.origin:
            report.problem(f"The recording in {folder} is for {take.server}; it stays there.")
            continue
        try:
            sent += await _send_one(folder, server, report)
        except (ServerRefused, TakeUnreadable) as error:
            report.problem(f"The recording in {folder} was not sent: {error}")
            refused += 1
    return Leftovers(sent, refused)


async def _send_one(folder: Path, server: Server, report: Report) -> bool:
    with interrupted_take(folder) as held:
        if held is None:
            return False
        with ExitStack() as stack:
            tracks = {}
            for track in held.take.tracks:
                data = await _complete_track(folder, track)
                stack.callback(data.close)
                tracks[track.role] = data
            return await send_the_rest(held, tracks, server, report)


async def send_the_rest(
    held: OpenTake, tracks: dict[str, TrackBytes], server: Server, report: Report
) -> bool:
    """Send a take that no longer grows; whether there was anything to send.

    Raises ServerRefused.
    """
    has_bytes = any(data.safe_bytes for data in tracks.values())
    state = TakeState.SENDING if has_bytes else TakeState.EMPTY

    def settle(take: Take) -> Take:
        return replace(take, state=state)

    await held.update(settle)
    if has_bytes:
        await send_take(held, tracks, server, report)
    return has_bytes


async def _complete_track(folder: Path, track: Track) -> TrackBytes:
    """The bytes of a track that no longer grows. Raises TakeUnreadable when a file is gone."""
    data = TrackBytes()
    for entry in track.parts:
        try:
            part = open_part(folder / entry.file, entry.began_s - track.parts[0].began_s)
        except OSError as error:
            data.close()
            raise TakeUnreadable(f"{entry.file}: {error.strerror}.") from error
        await asyncio.to_thread(part.settle)
        data.join(part)
    await data.announce(is_complete=True)
    return data
