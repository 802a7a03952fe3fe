"""Playlists that break a rule: their text, their lists, their key frames."""

import re

from tests.transcode.hls.check.broken_package import (
    AUDIO,
    IFRAMES,
    INDEX,
    LOW,
    NO_KEY_FRAME_FIRST,
    BrokenPackage,
    Case,
    all_of,
    change,
    edit,
    file,
    growing,
    hidden,
    one_more_track,
    size,
    target,
    without,
)
from transcode.hls.iframes import read_iframe

NO_URI = '#EXT-X-STREAM-INF:BANDWIDTH=1,AVERAGE-BANDWIDTH=1,CODECS="avc1.640028"\n'


def range_beyond_the_end(package: BrokenPackage) -> None:
    size_bytes = (package.folder / "low" / "0.m4s").stat().st_size
    package.text(LOW, "(?=0.m4s)", f"#EXT-X-BYTERANGE:{size_bytes + 1}@0\n")


def little_less(bandwidth: re.Match[str]) -> str:
    return str(int(0.95 * int(bandwidth[0])))


def second_group(package: BrokenPackage) -> None:
    package.text(INDEX, r"(#EXT-X-MEDIA:.*\n)", r"\1\1")
    package.text(INDEX, 'GROUP-ID="sound",LANGUAGE="und"', 'GROUP-ID="two",LANGUAGE="de"')


def high_iframes(package: BrokenPackage) -> None:
    """Take the key frames of the dearest rung."""
    for segment in range(5):
        part = read_iframe(package.folder / "high" / f"{segment}.m4s")
        package.text(
            IFRAMES,
            rf"BYTERANGE:\d+@\d+\n{segment}\.m4s",
            f"BYTERANGE:{part.size_bytes}@{part.start}\n../high/{segment}.m4s",
        )


def sound_as_variant(package: BrokenPackage) -> None:
    path = package.folder / INDEX
    line = '#EXT-X-STREAM-INF:BANDWIDTH=16900,AVERAGE-BANDWIDTH=15500,CODECS="mp4a.40.2"\n'
    path.write_text(path.read_text() + line + AUDIO + "\n")


def hevc_init(package: BrokenPackage) -> None:
    init = (package.folder / "still" / "init.mp4").read_bytes()
    (package.folder / "still" / "hevc.mp4").write_bytes(init.replace(b"avc1", b"hvc1"))


LIST_CASES = [
    Case("RFC 4.1", "a byte order mark", change(LOW, lambda text: b"\xef\xbb\xbf" + text)),
    Case("RFC 4.1", "a control character", edit(LOW, "#EXT-X-ENDLIST", "#\a\n#EXT-X-ENDLIST")),
    Case(
        "RFC 4.1",
        "tags of segments among variants",
        edit(INDEX, "#EXT-X-MEDIA", "#EXT-X-ENDLIST\n#EXT-X-MEDIA"),
    ),
    Case("RFC 4.2", "text without quotes", edit(INDEX, 'NAME="Sound"', "NAME=Sound")),
    Case("RFC 4.2", "an attribute twice", edit(INDEX, 'CHANNELS="1"', 'CHANNELS="1",CHANNELS="1"')),
    Case(
        "RFC 4.2", "attributes that cannot be read", edit(INDEX, 'CHANNELS="1"', 'CHANNELS="1",;')
    ),
    Case("RFC 4.3.1.1", "another first line", edit(LOW, "#EXTM3U\n", "")),
    Case("RFC 4.3.1.2", "a version twice", edit(LOW, "(#EXT-X-VERSION:7\n)", r"\1\1")),
    Case("RFC 7", "a version that knows no fractions", edit(LOW, "VERSION:7", "VERSION:2")),
    Case("RFC 7", "a version that knows no init segments", edit(LOW, "VERSION:7", "VERSION:5")),
    Case("RFC 4.3.2.1", "no length", edit(IFRAMES, "#EXTINF:2.3,\n", ""), also=("6.2",)),
    Case("RFC 4.3.2.2", "a range beyond the end", range_beyond_the_end),
    Case("RFC 4.3.2.5", "no init segment", edit(IFRAMES, "init.mp4", "none.mp4")),
    Case(
        "RFC 4.3.2.5",
        "a torn init segment",
        all_of(edit(IFRAMES, "init.mp4", "torn.mp4"), file("still/torn.mp4", b"\0\0\0\x10ftyp")),
    ),
    Case("RFC 4.3.3.1", "a longer segment", target(5, IFRAMES)),
    Case("RFC 4.3.3.1", "no target duration", edit(IFRAMES, "#EXT-X-TARGETDURATION:6\n", "")),
    Case(
        "RFC 4.3.3.2",
        "a number too late",
        edit(LOW, "#EXT-X-ENDLIST", "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-ENDLIST"),
    ),
    Case("RFC 4.3.3.5", "another type", edit(IFRAMES, "TYPE:VOD", "TYPE:LIVE")),
    Case(
        "RFC 4.3.3.6",
        "half a key frame",
        edit(IFRAMES, r"BYTERANGE:\d+(@\d+\n4.m4s)", r"BYTERANGE:140\1"),
    ),
    Case("RFC 4.3.4.1", "no name", edit(INDEX, ',NAME="Sound"', "")),
    Case("RFC 4.3.4.1", "the same name twice", edit(INDEX, r"(#EXT-X-MEDIA:.*\n)", r"\1\1")),
    Case("RFC 4.3.4.1.1", "groups that differ", second_group),
    Case("RFC 4.3.4.2", "no bandwidth", edit(INDEX, r"INF:BANDWIDTH=\d+,", "INF:")),
    Case("RFC 4.3.4.2", "no playlist", edit(INDEX, "(#EXT-X-I-FRAME)", NO_URI + r"\1")),
    Case(
        "RFC 4.3.4.2",
        "no such group",
        edit(INDEX, 'AUDIO="sound"', 'AUDIO="sound",SUBTITLES="none"'),
    ),
    Case("RFC 4.3.4.2 CODECS", "no word of the sound", edit(INDEX, ",mp4a.40.2", "")),
    Case(
        "RFC 4.3.4.2 FRAME-RATE",
        "fewer frames than there are",
        edit(INDEX, "FRAME-RATE=30", "FRAME-RATE=24"),
    ),
    Case("RFC 4.3.4.2 RESOLUTION", "another size", edit(INDEX, "320x180", "640x360", times=0)),
    Case(
        "RFC 4.3.4.3",
        "no bandwidth",
        edit(INDEX, r"FRAME-STREAM-INF:BANDWIDTH=\d+,", "FRAME-STREAM-INF:"),
    ),
    Case(
        "RFC 4.3.4.3",
        "a frame rate",
        edit(INDEX, "FRAME-STREAM-INF:", "FRAME-STREAM-INF:FRAME-RATE=1,"),
    ),
    Case("RFC 4.3.5.1", "a segment that needs another", change("low/1.m4s", NO_KEY_FRAME_FIRST)),
    Case("RFC 6.2.1", "a playlist that is not there", edit(INDEX, "still/iframes", "still/none")),
    Case("RFC 6.2.1", "a segment that is not there", without("high/4.m4s"), also=("1.26",)),
    Case("RFC 6.2.1", "no end", edit(IFRAMES, "#EXT-X-ENDLIST\n", "")),
    Case("6.1", "no key frames", edit(INDEX, "#EXT-X-I-FRAME.*\n", "")),
    Case("6.4", "key frames of a dear rung", high_iframes, also=("6.9",)),
    Case(
        "6.5",
        "dear key frames",
        all_of(
            hidden("low|fair|medium|high"),
            edit(IFRAMES, r"BYTERANGE:\d+(@\d+\n0.m4s)", r"BYTERANGE:1500\1"),
        ),
        also=("9.9", "6.9"),
    ),
    Case("6.6", "key frames of one size", size("high", 640, 360)),
    Case("6.8", "not a word of it", edit(IFRAMES, "#EXT-X-I-FRAMES-ONLY\n", "")),
    Case(
        "6.9",
        "too much bandwidth",
        edit(INDEX, r"FRAME-STREAM-INF:BANDWIDTH=\d", "FRAME-STREAM-INF:BANDWIDTH=9"),
    ),
    Case(
        "6.9",
        "too little bandwidth",
        edit(INDEX, r"FRAME-STREAM-INF:BANDWIDTH=\d", "FRAME-STREAM-INF:BANDWIDTH=1"),
    ),
    Case(
        "6.10", "samples alone", edit(IFRAMES, r"BYTERANGE:\d+@\d+(\n4.m4s)", r"BYTERANGE:20@300\1")
    ),
    Case("6.11", "another target duration", all_of(growing, target(7, IFRAMES))),
    Case("6.14", "no H.264", all_of(hevc_init, edit(IFRAMES, "init.mp4", "hevc.mp4"))),
    Case("9.1", "no codecs", edit(INDEX, r",CODECS=\"[^\"]*\"(,AUDIO)", r"\1")),
    Case("9.2", "no size", edit(INDEX, ",RESOLUTION=320x180", "")),
    Case("9.3", "no codecs of key frames", edit(INDEX, r",CODECS=\"[^\"]*\"(,URI)", r"\1")),
    Case(
        "9.4",
        "no size of key frames",
        edit(INDEX, r",RESOLUTION=320x180(,CODECS=\"[^\"]*\",URI)", r"\1"),
    ),
    Case("9.5", "sound among the pictures", change("high/init.mp4", one_more_track)),
    Case("9.9", "one rung", hidden("low|fair|medium|high"), also=("6.5",)),
    Case("9.10", "one rung in HD", size("high", 1280, 720), also=("6.6",)),
    Case("9.11", "not a word above", edit(INDEX, "#EXT-X-INDEPENDENT-SEGMENTS\n", "")),
    Case(
        "9.12",
        "not a word anywhere",
        all_of(edit(INDEX, "#EXT-X-INDEPENDENT.*\n", ""), edit(LOW, "#EXT-X-INDEPENDENT.*\n", "")),
        also=("9.11",),
    ),
    Case(
        "9.13",
        "bandwidth that is a little short",
        edit(INDEX, r"(?<=INF:BANDWIDTH=)\d+", little_less),
    ),
    Case("9.14", "no average", edit(INDEX, r",AVERAGE-BANDWIDTH=\d+", "")),
    Case("9.15", "no frame rate", edit(INDEX, r",FRAME-RATE=2\.5", "")),
    Case("9.19", "one score", edit(INDEX, "STREAM-INF:", "STREAM-INF:SCORE=1,")),
    Case("9.20", "sound as a variant", sound_as_variant),
    Case(
        "9.21",
        "nothing for cellular networks",
        edit(INDEX, r"INF:BANDWIDTH=\d+", "INF:BANDWIDTH=500000", times=0),
        also=("1.27", "6.9"),
    ),
]
