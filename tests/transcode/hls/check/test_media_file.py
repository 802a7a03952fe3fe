"""What is remembered of media files, of each codec that we write."""

from pathlib import Path

import pytest

from tests.generated_media import H264, picture, run_ffmpeg
from transcode.hls.check.media_file import read_init_facts, read_segment_facts

AV1 = ("-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p", "-svtav1-params", "lp=1")


@pytest.mark.parametrize(
    ("encoding", "entry"),
    [pytest.param((*H264, "-bf", "0"), "avc1", id="H.264"), pytest.param(AV1, "av01", id="AV1")],
)
def test_only_key_frames_can_begin_a_segment(
    encoding: tuple[str, ...], entry: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    run_ffmpeg(
        *picture(rate="10"), "-t", "1.2", *encoding, "-g", "6", "-movflags",
        "empty_moov+default_base_moof+frag_every_frame", str(path),
    )  # fmt: skip
    data = path.read_bytes()
    init = read_init_facts("a.mp4", data)
    assert (init.damage, init.kind, init.entry, init.size_px) == (None, "vide", entry, (320, 180))
    facts = read_segment_facts("a.mp4", data, init)
    assert facts.damage is None
    begins = [number for number, is_key in enumerate(facts.starts_with_idr) if is_key]
    marked = [n for n, part in enumerate(facts.fragments) if part.samples[0].is_sync]
    assert begins == marked == [0, 6]
