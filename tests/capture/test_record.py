"""`flipcast-agent record` as a process, and a fake server: whatever happens, the take arrives."""

import asyncio
import itertools
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from capture.fragments import Layout, scan
from capture.journal import TakeState, read_take
from tests.capture.conftest import PRESENTATION, PRESENTER, SOUND, Agent, Listening, StartAgent
from tests.capture.decoded import audio_end_s, key_frame_times_s, sha256, video_times_s

pytestmark = pytest.mark.slow

FRAME_S = 0.04
HEAD_START_S = 0.5  # `-re` lets a stand-in run this far ahead of the clock
FRAGMENT_IN_FLIGHT_S = 1.0


def two_tracks(school: Listening, takes: Path) -> list[str]:
    return [
        *("record", "--to", school.class_page, "--folder", str(takes), "--json"),
        *("--presentation", f"{PRESENTATION}+{SOUND}", "--presenter", PRESENTER),
    ]


def alive(pids: Iterable[int]) -> list[int]:
    """Those that still run; one that only waits to be reaped has no command line any more."""
    files = {pid: Path(f"/proc/{pid}/cmdline") for pid in pids}
    return [pid for pid, file in files.items() if file.exists() and file.read_bytes()]


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def record_for(agent: Agent, media_s: float) -> dict[str, object]:
    """Wait until the agent has recorded for about `media_s`; its `recording` event."""
    event = await agent.event("recording")
    await asyncio.sleep(media_s)
    return event


async def test_two_tracks_arrive_and_the_link_is_printed(
    school: Listening, start_agent: StartAgent, takes: Path
) -> None:
    wish = two_tracks(school, takes)
    agent = await start_agent(*wish, "--title", "Optics <1>", "--duration", "6")
    status, events, log = await agent.end()
    assert (status, log) == (0, "")
    assert events[0]["event"] == "recording"
    assert events[-1]["event"] == "done"
    assert events[-1]["lecture_url"] == f"{school.origin}/lectures/{events[-1]['lecture_id']}"
    assert school.fake.lectures[0]["title"] == "Optics <1>"
    for role in ("presentation", "presenter"):
        upload = school.fake.upload_of(role)
        assert upload.length == upload.offset
        assert sha256(upload.path) == sha256(takes / events[0]["take"] / f"{role}.1.mp4")
        times = video_times_s(upload.path)
        assert 5 < times[-1] < 8.5
        assert all(abs(b - a - FRAME_S) < 0.03 for a, b in itertools.pairwise(times))
        assert key_frame_times_s(upload.path)[:3] == pytest.approx([0, 2, 4], abs=0.05)
    assert audio_end_s(school.fake.upload_of("presentation").path) > 5
    assert read_take(takes / events[0]["take"]).state is TakeState.SENT


async def test_a_killed_agent_loses_at_most_two_seconds_and_the_next_start_sends_the_rest(
    school: Listening, start_agent: StartAgent, takes: Path
) -> None:
    agent = await start_agent(*two_tracks(school, takes))
    event = await record_for(agent, 4)
    recorders = agent.recorders()
    killed_at = time.time()
    agent.process.kill()
    await agent.process.wait()
    await asyncio.sleep(0.2)
    assert not alive(recorders)

    again = await start_agent(*two_tracks(school, takes), "--duration", "1")
    status, events, _ = await again.end()
    assert status == 0
    assert {e["take"] for e in events if e["event"] == "done"} > {event["take"]}
    assert len(school.fake.lectures) == 2
    for role in ("presentation", "presenter"):
        upload = school.fake.upload_of(role, lecture=0)
        assert upload.length == upload.offset
        recorded_until = began_unix_s(upload.path) + video_times_s(upload.path)[-1] + FRAME_S
        lost_s = killed_at - (recorded_until - HEAD_START_S)
        print(f"{role}: {lost_s:.2f} s lost")
        assert lost_s <= 2 + FRAGMENT_IN_FLIGHT_S
    assert read_take(takes / str(event["take"])).state is TakeState.SENT


async def test_a_recorder_that_is_killed_comes_back_on_the_same_timeline(
    school: Listening, start_agent: StartAgent, takes: Path
) -> None:
    agent = await start_agent(*two_tracks(school, takes))
    await record_for(agent, 2.5)
    agent.kill_recorder("presentation")
    await asyncio.sleep(5)
    agent.process.send_signal(signal.SIGINT)
    status, events, _ = await agent.end()
    assert status == 0
    assert any("ended by signal 9" in e["sentence"] for e in events if e["event"] == "problem")
    torn, whole = (school.fake.upload_of(role).path for role in ("presentation", "presenter"))
    times = video_times_s(torn)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert min(gaps) > 0
    assert len([gap for gap in gaps if gap > 0.1]) == 1
    assert max(gaps) <= 3 + FRAGMENT_IN_FLIGHT_S
    offset_s = (school.fake.start_offset_ms("presentation")) / 1000
    other_offset_s = school.fake.start_offset_ms("presenter") / 1000
    ends_s = offset_s + times[-1], other_offset_s + video_times_s(whole)[-1]
    # the second part took the head start of `-re` anew, and the two stop within a fragment
    assert abs(ends_s[0] - ends_s[1]) < HEAD_START_S + FRAGMENT_IN_FLIGHT_S
    assert abs(audio_end_s(torn) - times[-1]) < 0.25


async def test_one_camera_that_cannot_be_opened_does_not_stop_the_other_track(
    school: Listening, start_agent: StartAgent, takes: Path
) -> None:
    agent = await start_agent(
        *("record", "--to", school.class_page, "--folder", str(takes), "--duration", "1"),
        *("--presentation", PRESENTATION, "--presenter", "v4l2:/dev/video99"),
    )
    assert agent.process.stdout is not None
    async with asyncio.timeout(60):
        out, log = await agent.process.communicate()
    assert agent.process.returncode == 1
    assert "The presenter is no longer recorded: /dev/video99" in log.decode()
    assert "/lectures/" in out.decode()
    upload = school.fake.upload_of("presentation")
    assert upload.length == upload.offset > 0
    assert school.fake.lectures[0]["tracks"] == [
        {"role": "presentation", "start_offset_ms": 0, "id": upload.track_id}
    ]


async def test_nothing_to_record_is_one_sentence_and_exit_1(
    school: Listening, start_agent: StartAgent, takes: Path
) -> None:
    agent = await start_agent(
        *("record", "--to", school.class_page, "--folder", str(takes), "--json"),
        *("--presenter", "v4l2:/dev/video99"),
    )
    status, _, log = await agent.end()
    assert status == 1
    assert log.startswith("flipcast-agent: The presenter is no longer recorded: /dev/video99")
    assert len(log.splitlines()) == 1
    assert school.fake.lectures == []


async def test_a_wrong_token_is_said_clearly_and_the_take_can_be_sent_later(
    school: Listening, start_agent: StartAgent, takes: Path
) -> None:
    wish = [*two_tracks(school, takes), "--duration", "1"]
    status, events, log = await (await start_agent(*wish, token="mistyped")).end()
    assert status == 1
    assert "does not accept the agent's token. It says: This token is not known." in log
    assert "Traceback" not in log
    assert "mistyped" not in log + str(events)
    assert school.fake.lectures == []
    sending = await start_agent("send", "--folder", str(takes), "--json")
    status, events, _ = await sending.end()
    assert (status, events[-1]["event"]) == (0, "done")
    upload = school.fake.upload_of("presentation")
    assert upload.length == upload.offset > 0


async def test_stopping_once_finishes_and_stopping_twice_leaves_the_rest_for_next_time(
    school: Listening, start_agent: StartAgent, takes: Path
) -> None:
    wish = two_tracks(school, takes)
    await school.server.close()  # no network
    agent = await start_agent(*wish)
    event = await record_for(agent, 1)
    agent.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(3)
    assert agent.process.returncode is None  # it waits for the network
    agent.process.send_signal(signal.SIGTERM)
    status, _, log = await agent.end()
    assert status == 1
    assert "Stopped before everything was sent." in log
    assert read_take(takes / str(event["take"])).state is TakeState.SENDING


async def test_no_recorder_inherits_the_token_and_no_file_holds_it(
    school: Listening, start_agent: StartAgent, takes: Path
) -> None:
    agent = await start_agent(*two_tracks(school, takes))
    event = await record_for(agent, 0.5)
    recorders = agent.recorders()
    assert len(recorders) == 2
    assert not any(b"right-token" in environment_of(pid) for pid in recorders)
    assert "right-token" not in (takes / str(event["take"]) / "take.json").read_text()
    agent.process.send_signal(signal.SIGINT)
    assert (await agent.end())[0] == 0


def began_unix_s(path: Path) -> float:
    """When the recording began, by the wall clock, as the recorder noted it in the file."""
    data = path.read_bytes()
    layout = Layout()
    scan(layout, lambda position, length: data[position : position + length], len(data))
    return layout.began_unix_s
