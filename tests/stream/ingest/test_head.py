"""HEAD: how far an upload has come."""

from stream.tables import LectureState
from tests.stream.ingest.conftest import MakeSender, Sender, encoded


async def test_head_tells_offset_and_length_even_at_zero(sender: Sender) -> None:
    response = await sender.head(await sender.upload(5))
    assert response.status == 200
    assert (response.headers["Upload-Offset"], response.headers["Upload-Length"]) == ("0", "5")


async def test_head_may_not_be_cached(sender: Sender) -> None:
    response = await sender.head(await sender.upload(5))
    assert response.headers["Cache-Control"] == "no-store"


async def test_head_returns_the_metadata_as_it_was_sent(sender: Sender) -> None:
    metadata = f"filename {encoded('a b.webm')},track {encoded(sender.track_id)},odd"
    response = await sender.head(await sender.upload(5, Upload_Metadata=metadata))
    assert response.headers["Upload-Metadata"] == metadata


async def test_an_unknown_upload_is_404_without_an_offset(sender: Sender) -> None:
    response = await sender.head(f"/uploads/{'0' * 32}")
    assert response.status == 404
    assert "Upload-Offset" not in response.headers


async def test_another_persons_upload_is_404(sender: Sender, make_sender: MakeSender) -> None:
    path = await sender.upload(5)
    stranger = await make_sender()
    answers = [
        await stranger.head(path),
        await stranger.patch(path, 0, b"hello"),
        await stranger.ask("DELETE", path),
    ]
    assert [answer.status for answer in answers] == [404, 404, 404]
    assert await sender.offset(path) == 0


async def test_a_complete_upload_still_tells_its_offset(sender: Sender) -> None:
    """A client whose last answer was lost learns that it has finished."""
    path = await sender.upload(5)
    await sender.patch(path, 0, b"hello")
    response = await sender.head(path)
    assert (response.headers["Upload-Offset"], response.headers["Upload-Length"]) == ("5", "5")
    assert "Upload-Expires" not in response.headers


async def test_a_file_that_lost_acknowledged_bytes_fails_with_a_reason(sender: Sender) -> None:
    path = await sender.upload(10)
    await sender.patch(path, 0, b"hello")
    sender.file(path).write_bytes(b"hel")
    assert (await sender.head(path)).status == 410
    lecture = await sender.lecture()
    assert lecture.state is LectureState.FAILED
    assert lecture.failure is not None
    assert "send it again" in lecture.failure


async def test_a_track_whose_upload_failed_can_be_sent_again(sender: Sender) -> None:
    first = await sender.upload(10)
    await sender.patch(first, 0, b"hello")
    sender.file(first).unlink()
    assert (await sender.patch(first, 5, b"world")).status == 410
    second = await sender.upload(5)
    await sender.patch(second, 0, b"hello")
    lecture = await sender.lecture()
    assert (lecture.state, lecture.failure) == (LectureState.QUEUED, None)
