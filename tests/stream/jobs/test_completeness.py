"""A package is as long as its recording in every rung, or it is not complete."""

from pathlib import Path

import pytest

from stream.jobs.completeness import IncompletePackage, require_complete

INDEX = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",URI="audio/index.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=60000,AUDIO="sound"
still/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=500000,AUDIO="sound"
high/index.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9000,URI="high/iframes.m3u8"
"""


def playlist(*lengths_s: float, end: bool = True) -> str:
    segments = "".join(f"#EXTINF:{each},\n{i}.m4s\n" for i, each in enumerate(lengths_s))
    head = '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI="init.mp4"\n'
    return head + segments + ("#EXT-X-ENDLIST\n" if end else "")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of ten seconds, as far as playlists and files go."""
    for name in ("index.m3u8", "all-codecs.m3u8"):
        (tmp_path / name).write_text(INDEX)
    for rung in ("audio", "still", "high"):
        folder = tmp_path / rung
        folder.mkdir()
        (folder / "index.m3u8").write_text(playlist(6, 4))
        for name in ("init.mp4", "0.m4s", "1.m4s"):
            (folder / name).write_bytes(b"media")
    return tmp_path


def is_complete(package: Path, expected_s: float) -> bool:
    try:
        require_complete(package, expected_s)
    except IncompletePackage:
        return False
    return True


@pytest.mark.parametrize(
    ("expected_s", "complete"),
    [
        pytest.param(10.0, True, id="to-the-frame"),
        pytest.param(10.9, True, id="a-frame-of-the-slowest-rung-less"),
        pytest.param(9.1, True, id="a-frame-more"),
        pytest.param(11.1, False, id="too-short"),
        pytest.param(8.9, False, id="too-long"),
    ],
)
def test_a_package_is_complete_when_it_is_as_long_as_its_recording(
    package: Path, expected_s: float, complete: bool
) -> None:
    assert is_complete(package, expected_s) is complete


@pytest.mark.parametrize(
    ("rung", "text"),
    [
        pytest.param("still", playlist(6), id="a-rung-is-short"),
        pytest.param("high", playlist(6, 4, 4), id="a-rung-is-long"),
        pytest.param("audio", playlist(6), id="the-sound-is-short"),
        pytest.param("high", playlist(6, 4, end=False), id="a-rung-has-not-ended"),
        pytest.param("high", playlist(), id="a-rung-is-empty"),
    ],
)
def test_a_rung_that_is_not_whole_is_named(package: Path, rung: str, text: str) -> None:
    (package / rung / "index.m3u8").write_text(text)
    with pytest.raises(IncompletePackage) as caught:
        require_complete(package, 10.0)
    assert caught.value.rung == f"{rung}/index.m3u8"


@pytest.mark.parametrize("name", ["init.mp4", "1.m4s"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_file_that_is_empty_or_not_there_is_missed(
    package: Path, name: str, is_there: bool
) -> None:
    (package / "still" / name).unlink()
    if is_there:
        (package / "still" / name).touch()
    with pytest.raises(IncompletePackage, match=name):
        require_complete(package, 10.0)


def test_a_package_without_rungs_is_not_complete(package: Path) -> None:
    (package / "index.m3u8").write_text("#EXTM3U\n")
    with pytest.raises(IncompletePackage, match="no rung"):
        require_complete(package, 10.0)
