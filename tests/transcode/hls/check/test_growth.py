"""A playlist that grows is added to, and nothing else."""

from dataclasses import replace

import pytest

from transcode.hls.check.growth import check_growth
from transcode.hls.playlists import GROWING_TARGET_S, MediaTrack, Segment, media_playlist

SEGMENTS = tuple(Segment(f"{n}.m4s", s, 100) for n, s in enumerate((2.0, 2.0, 4.0, 6.0, 1.5)))
TRACK = MediaTrack("low", "avc1", "init.mp4", 1, SEGMENTS, least_target_s=GROWING_TARGET_S)


def after(count: int) -> str:
    return media_playlist(replace(TRACK, segments=SEGMENTS[:count]), is_complete=False)


def found(before: str, later: str) -> list[str]:
    return [violation.sentence for violation in check_growth("low", before, later)]


def test_what_we_write_only_grows_from_nothing_to_its_end() -> None:
    texts = [*(after(count) for count in range(6)), media_playlist(TRACK)]
    for number, before in enumerate(texts):
        for later in texts[number:]:
            assert found(before, later) == []


@pytest.mark.parametrize(
    ("before", "later", "expected"),
    [
        pytest.param(after(3), after(2), "2.m4s was there and is gone.", id="a-segment-is-lost"),
        pytest.param(
            after(3), after(4).replace("\n1.m4s", "\n9.m4s"),
            "1.m4s was there, and is 9.m4s or has other tags now.", id="another-segment",
        ),
        pytest.param(
            after(3), after(4).replace("#EXTINF:4", "#EXTINF:4.2"),
            "2.m4s was there, and is 2.m4s or has other tags now.", id="another-length",
        ),
        pytest.param(
            after(3), after(4).replace("DURATION:6", "DURATION:7"),
            "EXT-X-TARGETDURATION was 6 and is 7.", id="another-target-duration",
        ),
        pytest.param(
            after(3), after(4).replace("EVENT", "VOD"),
            "its type was EVENT and is VOD.", id="a-vod-before-its-end",
        ),
        pytest.param(
            media_playlist(TRACK), media_playlist(TRACK) + "#\n",
            "it had ended, and was changed.", id="changed-behind-the-end",
        ),
        pytest.param(
            after(3), after(4).replace("#EXT-X-TARGET", "#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-TARGET"),
            "EXT-X-MEDIA-SEQUENCE was None and is 1.", id="another-first-number",
        ),
    ],
)  # fmt: skip
def test_every_other_change_is_found(before: str, later: str, expected: str) -> None:
    assert found(before, later) == [expected]
