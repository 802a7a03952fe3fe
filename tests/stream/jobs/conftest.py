"""Lectures whose recordings have arrived, without going through an upload."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from stream.app_keys import FOLDERS
from stream.clock import utc_now
from stream.database import Database
from stream.folders import Folders
from stream.ids import new_id
from stream.jobs.store import add_publish_job
from stream.jobs.worker import PUBLISH_ORDERS
from stream.tables import (
    Lecture,
    LectureState,
    Origin,
    Recording,
    Track,
    TrackRole,
    Upload,
    UploadState,
)
from tests.stream.conftest import MakeClass

Arrive = Callable[..., Awaitable[str]]
EndState = Callable[[str], Coroutine[Any, Any, Lecture]]


@pytest.fixture
def folders(client: TestClient[Any, Any]) -> Folders:
    """The running server's folders."""
    app = client.app
    assert app is not None
    found: Folders = app[FOLDERS]
    return found


@pytest.fixture
def arrive(database: Database, folders: Folders, make_class: MakeClass) -> Arrive:
    """Put files in place as the tracks of a new lecture and queue its job; returns the lecture."""

    async def put(class_id: str = "", **files: Path) -> str:
        class_id = class_id or await make_class()
        lecture_id, recording_id, now = new_id(), new_id(), utc_now()
        tracks, uploads = [], []
        for role, file in files.items():
            track = Track(id=new_id(), recording_id=recording_id, role=TrackRole(role))
            upload = Upload(
                id=new_id(), track_id=track.id, class_id=class_id, owner_id=new_id(),
                state=UploadState.COMPLETE, created_at=now, expires_at=now,
            )  # fmt: skip
            shutil.copy(file, folders.original(upload.id))
            tracks.append(track)
            uploads.append(upload)
        lecture = Lecture(
            id=lecture_id, class_id=class_id, title="Slopes", created_at=now,
            state=LectureState.UPLOADING,
        )  # fmt: skip
        recording = Recording(
            id=recording_id, lecture_id=lecture_id, origin=Origin.UPLOAD, created_at=now
        )
        async with database.write() as session:
            for rows in ([lecture], [recording], tracks, uploads):
                session.add_all(rows)
                await session.flush()
            await add_publish_job(session, lecture_id, now)
        return lecture_id

    return put


@pytest.fixture
def end_state(client: TestClient[Any, Any], database: Database) -> EndState:
    """Wake the queue and wait until the lecture is ready or has failed."""

    async def wait(lecture_id: str) -> Lecture:
        app = client.app
        assert app is not None
        await app[PUBLISH_ORDERS].wake(lecture_id)
        async with asyncio.timeout(120):
            while True:
                async with database.read() as session:
                    lecture = await session.get_one(Lecture, lecture_id)
                if lecture.state in (LectureState.READY, LectureState.FAILED):
                    return lecture
                await asyncio.sleep(0.1)

    return wait
