"""What each encoder is told to make of a rung: one table. Pure.

Whatever the encoder, a rung's pictures come in the order in which they are shown, and key frames
are where they are forced and nowhere else (`grid.py`): so all rungs start at 0 without an edit
list, and segments of all sets lie on one grid.
"""

from transcode.hardware_encoder import HardwareEncoder
from transcode.ladder import HARDWARE, LIBX264, SVT_AV1, Rendition

Options = dict[str, str | int | float]


def encoder_options(rung: Rendition, hardware: HardwareEncoder | None = None) -> Options:
    """ffmpeg's options for the encoder of `rung`, and for the quality that it shall have.

    `hardware` makes the rungs that are for hardware; None: x264 makes them.
    """
    if rung.encoder == HARDWARE and hardware is not None:
        return {**hardware.output_options(rung.peak_bps)}
    rate: Options = {
        "vcodec": LIBX264 if rung.encoder == HARDWARE else rung.encoder,
        "preset": rung.preset,
        "crf": rung.crf,
        "maxrate": rung.peak_bps,
        "bufsize": int(rung.peak_bps * rung.peak_window_s),
        "pix_fmt": "yuv420p",
        "g": 100_000,  # key frames only where they are forced
    }
    return rate | _OWN[rung.encoder](rung)


def _x264(rung: Rendition) -> Options:
    """No B-frames, so that the last frame can be cut to the lecture's end.

    Where frames come at uneven times x264 is told their rate, or it writes the highest level.
    """
    uneven = [f"fps={rung.frame_rate}"] if rung.steady_every > 1 else []
    parameters = ":".join([*filter(None, [rung.tuning]), *uneven])
    tuning: Options = {"x264-params": parameters} if parameters else {}
    return {"profile:v": "high", **tuning, "bf": 0, "sc_threshold": 0, "forced-idr": 1}


def _svt_av1(rung: Rendition) -> Options:
    """AV1 hides the pictures that are coded out of order inside those that are shown: a packet for
    each moment, in order, whatever the prediction."""
    return {"svtav1-params": rung.tuning} if rung.tuning else {}


_OWN = {LIBX264: _x264, HARDWARE: _x264, SVT_AV1: _svt_av1}
