"""Tracks measured from files, as whoever publishes them does."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from transcode.hls.boxes import codec_name, read_fragments, timescale
from transcode.hls.iframes import read_iframes, rungs_with_iframes
from transcode.hls.playlists import (
    GROWING_TARGET_S,
    MediaTrack,
    Segment,
    Variant,
    media_playlist,
    multivariant_playlist,
)

RATES = {
    "still": Fraction(5, 2),
    "low": Fraction(5),
    "medium": Fraction(15),
    "high": Fraction(30),
}


def track(folder: Path) -> MediaTrack:
    """What lies in a folder."""
    init = (folder / "init.mp4").read_bytes()
    segments = tuple(
        Segment(path.name, found.duration_ticks / timescale(init), found.size_bytes)
        for path in sorted(folder.glob("*.m4s"), key=lambda one: int(one.stem))
        for found in [read_fragments(path)]
    )
    return MediaTrack(
        folder.name,
        codec_name(init),
        "init.mp4",
        len(init),
        segments,
        least_target_s=GROWING_TARGET_S,
    )


def variant(folder: Path) -> Variant:
    """A rung of 320x180."""
    return Variant(track(folder), 320, 180, RATES[folder.name])


def begun(whole: MediaTrack, segments: int, planned_peak_bps: int) -> MediaTrack:
    """The first segments of a track, while the others are to come."""
    return replace(whole, segments=whole.segments[:segments], planned_peak_bps=planned_peak_bps)


def publish(
    out: Path,
    rungs: list[Variant],
    sounds: list[MediaTrack],
    *,
    is_complete: bool = True,
) -> None:
    """Write every playlist anew."""
    tracks = [*(rung.track for rung in rungs), *sounds]
    for one in tracks:
        text = media_playlist(one, is_complete=is_complete)
        (out / one.name / "index.m3u8").write_text(text)
    iframes = [read_iframes(out / one.track.name, one) for one in rungs_with_iframes(rungs)]
    for frames in iframes:
        (out / frames.path).write_text(frames.playlist(is_complete=is_complete))
    index = multivariant_playlist(
        rungs,
        sounds,
        iframes=[frames.listed for frames in iframes],
        language="und",
    )
    (out / "index.m3u8").write_text(index)
