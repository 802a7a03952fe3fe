"""U25: bodies that come too slowly are dropped, what they brought is kept, others are served."""

import asyncio

import pytest

from stream.ingest.pace import Pace, Patience
from tests.stream.ingest.conftest import MakeTracks, Sender, begin_patch

CONNECTIONS = 20


@pytest.fixture
def patience() -> Patience:
    """Shorter than in a school, so that the test is."""
    return Patience(window_s=1.5, least_bytes=1024)


@pytest.mark.slow
async def test_trickling_connections_are_dropped_and_others_are_served(
    sender: Sender, make_tracks: MakeTracks
) -> None:
    slow = []
    for _ in range(CONNECTIONS):
        lecture_id, (track_id,) = await make_tracks(sender.class_id)
        one = Sender(sender.person, sender.class_id, lecture_id, track_id)
        path = await one.upload(1000)
        slow.append((one, path, await begin_patch(one, path, 0, 1000)))
        await slow[-1][2].send(b"x")
    served = await sender.patch(await sender.upload(5), 0, b"hello")
    assert served.status == 204
    statuses = await asyncio.gather(*(connection.status() for _, _, connection in slow))
    assert set(statuses) == {408}
    assert {await one.offset(path) for one, path, _ in slow} == {1}


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        pytest.param([(1.0, 0), (29.9, 0)], False, id="a-pause-within-the-window"),
        pytest.param([(1.0, 0), (30.0, 0)], True, id="nothing-for-a-window"),
        pytest.param([(15.0, 1), (30.0, 1)], True, id="two-bytes-in-a-window"),
        pytest.param([(15.0, 1024), (30.0, 1)], False, id="just-enough"),
        pytest.param([(1.0, 10**6), (30.0, 0), (60.0, 0)], True, id="a-fast-start-does-not-count"),
    ],
)
def test_what_is_too_slow(arrivals: list[tuple[float, int]], expected: bool) -> None:
    pace = Pace(Patience(), 0.0)
    *_, last = (pace.is_too_slow(count, now_s) for now_s, count in arrivals)
    assert last is expected
