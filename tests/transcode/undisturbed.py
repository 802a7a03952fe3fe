"""Compare a package whose making was disturbed with one that was made in peace, of a counted
recording (see `generated_media.py`): every frame by the number it bears, every second of sound.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.generated_media import counted
from tests.transcode.played_package import PlayedPackage, PlayedTrack
from transcode.grid import segment_starts_s

COUNTED_RATE = 30  # frames a second of a counted recording


def assert_same(played: PlayedPackage, uninterrupted: PlayedPackage) -> None:
    """The same frames at the same times and the same sound."""
    for rung, whole in zip(played.rungs, uninterrupted.rungs, strict=True):
        assert rung.starts_s == pytest.approx(segment_starts_s(whole.extinf_s), abs=0.001)
        (times, ours), (other_times, theirs) = numbers(rung), numbers(whole)
        assert times == other_times
        assert ours == theirs, rung.name
        assert all(begins_idr for _, begins_idr in rung.first_pictures())
    for sound, other in zip(played.sounds, uninterrupted.sounds, strict=True):
        assert sound.starts_s == pytest.approx(other.starts_s, abs=1e-6)
    assert most_different(played, uninterrupted) < 0.5


def numbers(rung: PlayedTrack) -> tuple[list[float], list[int]]:
    """When each frame is shown, and the number it bears."""
    shown = [
        (round(at_s, 3), counted(frame.to_ndarray(format="gray").astype(np.uint8)))
        for at_s, frame in rung.pictures()
    ]
    return [at_s for at_s, _ in shown], [number for _, number in shown]


def most_different(played: PlayedPackage, uninterrupted: PlayedPackage) -> float:
    """How much a sound differs in the second in which it differs most: 0 not at all, above 1 is
    another moment's. Half a millisecond does not count: time stamps are rounded to one."""
    assert played.sounds
    return max(
        _most_different(ours, theirs)
        for ours, theirs in zip(played.sounds, uninterrupted.sounds, strict=True)
    )


def _most_different(sound: PlayedTrack, other: PlayedTrack) -> float:
    (ours, rate), (theirs, _) = sound.samples, other.samples
    assert len(ours) == len(theirs)
    return max(
        difference(ours, theirs, begin, rate) for begin in range(rate, len(ours) - 2 * rate, rate)
    )


def difference(
    ours: NDArray[np.float32], theirs: NDArray[np.float32], begin: int, rate: int
) -> float:
    here = theirs[begin : begin + rate]
    shifts = range(-rate // 2000, rate // 2000 + 1)
    moved = [ours[begin + shift : begin + shift + rate] - here for shift in shifts]
    return float(min(np.linalg.norm(other) for other in moved) / np.linalg.norm(here))


def assert_seamless(played: PlayedPackage, uninterrupted: PlayedPackage) -> None:
    """Every rung shows the recording's frames in equal steps from its beginning to its end, so none
    is missing or shown twice at a joint; and the sound is the same as that made in peace."""
    for rung in played.rungs:
        assert rung.starts_s == pytest.approx(segment_starts_s(rung.extinf_s), abs=0.001)
        assert all(begins_idr for _, begins_idr in rung.first_pictures())
        times, shown = numbers(rung)
        step = int(np.median(np.diff(shown)))  # frames of the recording to a frame of the rung
        interval_s = step / COUNTED_RATE
        assert times == pytest.approx([interval_s * place for place in range(len(times))], abs=2e-3)
        assert len(times) == pytest.approx(rung.extinf_s / interval_s, abs=1)
        lag = np.array(shown) - step * np.arange(len(shown))
        assert abs(lag[0]) <= step, rung.name
        assert lag.max() - lag.min() <= step / 2, f"{rung.name}: {np.flatnonzero(np.diff(lag))}"
    assert most_different(played, uninterrupted) < 0.5
