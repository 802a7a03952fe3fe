"""The expiration extension, and the sweep that carries it out."""

import os
from datetime import timedelta
from email.utils import parsedate_to_datetime

from stream.app_keys import FOLDERS
from stream.clock import utc_now
from stream.ids import new_id
from stream.ingest.sweep import sweep
from stream.settings import Settings
from stream.tables import LectureState, UploadState
from tests.stream.ingest.conftest import Sender


async def test_creation_and_every_patch_say_when_the_upload_expires(
    sender: Sender, settings: Settings
) -> None:
    created = await sender.create(10)
    patched = await sender.patch(created.headers["Location"], 0, b"hello")
    for response in (created, patched):
        expires_at = parsedate_to_datetime(response.headers["Upload-Expires"])
        left = expires_at - utc_now()
        assert abs(left - timedelta(hours=settings.upload_expiry_h)) < timedelta(minutes=1)


async def test_the_last_patch_says_nothing_because_nothing_expires(sender: Sender) -> None:
    path = await sender.upload(5)
    assert "Upload-Expires" not in (await sender.patch(path, 0, b"hello")).headers


async def test_an_untouched_upload_expires_and_frees_its_bytes(
    sender: Sender, settings: Settings
) -> None:
    path = await sender.upload(10)
    await sender.patch(path, 0, b"hello")
    await sweep(sender.app, utc_now() + timedelta(hours=settings.upload_expiry_h, minutes=1))
    assert (await sender.head(path)).status == 410
    assert (await sender.patch(path, 5, b"world")).status == 410
    assert not sender.file(path).exists()
    assert (await sender.row(path)).state is UploadState.EXPIRED


async def test_the_lecture_of_an_expired_upload_says_so(sender: Sender, settings: Settings) -> None:
    """U24: a length that is never told does not wait for ever either."""
    await sender.upload(None)
    await sweep(sender.app, utc_now() + timedelta(hours=settings.upload_expiry_h, minutes=1))
    lecture = await sender.lecture()
    assert lecture.state is LectureState.FAILED
    assert lecture.failure is not None
    assert "not finished in time" in lecture.failure


async def test_a_lecture_whose_upload_never_began_fails_in_the_end(
    sender: Sender, settings: Settings
) -> None:
    """The tab was closed between the lecture and its first byte."""
    await sweep(sender.app, utc_now())
    assert (await sender.lecture()).state is LectureState.UPLOADING
    await sweep(sender.app, utc_now() + timedelta(hours=settings.upload_expiry_h, minutes=1))
    assert (await sender.lecture()).state is LectureState.FAILED


async def test_an_upload_that_is_gone_on_with_lives_on(sender: Sender, settings: Settings) -> None:
    path = await sender.upload(10)
    await sweep(sender.app, utc_now() + timedelta(hours=settings.upload_expiry_h, minutes=-1))
    assert (await sender.patch(path, 0, b"hello")).status == 204


async def test_a_complete_upload_never_expires(sender: Sender) -> None:
    path = await sender.upload(5)
    await sender.patch(path, 0, b"hello")
    await sweep(sender.app, utc_now() + timedelta(days=3650))
    assert sender.file(path).read_bytes() == b"hello"


async def test_old_files_without_a_row_are_removed_and_young_ones_wait(sender: Sender) -> None:
    originals = sender.app[FOLDERS].originals
    old, young, foreign = originals / new_id(), originals / new_id(), originals / "notes.txt"
    for file in (old, young, foreign):
        file.write_bytes(b"litter")
    two_hours_ago = (utc_now() - timedelta(hours=2)).timestamp()
    for file in (old, foreign):
        os.utime(file, (two_hours_ago, two_hours_ago))
    await sweep(sender.app, utc_now())
    assert {file.name for file in originals.iterdir()} == {young.name, foreign.name}


async def test_the_file_of_an_ended_upload_is_removed_at_once(sender: Sender) -> None:
    """A crash between the row and the removal leaves it."""
    path = await sender.upload(5)
    await sender.ask("DELETE", path)
    sender.file(path).write_bytes(b"left by a crash")
    await sweep(sender.app, utc_now())
    assert not sender.file(path).exists()


async def test_ended_uploads_are_forgotten_after_a_month(
    sender: Sender, settings: Settings
) -> None:
    """Cancelling and beginning again for ever fills no table."""
    path = await sender.upload(5)
    await sender.ask("DELETE", path)
    later = utc_now() + timedelta(hours=settings.upload_expiry_h)
    await sweep(sender.app, later + timedelta(days=29))
    assert (await sender.head(path)).status == 410
    await sweep(sender.app, later + timedelta(days=31))
    assert (await sender.head(path)).status == 404
