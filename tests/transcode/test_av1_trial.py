"""Whether an ffmpeg may be used for AV1 is decided by what it made, not by what it lists."""

import asyncio
from dataclasses import replace

import pytest

from transcode.av1_trial import av1_fault, keys_fault
from transcode.locator import locate_ffmpeg


@pytest.mark.parametrize(
    ("keys", "frames", "fault"),
    [
        pytest.param([0, 7, 12], 20, None, id="as-asked"),
        pytest.param([0], 20, "came at [0]", id="none-but-the-first-as-ffmpeg-5"),
        pytest.param([0, 5, 10, 15], 20, "came at [0, 5, 10, 15]", id="it-counts-by-itself"),
        pytest.param([0, 7, 12], 19, "it made 19", id="one-is-lost"),
    ],
)
def test_key_frames_lie_where_they_were_asked_for(
    keys: list[int], frames: int, fault: str | None
) -> None:
    found = keys_fault(keys, frames)
    assert found == fault if fault is None else fault in str(found)


def test_the_bundled_ffmpeg_passes() -> None:
    async def tried() -> str | None:
        return await av1_fault(await locate_ffmpeg())

    assert asyncio.run(tried()) is None


def test_a_build_without_the_encoder_is_not_tried() -> None:
    async def tried() -> str | None:
        found = await locate_ffmpeg()
        return await av1_fault(replace(found, path="nowhere", encoders=frozenset({"libx264"})))

    assert "without the encoder" in str(asyncio.run(tried()))
