"""What a lecture's job is given to encode: the files of its recording, also those that arrive."""

from dataclasses import dataclass

from stream.catalogue.store import tracks_of
from stream.database import Database
from stream.folders import Folders
from stream.jobs import store
from stream.jobs.arriving import Following
from stream.jobs.weigh import Weight, guess, weigh
from stream.tables import UploadState
from transcode.media import Source, TrackRole


@dataclass(frozen=True, slots=True)
class Recordings:
    """Finds the recordings of lectures."""

    database: Database
    folders: Folders

    async def is_arriving(self, lecture_id: str) -> bool:
        """Whether bytes are still to come."""
        async with self.database.read() as session:
            return await store.is_arriving(session, lecture_id)

    async def sources(self, lecture_id: str, following: Following | None = None) -> list[Source]:
        """The lecture's tracks as they lie on the disk; those that still arrive are `following`'s.

        Without it they are taken as if they were whole.
        """
        async with self.database.read() as session:
            tracks = await tracks_of(session, lecture_id)
        return [
            Source(
                self.folders.original(upload.id),
                TrackRole(track.role.value),
                track.start_offset_ms / 1000,
                following.follow(upload.id)
                if following is not None and upload.state is UploadState.RECEIVING
                else None,
            )
            for track, upload in tracks
        ]

    async def weight(self, lecture_id: str) -> Weight:
        """What the recording will ask of the machine: a guess while it arrives."""
        async with self.database.read() as session:
            uploads = [upload for _, upload in await tracks_of(session, lecture_id)]
        if any(upload.state is UploadState.RECEIVING for upload in uploads):
            return guess([upload.length_bytes for upload in uploads])
        return await weigh(await self.sources(lecture_id))
