"""What is no recording is refused with a sentence that a teacher understands, whatever its name."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.generated_media import (
    AAC,
    VP8,
    browser_recording,
    picture,
    recording,
    run_ffmpeg,
    sound,
    truncated,
)
from transcode.errors import RefusedMedia, TranscodeError, UnreadableMedia
from transcode.media import Source
from transcode.package import make_package
from transcode.probe import probe

CHOOSE = "Choose the video or sound file that you recorded."
TEXT = f"This file is a text file, not a recording. {CHOOSE}"
LIST = f"This file is a list of other files (a playlist), not a recording. {CHOOSE}"
NOT_PLAYABLE = (
    "This file could not be read as a recording: it is damaged, or in a format that we do not take."
    " WebM, MP4, MOV, MKV and MPEG-TS files are fine."
)
NO_INDEX = (
    "This recording is incomplete: its index, which is written at the very end, is missing."
    " Copy the file again from the device that recorded it, or export it again."
)
NOTHING = "This file has neither picture nor sound in it. Choose the video that you recorded."


def too_large(width_px: int, height_px: int) -> str:
    return (
        f"The picture is {width_px} x {height_px} pixels; we take up to 8192 on a side."
        " Export the recording again with a smaller picture, such as 1920 x 1080."
    )


def written(content: bytes | str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    return write


def cut_off_mp4(path: Path) -> None:
    truncated(recording(path.with_name("whole.mp4"), seconds=2), path, 0.5)


def playlist_in_subtitles(path: Path) -> None:
    """U02: an AVI whose GAB2 subtitle is a playlist of this machine's files."""
    whole = path.with_name("whole.avi")
    run_ffmpeg(*picture(), "-t", "1", "-c:v", "mjpeg", str(whole))
    playlist = f"GAB2\0\x02\0#EXTM3U\n#EXTINF:1,\nfile:{path.with_name('other.mp4')}\n".encode()
    chunk = b"01tx" + struct.pack("<I", len(playlist)) + playlist
    path.write_bytes(whole.read_bytes() + chunk)


def sized(width_px: int, height_px: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        source = ("-f", "lavfi", "-i", f"color=s={width_px}x{height_px}:r=5:d=0.2")
        run_ffmpeg(*source, "-c:v", "mjpeg", "-f", "matroska", str(path))

    return make


def many_streams(path: Path) -> None:
    maps = [word for _ in range(40) for word in ("-map", "0:a")]
    run_ffmpeg(*sound(), *maps, "-t", "0.2", *AAC, "-f", "matroska", str(path))


def subtitles_alone(path: Path) -> None:
    text = path.with_name("a.srt")
    text.write_text("1\n00:00:00,000 --> 00:00:01,000\nGood morning\n")
    run_ffmpeg("-i", str(text), "-f", "matroska", str(path))


def longer_than_a_day(path: Path) -> None:
    """U09: a few kilobytes that claim a hundred hours."""
    far = ("-vf", "setpts=if(eq(N\\,0)\\,0\\,360000/TB)", "-fps_mode", "passthrough")
    run_ffmpeg(*picture(), "-frames:v", "2", *far, *VP8, "-f", "matroska", str(path))


def no_such_codec(path: Path) -> None:
    run_ffmpeg(*picture(), "-t", "0.2", "-c:v", "ffv1", "-f", "matroska", str(path))


# what it is: how it is made, what it is refused as, and the whole sentence
BAD_FILES: dict[str, tuple[Callable[[Path], None], type[TranscodeError], str]] = {
    "an empty file": (
        written(b""),
        UnreadableMedia,
        "This file is empty: nothing was recorded or copied into it.",
    ),
    "a text file": (written("Notes for Monday.\n" * 400), UnreadableMedia, TEXT),
    "a text file with umlauts at the end of the first page": (
        written("ä" * 9000),
        UnreadableMedia,
        TEXT,
    ),
    "U01 an HLS playlist": (
        written("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n"),
        UnreadableMedia,
        LIST,
    ),
    "U02 a playlist within an AVI": (playlist_in_subtitles, UnreadableMedia, NOT_PLAYABLE),
    "U04 an ffconcat": (
        written("ffconcat version 1.0\nfile /etc/passwd\n"),
        UnreadableMedia,
        LIST,
    ),
    "U04 a DASH manifest": (
        written('<?xml version="1.0"?>\n<MPD><BaseURL>file:///etc/</BaseURL></MPD>'),
        UnreadableMedia,
        LIST,
    ),
    "U04 an SDP": (
        written("v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n"),
        UnreadableMedia,
        LIST,
    ),
    "U04 a playlist of a radio": (
        written("[playlist]\nFile1=http://127.0.0.1/\n"),
        UnreadableMedia,
        LIST,
    ),
    "U04 a one-line link": (written("http://127.0.0.1:1/a.mp4"), UnreadableMedia, TEXT),
    "U17 a web page": (
        written("<!DOCTYPE html><script>alert(1)</script>"),
        UnreadableMedia,
        f"This file is a web page or a text file, not a recording. {CHOOSE}",
    ),
    "a PDF": (
        written(b"%PDF-1.7\n\x80\x81"),
        UnreadableMedia,
        f"This file is a PDF document, not a recording. {CHOOSE}",
    ),
    "slides": (
        written(b"PK\x03\x04\x14\x00\x06\x00"),
        UnreadableMedia,
        f"This file is a ZIP archive or an office document, not a recording. {CHOOSE}",
    ),
    "a picture": (
        written(b"\x89PNG\r\n\x1a\n\x00\x00"),
        UnreadableMedia,
        f"This file is a picture, not a recording. {CHOOSE}",
    ),
    "noise": (written(os.urandom(65536)), UnreadableMedia, NOT_PLAYABLE),
    "an MP4 that was cut off": (cut_off_mp4, UnreadableMedia, NO_INDEX),
    "U08 a picture 16384 pixels wide": (sized(16384, 64), RefusedMedia, too_large(16384, 64)),
    "U08 a picture of too many pixels": (sized(8192, 4800), RefusedMedia, too_large(8192, 4800)),
    "U09 a hundred hours": (
        longer_than_a_day,
        RefusedMedia,
        "This recording claims to be longer than a day; we take up to 24 hours.",
    ),
    "U10 forty streams": (
        many_streams,
        RefusedMedia,
        "This file has 40 streams in it; a recording has at most 16."
        " Export it again with one picture and one sound.",
    ),
    "subtitles alone": (subtitles_alone, UnreadableMedia, NOTHING),
    "a codec for archives": (
        no_such_codec,
        UnreadableMedia,
        "This recording is coded in a way that we do not take (ffv1)."
        " Export it again as MP4 with H.264.",
    ),
}


@pytest.mark.parametrize("kind", BAD_FILES)
async def test_it_is_refused_with_its_sentence(kind: str, tmp_path: Path) -> None:
    make, error, sentence = BAD_FILES[kind]
    path = tmp_path / "lecture.mp4"
    make(path)
    with pytest.raises(error) as refused:
        await make_package([Source(path)], tmp_path / "out")
    assert str(refused.value) == sentence
    assert not (tmp_path / "out").exists()


async def test_a_webm_that_was_cut_off_counts_up_to_where_it_breaks_off(tmp_path: Path) -> None:
    whole = browser_recording(tmp_path / "whole.webm", seconds=4)
    cut = truncated(whole, tmp_path / "cut.webm", 0.5)
    assert 1.0 < (await probe(cut)).duration_s < 3.0
    package = await make_package([Source(cut)], tmp_path / "out")
    assert package.duration_s == pytest.approx((await probe(cut)).duration_s, abs=0.05)


async def test_a_file_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await probe(tmp_path / "gone.mp4")


async def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    source = recording(tmp_path / "a.mp4", seconds=1)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep me")
    with pytest.raises(FileExistsError):
        await make_package([Source(source)], tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
