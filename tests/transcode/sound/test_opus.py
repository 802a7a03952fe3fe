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
from transcode.ladder import SPEECH, SPEECH_OPUS, AudioRendition
from transcode.sound.filters import speech_filters
from transcode.sound.opus import PRE_SKIP_SAMPLES
from transcode.sound.sound_filter import SoundFilter, filter_text
from transcode.sound_encoder import encoder_options, priming_samples
from transcode.tree import segment_files

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


def packaged(folder: Path, source: Path, coded: AudioRendition) -> Path:
    """Segments as the encoder's command writes them."""
    folder.mkdir()
    filters = (
        SoundFilter("aresample", {"sample_rate": coded.sample_rate_hz}),
        SoundFilter("atrim", {"start_sample": priming_samples(coded)}),
        SoundFilter("asetpts", {"expr": "N/SR/TB"}),
    )
    run_ffmpeg(
        *("-i", str(source), "-af", filter_text(filters), *as_arguments(encoder_options(coded))),
        *("-f", "hls", "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4"),
        *("-hls_segment_filename", str(folder / "%d.m4s"), "-hls_list_size", "1"),
        *("-hls_time", str(SEGMENT_S), "-hls_init_time", str(FIRST_SEGMENT_S)),
        *("-hls_segment_options", "use_editlist=0:movflags=+skip_sidx", "-fflags", "+bitexact"),
        str(folder / "index.m3u8"),
    )
    return folder


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
    in_aac = packaged(tmp_path / "aac", clicks, SPEECH)
    in_opus = packaged(tmp_path / "opus", clicks, SPEECH_OPUS)
    assert heard_at(in_opus) == pytest.approx(CLICKS_S, abs=0.0005)
    assert heard_at(in_aac) == pytest.approx(CLICKS_S, abs=0.0005)


def test_the_init_segment_says_what_is_cut_off_the_start(clicks: Path, tmp_path: Path) -> None:
    init = (packaged(tmp_path / "opus", clicks, SPEECH_OPUS) / "init.mp4").read_bytes()
    assert b"elst" not in init
    at = init.index(b"dOps") + 6  # version, channels
    assert int.from_bytes(init[at : at + 2]) == PRE_SKIP_SAMPLES


def test_segments_begin_exactly_on_the_grid(clicks: Path, tmp_path: Path) -> None:
    fragments = fragments_of(packaged(tmp_path / "opus", clicks, SPEECH_OPUS))
    starts_s = [(fragment.decode_ticks or 0) / RATE_HZ for fragment in fragments]
    grid_s = segment_starts_s(SECONDS)
    assert starts_s[: len(grid_s)] == grid_s


def test_opus_costs_at_most_three_quarters_of_aac(tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "speech.wav", lecture(20).samples)
    aac_bytes, opus_bytes = [
        sum(path.stat().st_size for path in segment_files(packaged(folder, sound, coded)))
        for folder, coded in ((tmp_path / "aac", SPEECH), (tmp_path / "opus", SPEECH_OPUS))
    ]
    assert opus_bytes <= 0.75 * aac_bytes


def test_opus_is_as_loud_as_asked_and_below_1_db(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "speech.wav", lecture(12).samples)
    out = tmp_path / "speech.ogg"
    coding = as_arguments(encoder_options(SPEECH_OPUS))
    run_ffmpeg("-i", str(source), "-af", filter_text(speech_filters(None, 1)), *coding, str(out))
    heard = listened(out)
    assert heard.lufs == pytest.approx(-16, abs=2)
    assert heard.true_peak_db <= -1
