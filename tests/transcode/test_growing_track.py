"""Which segments of a run are taken into the package: whole ones, however they were cut."""

from pathlib import Path

from tests.generated_media import AAC, run_ffmpeg, sound
from transcode.growing_track import GrowingTrack


def test_a_segment_cut_before_the_grid_is_whole_once_the_next_one_is_there(tmp_path: Path) -> None:
    scratch, package = tmp_path / "scratch", tmp_path / "audio"
    scratch.mkdir()
    run_ffmpeg(
        *sound(), "-t", "5", *AAC, "-f", "hls", "-hls_time", "1.9", "-hls_list_size", "0",
        "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4",
        "-hls_segment_filename", str(scratch / "%d.m4s"), str(scratch / "ffmpeg.m3u8"),
    )  # fmt: skip
    later = [scratch / f"{number}.m4s" for number in (1, 2)]
    held_back = [path.rename(path.with_suffix(".later")) for path in later]
    track = GrowingTrack(package)
    assert not track.collect(scratch, 0, None, is_over=False), "more of it may come"
    held_back[0].rename(later[0])
    assert track.collect(scratch, 0, None, is_over=False)
    assert track.count == 1, "it ends at 1.9 s and not at 2, and is followed"
