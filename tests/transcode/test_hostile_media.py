"""Nothing that a recording contains hurts the server or is passed on to those who watch.

What is simply no recording is in `test_bad_input.py`; limits of a child in `test_limits.py`.
"""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.generated_media import H264, picture, recording, run_ffmpeg
from tests.transcode.hostile_files import (
    PHONE_SECRETS,
    SCRIPT,
    damaged,
    empty_boxes,
    from_a_phone,
    many_tracks,
    one_huge_box,
    one_of_each,
    page_within,
    patched,
    samples_elsewhere,
    with_attachment,
)
from tests.transcode.played_package import play
from transcode.errors import FfmpegFailed, RefusedMedia, TranscodeError, UnreadableMedia
from transcode.locator import find_ffmpeg
from transcode.media import Source
from transcode.package import make_package
from transcode.probe import probe, probe_head
from transcode.probe_facts import read_facts
from transcode.process import run


def names_below(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")}


def everything_in(folder: Path) -> bytes:
    """All bytes that would be served of a package."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_u05_an_mp4_whose_samples_lie_in_another_file_shows_nothing_of_it(
    tmp_path: Path,
) -> None:
    """ffmpeg shows the other file when it is told to follow such a reference: nobody tells it."""
    victim = tmp_path / "victim.mp4"
    white = ("-f", "lavfi", "-i", "color=c=white:s=320x180:r=5:d=1")
    run_ffmpeg(*white, *H264, str(victim))
    hostile = samples_elsewhere(tmp_path / "hostile.mp4", victim)
    followed = ["-enable_drefs", "1", "-use_absolute_path", "1", "-i", str(hostile)]
    await run([find_ffmpeg(), *followed, "-frames:v", "1", "-f", "null", "-"])
    try:
        await make_package([Source(hostile)], tmp_path / "out")
    except (TranscodeError, FfmpegFailed):
        return
    shown = play(tmp_path / "out").rungs[-1].picture_at(0.5)
    assert shown.mean() < 200


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{url}\n",
        "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI={url}\n#EXTINF:9,\na.ts\n",
        "ffconcat version 1.0\nfile {url}\n",
        '<?xml version="1.0"?><MPD><BaseURL>{url}</BaseURL></MPD>',
        "{url}",
        '<?xml version="1.0"?><AssetMap><Path>{url}</Path></AssetMap>',
        "v=0\no=- 0 0 IN IP4 127.0.0.1\na=control:{url}\nm=video 5004 RTP/AVP 96\n",
    ],
    ids=["playlist", "key", "concat", "dash", "link", "imf", "sdp"],
)
@pytest.mark.parametrize("growing", [False, True], ids=["whole", "growing"])
async def test_u01_u04_u06_a_list_of_addresses_is_refused_and_nobody_is_called(
    text: str, growing: bool, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/latest/meta-data"
        path = tmp_path / "lecture.mp4"
        path.write_text(text.format(url=url) + "\n" * 600)
        with pytest.raises(UnreadableMedia):
            await (probe_head(path, 1 << 20) if growing else probe(path))
        with pytest.raises(TimeoutError):
            server.accept()


async def test_u08_a_picture_larger_than_its_container_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "color=s=8400x64:r=5:d=0.4", *H264, str(path))
    patched(path, b"avc1", 28, b"\x01\x40\x00\x40")
    with pytest.raises(RefusedMedia, match="8400 x 64"):
        await probe(path)


async def test_u09_a_hundred_hours_are_only_a_claim(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.mp4", seconds=1)
    patched(path, b"mvhd", 20, (360_000_000).to_bytes(4))
    assert (await probe(path)).duration_s == pytest.approx(1, abs=0.1)


async def test_u09_a_hundred_thousand_frames_a_second_become_thirty(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    fast = ("-frames:v", "3000", "-video_track_timescale", "100000")
    run_ffmpeg(*picture(64, 64, "100000"), *fast, *H264, str(path))
    package = await make_package([Source(path)], tmp_path / "out")
    assert package.duration_s == pytest.approx(0.03, abs=0.01)
    assert package.renditions[-1].frame_rate <= 30


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: empty_boxes(path, 8 << 20), id="a-million-boxes"),
        pytest.param(lambda path: one_huge_box(path, 2 << 30), id="two-gigabytes-of-nothing"),
    ],
)
async def test_u09_a_file_of_nothing_is_refused_soon(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = make(tmp_path / "a.mp4")
    assert await probe_head(path, 1 << 20) is None
    with pytest.raises(UnreadableMedia, match="its index, which is written at the very end"):
        await probe(path)


@pytest.mark.parametrize(
    ("count", "name"),
    [
        pytest.param(1000, "a.mkv", id="a-thousand", marks=pytest.mark.slow),
        pytest.param(500, "a.mp4", id="500-in-MP4"),
    ],
)
async def test_u10_streams_without_number_are_refused(
    count: int, name: str, tmp_path: Path
) -> None:
    path = many_tracks(tmp_path / name, count)
    with pytest.raises(RefusedMedia, match=f"{count} streams"):
        await probe(path)


async def test_u14_what_a_recording_carries_is_not_taken_out(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    path = with_attachment(tmp_path / "deep" / "a.mkv", "../../../carried-out")
    await make_package([Source(path)], tmp_path / "deep" / "er" / "out")
    assert "carried-out" not in names_below(tmp_path)
    assert SCRIPT not in everything_in(tmp_path / "deep" / "er" / "out")


@pytest.mark.parametrize(
    "name",
    [
        "-i",
        "%03d.mp4",
        "concat:a.mp4|b.mp4",
        "a'b\\c;d,e[f]=g:h.mp4",
        "zwei\nZeilen.mp4",
        "$(touch gone) `touch gone`.mp4",
    ],
)
async def test_u04_u16_a_name_is_never_an_option_or_a_pattern(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    shutil.move(recording(tmp_path / "a.mp4", seconds=0.5), path)
    assert (await probe(path)).duration_s == pytest.approx(0.5, abs=0.1)
    await make_package([Source(path)], tmp_path / "out")
    assert set(os.listdir(tmp_path)) == {name, "out"}


async def test_u17_a_page_within_a_recording_is_not_passed_on(tmp_path: Path) -> None:
    path = page_within(tmp_path / "a.mp4")
    assert SCRIPT in path.read_bytes()
    await make_package([Source(path)], tmp_path / "out")
    assert SCRIPT not in everything_in(tmp_path / "out")


async def test_u17_a_page_with_a_recording_behind_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    page = b"<!DOCTYPE html>" + SCRIPT + b" " * 4096
    path.write_bytes(page + recording(tmp_path / "b.mp4", seconds=0.5).read_bytes())
    with pytest.raises(UnreadableMedia):
        await probe(path)


async def test_u29_nobody_learns_where_and_by_whom_it_was_recorded(tmp_path: Path) -> None:
    path = from_a_phone(tmp_path / "a.mov")
    assert all(secret in path.read_bytes() for secret in PHONE_SECRETS)
    await make_package([Source(path)], tmp_path / "out")
    served = everything_in(tmp_path / "out")
    assert [secret for secret in PHONE_SECRETS if secret in served] == []


@pytest.mark.slow
async def test_u30_a_damaged_recording_is_read_or_refused_and_hurts_nobody(
    tmp_path: Path,
) -> None:
    """Chance bends recordings of each container; the probe answers for each of them."""
    answers = set[str]()
    for source in one_of_each(tmp_path):
        for seed in range(5):
            path = damaged(source, tmp_path / f"damaged{source.suffix}", seed)
            try:
                await probe(path)
                answers.add("read")
            except (UnreadableMedia, RefusedMedia):
                answers.add("refused")
    assert answers == {"read", "refused"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
async def test_u30_an_encoder_of_a_damaged_recording_ends(seed: int, tmp_path: Path) -> None:
    """It makes a package that plays, or it fails with a reason; it never hangs."""
    source = recording(tmp_path / "a.ts", seconds=1)
    path = damaged(source, tmp_path / "b.ts", seed)
    try:
        await make_package([Source(path)], tmp_path / "out")
    except TranscodeError:
        return
    assert play(tmp_path / "out").rungs


@pytest.mark.parametrize("allowed", [True, False], ids=["allowed", "not-allowed"])
async def test_u30_only_decoders_that_are_allowed_see_a_byte(allowed: bool, tmp_path: Path) -> None:
    """FFV1 tells the format of its pixels only to its decoder."""
    path = tmp_path / "a.mkv"
    run_ffmpeg(*picture(), "-t", "0.2", "-c:v", "ffv1", str(path))
    facts = await read_facts(path, {"h264", "ffv1"} if allowed else {"h264"})
    assert facts is not None
    assert facts.streams[0].codec == "ffv1"
    assert bool(facts.streams[0].pixel_format) is allowed
