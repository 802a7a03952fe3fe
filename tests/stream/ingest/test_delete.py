"""DELETE: termination."""

from stream.tables import LectureState, UploadState
from tests.stream.ingest.conftest import Sender


async def test_termination_answers_204_and_frees_the_bytes(sender: Sender) -> None:
    path = await sender.upload(10)
    await sender.patch(path, 0, b"hello")
    assert (await sender.ask("DELETE", path)).status == 204
    assert not sender.file(path).exists()
    assert (await sender.row(path)).state is UploadState.TERMINATED


async def test_a_terminated_upload_is_gone(sender: Sender) -> None:
    path = await sender.upload(10)
    await sender.ask("DELETE", path)
    answers = [
        await sender.head(path),
        await sender.patch(path, 0, b"hello"),
        await sender.ask("DELETE", path),
    ]
    assert [answer.status for answer in answers] == [410, 410, 410]
    assert not sender.file(path).exists()


async def test_the_lecture_says_that_its_upload_was_cancelled(sender: Sender) -> None:
    await sender.ask("DELETE", await sender.upload(10))
    lecture = await sender.lecture()
    assert lecture.state is LectureState.FAILED
    assert lecture.failure is not None
    assert "cancelled" in lecture.failure


async def test_a_recording_that_has_arrived_cannot_be_terminated(sender: Sender) -> None:
    path = await sender.upload(5)
    await sender.patch(path, 0, b"hello")
    assert (await sender.ask("DELETE", path)).status == 409
    assert sender.file(path).read_bytes() == b"hello"


async def test_an_unknown_upload_is_404(sender: Sender) -> None:
    assert (await sender.ask("DELETE", f"/uploads/{'0' * 32}")).status == 404
