"""What ffmpeg's segment muxer is told, of a rung as of a sound. Pure."""

from typing import Any

from transcode.tree import INIT_NAME, SCRATCH_FOLDER, SCRATCH_PLAYLIST

Stream = Any  # ffmpeg-python has no types


def hls_output(stream: Stream, folder: str, options: dict[str, Any]) -> Stream:
    """Segments in a scratch folder of their own, under their names only when they are complete."""
    folder = f"{SCRATCH_FOLDER}/{folder}"
    return stream.output(
        f"file:{folder}/{SCRATCH_PLAYLIST}",
        f="hls",
        hls_segment_type="fmp4",
        hls_flags="temp_file",
        hls_list_size=1,
        hls_fmp4_init_filename=INIT_NAME,
        hls_segment_filename=f"{folder}/%d.m4s",
        # an index in each segment would be wrong where a rest is joined to it (`growing_track.py`),
        # and where its times are moved
        hls_segment_options="use_editlist=0:movflags=+skip_sidx",
        fflags="+bitexact",
        map_metadata=-1,
        map_chapters=-1,
        **options,
    )
