"""The Opus rendition: where its sound lies, where its segments begin, how loud it comes out."""

import io
from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import InputContainer

from tests.generated_media import run_ffmpeg
from tests.transcode.sound.heard import listened
from tests.transcode.sound.synthetic_speech import RATE_HZ, Samples, lecture, write_wav
from transcode.grid import FIRST_SEGMENT_S, SEGMENT_S, segment_starts_s
from transcode.hls.samples import Fragment, read_segment
from transcode.sound.aac import AAC_OPTIONS
from transcode.sound.filters import speech_filters
from transcode.sound.opus import (
    PACKET_SAMPLES,
    PRE_SKIP_SAMPLES,
    OpusRendition,
    opus_options,
    opus_start,
    packets_before,
)
from transcode.sound.sound_filter import SoundFilter, filter_text
from transcode.tree import segment_files

AAC_START = (
    SoundFilter("atrim", {"start_sample": 1024}),
    SoundFilter("asetpts", {"expr": "N/SR/TB"}),
)
CLICKS_S = (0.2, 1.0, 5.5, 13.99, 20.25)
SECONDS = 21


def click() -> Samples:
    """Two milliseconds of tone, short enough to have a place and long enough for a codec."""
    time_s = np.arange(96) / RATE_HZ
    return np.asarray(0.7 * np.sin(2 * np.pi * 1500 * time_s) * np.hanning(96))


@pytest.fixture(scope="module")
def clicks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sound = np.zeros(SECONDS * RATE_HZ)
    for click_s in CLICKS_S:
        begin = round(click_s * RATE_HZ)
        sound[begin : begin + 96] = click()
    return write_wav(tmp_path_factory.mktemp("clicks") / "clicks.wav", sound)


def packaged(folder: Path, source: Path, filters: tuple[SoundFilter, ...], *coding: str) -> Path:
    """Segments as the encoder's command writes them."""
    folder.mkdir()
    run_ffmpeg(
        *("-i", str(source), "-af", filter_text(filters), *coding),
        *("-f", "hls", "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4"),
        *("-hls_segment_filename", str(folder / "%d.m4s"), "-hls_list_size", "1"),
        *("-hls_time", str(SEGMENT_S), "-hls_init_time", str(FIRST_SEGMENT_S)),
        *("-hls_segment_options", "use_editlist=0:movflags=+skip_sidx", "-fflags", "+bitexact"),
        str(folder / "index.m3u8"),
    )
    return folder


def opus_packaged(folder: Path, source: Path) -> Path:
    return packaged(folder, source, opus_start(), *as_arguments(opus_options(OpusRendition())))


def as_arguments(options: Mapping[str, str | int]) -> list[str]:
    return [text for key, value in options.items() for text in (f"-{key}", str(value))]


def fragments_of(folder: Path) -> list[Fragment]:
    return [part for path in segment_files(folder) for part in read_segment(path.read_bytes())]


def played(folder: Path) -> tuple[Samples, int]:
    """Each sample at its place by the file's time stamps, and how many make a second."""
    data = b"".join(path.read_bytes() for path in segment_files(folder))
    with av.open(io.BytesIO((folder / "init.mp4").read_bytes() + data), "r") as container:
        assert isinstance(container, InputContainer)
        rate_hz = container.streams.audio[0].rate
        out = np.zeros((SECONDS + 1) * rate_hz)
        for frame in container.decode(audio=0):
            assert frame.time is not None
            begin = round(frame.time * rate_hz)
            samples = frame.to_ndarray().reshape(-1)[: max(0, len(out) - begin)]
            out[begin : begin + len(samples)] = samples
    return out, rate_hz


def heard_at(folder: Path) -> list[float]:
    """Where the clicks are heard, seconds."""
    samples, rate_hz = played(folder)
    shape = np.interp(np.arange(0, 96, RATE_HZ / rate_hz), np.arange(96), click())
    found: list[float] = []
    for click_s in CLICKS_S:
        begin = round((click_s - 0.06) * rate_hz)
        near = samples[begin : begin + round(0.15 * rate_hz)]
        at = int(np.abs(np.correlate(near, shape, "valid")).argmax())
        found.append((begin + at) / rate_hz)
    return found


def test_a_click_lies_where_it_was_and_where_aac_has_it(clicks: Path, tmp_path: Path) -> None:
    in_aac = packaged(
        *(tmp_path / "aac", clicks, (SoundFilter("aresample", {"sample_rate": 24000}), *AAC_START)),
        *("-c:a", "aac", "-b:a", "24k", *as_arguments(AAC_OPTIONS)),
    )
    in_opus = opus_packaged(tmp_path / "opus", clicks)
    assert heard_at(in_opus) == pytest.approx(CLICKS_S, abs=0.0005)
    assert heard_at(in_aac) == pytest.approx(CLICKS_S, abs=0.0005)


def test_the_init_segment_says_what_is_cut_off_the_start(clicks: Path, tmp_path: Path) -> None:
    init = (opus_packaged(tmp_path / "opus", clicks) / "init.mp4").read_bytes()
    assert b"elst" not in init
    at = init.index(b"dOps") + 6  # version, channels
    assert int.from_bytes(init[at : at + 2]) == PRE_SKIP_SAMPLES


def test_segments_begin_exactly_on_the_grid(clicks: Path, tmp_path: Path) -> None:
    fragments = fragments_of(opus_packaged(tmp_path / "opus", clicks))
    starts_s = [(fragment.decode_ticks or 0) / RATE_HZ for fragment in fragments]
    grid_s = segment_starts_s(SECONDS)
    assert starts_s[: len(grid_s)] == grid_s
    packets = np.cumsum([0, *(len(fragment.samples) for fragment in fragments)])
    assert list(packets[: len(grid_s)]) == [packets_before(start_s) for start_s in grid_s]


def test_an_hour_at_24_kbit_is_less_than_12_mb(tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "speech.wav", lecture(20).samples)
    folder = opus_packaged(tmp_path / "opus", sound)
    size_bytes = sum(path.stat().st_size for path in segment_files(folder))
    assert size_bytes * 180 < 12_000_000


def test_opus_is_as_loud_as_asked_and_below_1_db(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "speech.wav", lecture(12).samples)
    out = tmp_path / "speech.ogg"
    coding = as_arguments(opus_options(OpusRendition()))
    run_ffmpeg("-i", str(source), "-af", filter_text(speech_filters(None, 1)), *coding, str(out))
    heard = listened(out)
    assert heard.lufs == pytest.approx(-16, abs=2)
    assert heard.true_peak_db <= -1


@pytest.mark.parametrize(("start_s", "packets"), [(0, 0), (2, 100), (14, 700), (48, 2400)])
def test_every_time_of_the_grid_is_the_start_of_a_packet(start_s: float, packets: int) -> None:
    assert packets_before(start_s) == packets
    assert packets * PACKET_SAMPLES == start_s * RATE_HZ


def test_between_packets_nothing_begins() -> None:
    with pytest.raises(ValueError, match=r"2\.01"):
        packets_before(2.01)


@pytest.mark.parametrize("bitrate_bps", [6_000, 15_999, 64_000])
def test_rates_that_do_not_suit_speech_are_refused(bitrate_bps: int) -> None:
    with pytest.raises(ValueError, match=str(bitrate_bps)):
        OpusRendition(bitrate_bps)
