"""Hardware is used only when a trial shows that it does what is asked.

There is none where these tests run: ffmpeg's messages are recorded ones (9.0 and 5.1, on a machine
without), and the encoder that makes the trials is a fake, which copies what x264 made.
"""

from pathlib import Path

import pytest

from tests.generated_media import picture, run_ffmpeg
from tests.transcode.fake_ffmpeg import fake_ffmpeg
from transcode.hardware import (
    TRIAL_FRAMES,
    TRIAL_KEYS,
    HardwareEncoder,
    Verdict,
    candidates,
    device_nodes,
    encoder_for,
    find_hardware,
    reason_of,
    trial_arguments,
    trial_fault,
    try_encoder,
)
from transcode.idr_grid import coded_pictures
from transcode.limits import ENCODE_LIMITS, Limits
from transcode.locator import Ffmpeg, find_ffmpeg

ALL = ("h264_nvenc", "h264_qsv", "h264_vaapi", "h264_v4l2m2m", "libx264")
NVENC = candidates(ALL, ["/dev/nvidia0"])[0]
VAAPI = candidates(["h264_vaapi"], ["/dev/dri/renderD128"])[0]


@pytest.mark.parametrize(
    ("encoders", "nodes", "expected"),
    [
        pytest.param(ALL, [], [], id="no-device"),
        pytest.param(["libx264"], ["/dev/dri/renderD128"], [], id="no-encoder"),
        pytest.param(ALL, ["/dev/nvidia0"], ["h264_nvenc"], id="nvidia"),
        pytest.param(ALL, ["/dev/dri/renderD128"], ["h264_qsv", "h264_vaapi"], id="intel-or-amd"),
        pytest.param(ALL, ["/dev/video11"], ["h264_v4l2m2m"], id="a-small-computer"),
        pytest.param(
            ["h264_vaapi"],
            ["/dev/dri/renderD128", "/dev/dri/renderD129"],
            ["h264_vaapi", "h264_vaapi"],
            id="two-cards",
        ),
    ],
)
def test_what_is_worth_a_trial(encoders: list[str], nodes: list[str], expected: list[str]) -> None:
    assert [encoder.name for encoder in candidates(encoders, nodes)] == expected


def test_devices_are_found_by_their_nodes(tmp_path: Path) -> None:
    (tmp_path / "dri").mkdir()
    for name in ("nvidia0", "nvidiactl", "dri/renderD128", "dri/card0", "video0", "null"):
        (tmp_path / name).touch()
    found = [Path(node).name for node in device_nodes(tmp_path)]
    assert found == ["nvidia0", "renderD128", "video0"]


# what ffmpeg said of each encoder on a machine without its hardware
LOGS = {
    "nvenc, 9": (
        "[h264_nvenc @ 0x55f17783d680] Cannot load libcuda.so.1\n"
        "[vost#0:0/h264_nvenc @ 0x55f17783cb40] [enc:h264_nvenc @ 0x55f17783d580] Error while"
        " opening encoder - maybe incorrect parameters such as bit_rate, rate, width or height.\n",
        "Cannot load libcuda.so.1",
    ),
    "vaapi, 9": (
        "[VAAPI @ 0x56207d488e40] No VA display found for device /dev/dri/renderD128.\n"
        "Device creation failed: -22.\n",
        "No VA display found for device /dev/dri/renderD128.",
    ),
    "vaapi, 5.1": (
        "[AVHWDeviceContext @ 0x55d59f49da40] No VA display found for device"
        " /dev/dri/renderD128.\nDevice creation failed: -22.\n",
        "No VA display found for device /dev/dri/renderD128.",
    ),
    "qsv, 5.1": (
        "Device creation failed: -542398533.\n"
        "Failed to set value 'qsv=hw' for option 'init_hw_device': Generic error\n",
        "Device creation failed: -542398533.",
    ),
    "v4l2, 9": (
        "[h264_v4l2m2m @ 0x5572e75d7600] Could not find a valid device\n"
        "[h264_v4l2m2m @ 0x5572e75d7600] can't configure encoder\n",
        "Could not find a valid device",
    ),
    "silence": ("", "ffmpeg failed without a word"),
}


@pytest.mark.parametrize("kind", LOGS)
def test_the_reason_is_the_first_thing_ffmpeg_says(kind: str) -> None:
    log, reason = LOGS[kind]
    assert reason_of(log) == reason


KEYS = ("-force_key_frames", "0,1,2.5,3", "-g", "600", "-sc_threshold", "0")
SLOW = ("-b:v", "400k", "-maxrate", "500k", "-bufsize", "500k")
# what an encoder makes of the trial: how x264 is made to do the same, and what is said of it
ENCODERS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "one that obeys": ((*KEYS, *SLOW, "-forced-idr", "1", "-bf", "0"), None),
    "one of several slices": ((*KEYS, *SLOW, "-forced-idr", "1", "-bf", "0", "-slices", "4"), None),
    "one that does not hear of key frames": (
        ("-g", "600", "-sc_threshold", "0", "-bf", "0", *SLOW),
        "came at [0]",
    ),
    "one that counts by itself": (
        ("-g", "30", "-sc_threshold", "0", "-bf", "0", *SLOW),
        "came at [0, 30, 60, 90]",
    ),
    "one that reorders": ((*KEYS, *SLOW, "-forced-idr", "1", "-bf", "2"), "out of their order"),
    "one that drops pictures": (
        (*KEYS, *SLOW, "-bf", "0", "-frames:v", "100"),
        f"of {TRIAL_FRAMES} pictures it made 100",
    ),
    "one that ignores its rate": ((*KEYS, "-qp", "1", "-bf", "0"), "does not keep its rate"),
}


def made_by_x264(path: Path, *options: str) -> Path:
    trial = ("-frames:v", str(TRIAL_FRAMES), "-c:v", "libx264", "-preset", "veryfast")
    run_ffmpeg(*picture(640, 360), *trial, *options, "-f", "h264", str(path))
    return path


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_trial_is_judged_by_what_was_made(kind: str, tmp_path: Path) -> None:
    options, fault = ENCODERS[kind]
    found = trial_fault(made_by_x264(tmp_path / "a.h264", *options).read_bytes())
    assert found == fault if fault is None else fault in (found or "")


def test_key_frames_that_begin_nothing_are_not_taken_for_idr(tmp_path: Path) -> None:
    stream = made_by_x264(tmp_path / "a.h264", *ENCODERS["one that obeys"][0]).read_bytes()
    last = stream.rindex(b"\0\0\1\x65")
    open_group = stream[:last] + b"\0\0\1\x61" + stream[last + 4 :]
    assert "came at [0, 30, 75]" in (trial_fault(open_group) or "")


@pytest.mark.parametrize(
    "stream", [b"", b"\0\0\1", b"\0\0\1\x65", b"\0\0\1\x65" + bytes(9), b"\xff" * 4096]
)
def test_nonsense_is_no_picture_of_a_grid(stream: bytes) -> None:
    assert trial_fault(stream) is not None
    assert len(list(coded_pictures(stream))) <= 1


def wide_enough_for_a_fake(_: Path) -> Limits:
    """It is a Python program, and reads more than an encoder."""
    return ENCODE_LIMITS


async def test_a_fake_encoder_that_obeys_may_be_used(tmp_path: Path) -> None:
    made = made_by_x264(tmp_path / "good.h264", *ENCODERS["one that obeys"][0])
    copies = f"shutil.copy({str(made)!r}, sys.argv[-1].removeprefix('file:'))"
    ffmpeg = Ffmpeg(
        fake_ffmpeg(tmp_path / "ffmpeg", copies), "", frozenset(ALL), frozenset(), frozenset()
    )
    nodes = ["/dev/nvidia0", "/dev/dri/renderD128"]
    verdicts = await find_hardware(ffmpeg, nodes, limits=wide_enough_for_a_fake)
    assert [verdict.encoder.name for verdict in verdicts] == [
        "h264_nvenc",
        "h264_qsv",
        "h264_vaapi",
    ]
    assert all(verdict.may_be_used for verdict in verdicts)


@pytest.mark.parametrize(
    ("program", "fault"),
    [
        pytest.param(
            "print('[x @ 0x1] No device', file=sys.stderr); exit(1)", "No device", id="refuses"
        ),
        pytest.param("os.kill(os.getpid(), signal.SIGSEGV)", "without a word", id="crashes"),
        pytest.param("pass", "made 0", id="makes-nothing"),
    ],
)
async def test_a_fake_encoder_that_fails_may_not(program: str, fault: str, tmp_path: Path) -> None:
    fake = fake_ffmpeg(tmp_path / "ffmpeg", program)
    verdict = await try_encoder(fake, NVENC, wide_enough_for_a_fake)
    assert not verdict.may_be_used
    assert fault in (verdict.fault or "")


@pytest.mark.parametrize("encoder", candidates(ALL, ["/dev/nvidia0", "/dev/dri/renderD128"]))
async def test_what_this_machine_lacks_is_said_and_not_used(encoder: HardwareEncoder) -> None:
    if device_nodes():
        pytest.skip("this machine has such a device")
    verdict = await try_encoder(find_ffmpeg(), encoder)
    assert verdict.fault


async def test_the_trial_passes_an_encoder_that_is_known_to_obey() -> None:
    """x264 in the place of hardware: the arguments of the trial ask for what is then looked for."""
    x264 = HardwareEncoder("libx264", None, (), "format=yuv420p", ("-forced-idr", "1"))
    assert trial_arguments("ffmpeg", x264, "a")[0] == "ffmpeg"
    assert (await try_encoder(find_ffmpeg(), x264)).fault is None
    assert TRIAL_KEYS[0] == 0


GOOD = [Verdict(NVENC, None), Verdict(VAAPI, None)]


@pytest.mark.parametrize(
    ("verdicts", "is_camera", "lost", "expected"),
    [
        pytest.param(GOOD, True, [], "h264_nvenc", id="the-best-first"),
        pytest.param(GOOD, False, [], None, id="never-for-slides"),
        pytest.param(GOOD, True, ["h264_nvenc"], "h264_vaapi", id="the-next-when-one-failed"),
        pytest.param(GOOD, True, ["h264_nvenc", "h264_vaapi"], None, id="x264-in-the-end"),
        pytest.param([Verdict(NVENC, "No device")], True, [], None, id="not-what-failed-its-trial"),
        pytest.param([], True, [], None, id="x264-where-there-is-none"),
    ],
)
def test_what_a_track_is_encoded_with(
    verdicts: list[Verdict], is_camera: bool, lost: list[str], expected: str | None
) -> None:
    chosen = encoder_for(verdicts, is_camera=is_camera, lost=frozenset(lost))
    assert (chosen.name if chosen else None) == expected
