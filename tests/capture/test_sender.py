"""Sending over tus: whatever the network and the server do, the server ends with every byte."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from capture.errors import ServerRefused
from capture.journal import Part, TakeState, read_take, write_take
from capture.server import Server, connected
from capture.take_up import send_interrupted
from capture.takes import new_take
from tests.capture.conftest import Listening, ListReport
from tests.capture.decoded import sha256
from tests.capture.fake_server import CLASS_ID, TOKEN, Fault


def interrupted(takes: Path, recorded: Path, origin: str, class_id: str = CLASS_ID) -> Path:
    """A take that an agent left behind, both tracks holding `recorded`."""
    roles = ["presentation", "presenter"]
    with new_take(
        takes, server=origin, class_id=class_id, title="t", roles=roles, now=datetime.now(UTC)
    ) as held:
        take = held.take
        for delay_s, role in enumerate(roles):
            shutil.copy(recorded, held.folder / f"{role}.1.mp4")
            track = replace(take.track(role), parts=(Part(f"{role}.1.mp4", delay_s + 0.25),))
            take = take.with_track(track)
        write_take(held.folder, take)
        return held.folder


async def send_all(
    school: Listening, takes: Path, token: str = TOKEN, timeout_s: float = 30
) -> ListReport:
    report = ListReport()
    async with asyncio.timeout(timeout_s), connected(school.origin, token) as server:
        await send_interrupted(takes, server, report)
    return report


def assert_arrived(school: Listening, recorded: Path) -> None:
    for role in ("presentation", "presenter"):
        upload = school.fake.upload_of(role)
        assert sha256(upload.path) == sha256(recorded)
        assert upload.length == upload.offset


async def test_an_interrupted_take_is_sent_with_its_offsets(
    school: Listening, takes: Path, recorded: Path
) -> None:
    folder = interrupted(takes, recorded, school.origin)
    report = await send_all(school, takes)
    assert_arrived(school, recorded)
    assert school.fake.start_offset_ms("presentation") == 0
    assert school.fake.start_offset_ms("presenter") == 1000
    take = read_take(folder)
    assert take.state is TakeState.SENT
    assert take.lecture is not None
    assert take.lecture.url == f"{school.origin}/lectures/{take.lecture.lecture_id}"
    assert report.finished == [take.take_id]
    assert report.problems == []


async def test_what_was_sent_is_not_sent_again(
    school: Listening, takes: Path, recorded: Path
) -> None:
    interrupted(takes, recorded, school.origin)
    await send_all(school, takes)
    asked = len(school.fake.requests)
    await send_all(school, takes)
    assert len(school.fake.requests) == asked


async def test_a_cut_connection_goes_on_at_the_byte_that_the_server_has(
    school: Listening, takes: Path, recorded: Path
) -> None:
    interrupted(takes, recorded, school.origin)
    school.fake.cut_at = [50_000, 120_000, 121_000]
    report = await send_all(school, takes)
    assert_arrived(school, recorded)
    went_on = {offset for method, offset in school.fake.requests if method == "PATCH"}
    assert len(school.fake.kept_at) == 3
    assert set(school.fake.kept_at) <= went_on
    arrived = sum(upload.offset for upload in school.fake.uploads.values())
    assert school.fake.received_bytes == arrived  # nothing that had arrived was sent again
    assert any("cannot be reached" in problem for problem in report.problems)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("POST", 503, 2), id="restarting-while-the-lecture-is-made"),
        pytest.param(Fault("POST", 429), id="too-many-requests"),
        pytest.param(Fault("HEAD", 502), id="a-proxy-without-its-server"),
        pytest.param(Fault("PATCH", 500), id="an-error-of-the-server"),
        pytest.param(Fault("PATCH", 507, 2), id="no-space-until-somebody-makes-some"),
        pytest.param(Fault("PATCH", 423), id="somebody-else-writes"),
        pytest.param(Fault("PATCH", 409), id="a-wrong-offset"),
        pytest.param(Fault("PATCH", 460), id="a-chunk-damaged-on-its-way"),
        pytest.param(Fault("PATCH", 404), id="an-upload-that-is-gone"),
        pytest.param(Fault("HEAD", 410), id="an-upload-that-expired"),
    ],
)
async def test_a_passing_fault_costs_patience_and_no_byte(
    school: Listening, takes: Path, recorded: Path, fault: Fault
) -> None:
    interrupted(takes, recorded, school.origin)
    school.fake.faults = [fault]
    report = await send_all(school, takes)
    assert_arrived(school, recorded)
    assert len(set(report.problems)) == 1  # each track says it once
    assert "Nothing is lost" in report.problems[0]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        pytest.param(Fault("POST", 403), "may not record for this class", id="not-this-class"),
        pytest.param(Fault("POST", 400), "refused the recording", id="not-understood"),
        pytest.param(Fault("PATCH", 413, 9), "refused the recording", id="too-large"),
        pytest.param(
            Fault("PATCH", 404, 99),
            "keeps losing the upload",
            id="always-gone",
            marks=pytest.mark.slow,
        ),
    ],
)
async def test_a_refusal_is_said_once_and_the_take_stays(
    school: Listening, takes: Path, recorded: Path, fault: Fault, sentence: str
) -> None:
    folder = interrupted(takes, recorded, school.origin)
    school.fake.faults = [fault]
    report = await send_all(school, takes)
    assert sentence in report.problems[-1]
    assert str(folder) in report.problems[-1]
    assert read_take(folder).state is TakeState.SENDING
    school.fake.faults = []
    await send_all(school, takes)
    assert_arrived(school, recorded)


async def test_a_class_that_does_not_exist_is_said(
    school: Listening, takes: Path, recorded: Path
) -> None:
    interrupted(takes, recorded, school.origin, class_id="other")
    report = await send_all(school, takes)
    assert "It says: There is no such class." in report.problems[0]


async def test_the_refusal_of_one_track_does_not_keep_the_other_back(
    school: Listening, takes: Path, recorded: Path
) -> None:
    folder = interrupted(takes, recorded, school.origin)
    school.fake.faults = [Fault("PATCH", 413)]
    await send_all(school, takes)
    assert sorted(track.is_sent for track in read_take(folder).tracks) == [False, True]


async def test_an_answer_that_was_lost_after_the_last_byte_does_not_send_twice(
    school: Listening, takes: Path, recorded: Path
) -> None:
    folder = interrupted(takes, recorded, school.origin)
    await send_all(school, takes)
    take = read_take(folder)
    for track in take.tracks:
        take = take.with_track(replace(track, is_sent=False))
    write_take(folder, replace(take, state=TakeState.SENDING))
    received = school.fake.received_bytes
    await send_all(school, takes)
    assert school.fake.received_bytes == received
    assert read_take(folder).state is TakeState.SENT


async def test_a_track_without_a_single_fragment_is_left_out(
    school: Listening, takes: Path, recorded: Path
) -> None:
    folder = interrupted(takes, recorded, school.origin)
    take = read_take(folder)
    write_take(folder, take.with_track(replace(take.track("presenter"), parts=())))
    await send_all(school, takes)
    assert [track["role"] for track in school.fake.lectures[0]["tracks"]] == ["presentation"]


async def test_a_take_for_another_server_stays_where_it_is(
    school: Listening, takes: Path, recorded: Path
) -> None:
    interrupted(takes, recorded, "https://other.example")
    report = await send_all(school, takes)
    assert "is for https://other.example" in report.problems[0]
    assert school.fake.requests == []


@asynccontextmanager
async def stranger() -> AsyncIterator[tuple[str, list[web.BaseRequest]]]:
    """Another server, and every request that reaches it."""
    met: list[web.BaseRequest] = []

    async def note(request: web.BaseRequest) -> web.Response:
        met.append(request)
        return web.Response(status=201)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", note)
    server = TestServer(application, host="127.0.0.1")
    await server.start_server()
    yield f"http://127.0.0.1:{server.port}", met
    await server.close()


@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH"])
async def test_the_token_does_not_follow_a_redirect(
    school: Listening, takes: Path, recorded: Path, method: str
) -> None:
    interrupted(takes, recorded, school.origin)
    async with stranger() as (elsewhere, met):
        school.fake.faults = [Fault(method, 307, 9, {"Location": f"{elsewhere}/uploads/u1"})]
        report = await send_all(school, takes)
    assert met == []
    assert elsewhere in report.problems[-1]


async def test_an_upload_that_would_live_elsewhere_is_refused(
    school: Listening, takes: Path, recorded: Path
) -> None:
    interrupted(takes, recorded, school.origin)
    async with stranger() as (elsewhere, met):
        school.fake.location_prefix = elsewhere
        report = await send_all(school, takes)
    assert met == []
    assert "which is another server; nothing was sent there" in report.problems[-1]


@contextmanager
def journal_pointing_to(folder: Path, origin: str) -> Iterator[None]:
    take = read_take(folder)
    track = replace(take.track("presentation"), upload_url=f"{origin}/uploads/u1", track_id="t1")
    write_take(folder, take.with_track(track))
    yield


async def test_a_forged_journal_does_not_carry_the_token_away(
    school: Listening, takes: Path, recorded: Path
) -> None:
    folder = interrupted(takes, recorded, school.origin)
    async with stranger() as (elsewhere, met):
        with journal_pointing_to(folder, elsewhere):
            report = await send_all(school, takes)
    assert met == []
    assert "another server" in report.problems[-1]


async def test_a_server_that_is_none_of_ours_is_recognised(tmp_path: Path) -> None:
    async with stranger() as (elsewhere, _), connected(elsewhere, TOKEN) as server:
        with pytest.raises(ServerRefused, match="as a Flipcast server does"):
            await make_any_lecture(server)


async def make_any_lecture(server: Server) -> None:
    await server.make_lecture(class_id="c", title="t", offsets_ms={"presenter": 0}, take_id="x")


async def test_a_journal_whose_recording_is_gone_is_named_and_the_next_take_is_sent(
    school: Listening, takes: Path, recorded: Path
) -> None:
    broken = interrupted(takes, recorded, school.origin)
    (broken / "presenter.1.mp4").unlink()
    interrupted(takes, recorded, school.origin)
    report = await send_all(school, takes)
    assert "presenter.1.mp4" in report.problems[0]
    assert len(report.finished) == 1
