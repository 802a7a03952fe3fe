"""POST /uploads/: creation, creation-defer-length, creation-with-upload; who may, and for what."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from stream.clock import utc_now
from stream.database import Database
from stream.folders import Folders
from stream.ids import new_id
from stream.people.tokens import hash_token
from stream.settings import Settings
from stream.tables import Agent, LectureState, SchoolRole, TrackRole, UploadState
from tests.stream.conftest import SignIn
from tests.stream.ingest.conftest import (
    CONTENT_TYPE,
    MakeSender,
    MakeTracks,
    Sender,
    checksum_of,
    encoded,
)


async def test_creation_answers_201_with_a_location(sender: Sender) -> None:
    response = await sender.create(5)
    assert response.status == 201
    path = response.headers["Location"]
    assert await sender.offset(path) == 0
    assert sender.file(path).read_bytes() == b""


async def test_only_the_servers_account_can_read_the_file(sender: Sender) -> None:
    path = await sender.upload(5)
    assert sender.file(path).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no-length-at-all"),
        pytest.param({"Upload-Defer-Length": "2"}, id="defer-length-is-not-1"),
        pytest.param({"Upload-Length": "5", "Upload-Defer-Length": "1"}, id="both"),
        pytest.param({"Upload-Length": "-1"}, id="negative"),
        pytest.param({"Upload-Length": "+5"}, id="plus"),
        pytest.param({"Upload-Length": "1_0"}, id="underscore"),
        pytest.param({"Upload-Length": str(2**63)}, id="2-to-the-63"),
    ],
)
async def test_a_wrong_length_is_400(sender: Sender, headers: dict[str, str]) -> None:
    """U20."""
    response = await sender.create(None, **headers)
    assert response.status == 400
    assert (await response.json())["error"]


async def test_an_empty_file_is_refused_with_a_sentence(sender: Sender) -> None:
    response = await sender.create(0)
    assert response.status == 400
    assert "The file is empty" in (await response.json())["error"]


async def test_a_length_over_tus_max_size_is_413(sender: Sender, settings: Settings) -> None:
    response = await sender.create(settings.max_upload_bytes + 1)
    assert response.status == 413
    assert "too large" in (await response.json())["error"]


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param("", id="none"),
        pytest.param(f"filename {encoded('a.webm')}", id="no-track"),
        pytest.param("track !!", id="bad-base64"),
        pytest.param(f"track {encoded('../../etc/passwd')}", id="track-is-a-path"),
        pytest.param(f"track {encoded('0' * 32)},track {encoded('0' * 32)}", id="duplicate"),
        pytest.param(f"track {encoded('0' * 32)},filename /w==", id="filename-not-utf8"),
        pytest.param("x " + "A" * 5000, id="over-4-kB"),
    ],
)
async def test_metadata_that_is_wrong_is_400(sender: Sender, metadata: str) -> None:
    """U26."""
    response = await sender.create(5, Upload_Metadata=metadata)
    assert response.status == 400


async def test_a_megabyte_of_metadata_is_400(sender: Sender) -> None:
    """U26: refused while the header is read."""
    response = await sender.create(5, Upload_Metadata="x " + "A" * 2**20)
    assert response.status == 400


async def test_no_metadata_key_is_ever_a_path(sender: Sender, settings: Settings) -> None:
    """U26: `path`, `id` and `filename` are kept as words."""
    traversal = encoded("../../outside.mp4")
    path = await sender.upload(
        5,
        Upload_Metadata=f"track {encoded(sender.track_id)},path {traversal},"
        f"id {traversal},filename {traversal}",
    )
    assert sender.file(path).parent == Folders(settings.data).originals
    assert [file.name for file in sender.file(path).parent.iterdir()] == [path.rpartition("/")[2]]
    assert not list(settings.data.parent.rglob("outside*"))
    assert (await sender.row(path)).filename == "../../outside.mp4"


async def test_creation_with_upload_takes_the_bytes_and_says_how_many(sender: Sender) -> None:
    response = await sender.create(10, data=b"hello", Content_Type=CONTENT_TYPE)
    assert (response.status, response.headers["Upload-Offset"]) == (201, "5")
    assert sender.file(response.headers["Location"]).read_bytes() == b"hello"


async def test_creation_with_the_whole_file_completes_it(sender: Sender) -> None:
    response = await sender.create(5, data=b"hello", Content_Type=CONTENT_TYPE)
    assert response.headers["Upload-Offset"] == "5"
    assert (await sender.row(response.headers["Location"])).state is UploadState.COMPLETE
    assert (await sender.lecture()).state is LectureState.QUEUED


async def test_creation_with_a_body_of_another_type_is_415(sender: Sender) -> None:
    response = await sender.create(5, data=b"hello", Content_Type="video/webm")
    assert response.status == 415


async def test_creation_with_more_than_the_length_is_400(sender: Sender) -> None:
    response = await sender.create(4, data=b"hello", Content_Type=CONTENT_TYPE)
    assert response.status == 400


async def test_creation_with_a_bad_checksum_is_460_and_keeps_nothing(sender: Sender) -> None:
    wrong = checksum_of(b"other")
    response = await sender.create(5, data=b"hello", Content_Type=CONTENT_TYPE, **wrong)
    assert response.status == 460
    assert (await sender.lecture()).state is LectureState.UPLOADING


async def test_a_deferred_length_is_said_until_it_is_known(sender: Sender) -> None:
    path = await sender.upload(None)
    head = await sender.head(path)
    assert head.headers["Upload-Defer-Length"] == "1"
    assert "Upload-Length" not in head.headers
    await sender.patch(path, 0, b"hello", Upload_Length="10")
    head = await sender.head(path)
    assert "Upload-Defer-Length" not in head.headers
    assert (head.headers["Upload-Length"], head.headers["Upload-Offset"]) == ("10", "5")


async def test_a_length_once_set_must_not_change(sender: Sender) -> None:
    path = await sender.upload(None)
    await sender.patch(path, 0, b"hello", Upload_Length="10")
    response = await sender.patch(path, 5, b"world", Upload_Length="11")
    assert response.status == 400
    assert await sender.offset(path) == 5


async def test_a_length_told_with_no_more_bytes_completes_the_upload(sender: Sender) -> None:
    path = await sender.upload(None)
    await sender.patch(path, 0, b"hello")
    response = await sender.patch(path, 5, b"", Upload_Length="5")
    assert (response.status, response.headers["Upload-Offset"]) == (204, "5")
    assert (await sender.row(path)).state is UploadState.COMPLETE


@pytest.mark.parametrize(
    ("length", "status"),
    [
        pytest.param("3", 400, id="below-what-has-arrived"),
        pytest.param("0", 400, id="zero"),
        pytest.param(str(2**62), 413, id="too-large"),
    ],
)
async def test_a_deferred_length_that_is_wrong_is_refused(
    sender: Sender, length: str, status: int
) -> None:
    path = await sender.upload(None)
    await sender.patch(path, 0, b"hello")
    response = await sender.patch(path, 5, b"", Upload_Length=length)
    assert response.status == status
    assert (await sender.row(path)).length_bytes is None


async def test_creating_again_replaces_the_senders_unfinished_upload(sender: Sender) -> None:
    """A browser that lost the address of its upload must not be stuck."""
    first = await sender.upload(5)
    await sender.patch(first, 0, b"hel")
    second = await sender.upload(5)
    assert (await sender.head(first)).status == 410
    assert not sender.file(first).exists()
    assert await sender.offset(second) == 0
    assert (await sender.lecture()).state is LectureState.UPLOADING


async def test_a_track_that_has_arrived_takes_no_second_upload(sender: Sender) -> None:
    path = await sender.upload(5)
    await sender.patch(path, 0, b"hello")
    response = await sender.create(5)
    assert response.status == 409
    assert sender.file(path).read_bytes() == b"hello"


async def test_another_teacher_cannot_replace_an_upload_in_transit(
    sender: Sender, sign_in: SignIn
) -> None:
    path = await sender.upload(5)
    colleague = await sign_in(SchoolRole.TEACHER, sender.class_id)
    other = Sender(colleague, sender.class_id, sender.lecture_id, sender.track_id)
    assert (await other.create(5)).status == 409
    assert await sender.offset(path) == 0


async def test_a_student_of_the_class_may_not_send(make_sender: MakeSender) -> None:
    student = await make_sender(SchoolRole.STUDENT)
    assert (await student.create(5)).status == 403


async def test_a_stranger_does_not_learn_that_the_track_exists(
    sender: Sender, make_sender: MakeSender
) -> None:
    stranger = (await make_sender()).person
    asking = Sender(stranger, sender.class_id, sender.lecture_id, sender.track_id)
    assert (await asking.create(5)).status == 404


async def test_the_classs_device_may_send_and_another_classs_may_not(
    sender: Sender, client: TestClient[Any, Any], database: Database, make_sender: MakeSender
) -> None:
    other_class = (await make_sender()).class_id
    async with database.write() as session:
        for token, class_id in (("ours", sender.class_id), ("theirs", other_class)):
            session.add(
                Agent(
                    id=new_id(),
                    name="Room 12",
                    class_id=class_id,
                    token_hash=hash_token(token),
                    created_at=utc_now(),
                )
            )
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "5",
        "Upload-Metadata": f"track {encoded(sender.track_id)}",
    }
    answers = [
        await client.post("/uploads/", headers=headers | {"Authorization": f"Bearer {token}"})
        for token in ("theirs", "ours", "unknown")
    ]
    assert [answer.status for answer in answers] == [404, 201, 401]


async def test_the_lecture_is_queued_once_its_last_track_has_arrived(
    sender: Sender, make_tracks: MakeTracks
) -> None:
    lecture_id, track_ids = await make_tracks(
        sender.class_id, TrackRole.PRESENTATION, TrackRole.PRESENTER
    )
    states = []
    for track_id in track_ids:
        one = Sender(sender.person, sender.class_id, lecture_id, track_id)
        await one.create(5, data=b"hello", Content_Type=CONTENT_TYPE)
        states.append((await one.lecture()).state)
    assert states == [LectureState.UPLOADING, LectureState.QUEUED]
