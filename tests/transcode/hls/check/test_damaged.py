"""Whatever lies in a package, checking it ends with findings and never with an error."""

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transcode.hls.check.broken_package import (
    INDEX,
    LOW,
    BrokenPackage,
    Damage,
    change,
    edit,
    number,
    set_to,
)
from transcode.hls.check.checker import check_package

NAMES = ("index.m3u8", "low/index.m3u8", "low/init.mp4", "low/1.m4s", "still/iframes.m3u8")
NESTED = b"".join(struct.pack(">I4s", 8 * count, b"moov") for count in range(5000, 0, -1))


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        pytest.param(edit(LOW, "VERSION:7", "VERSION:7\0"), "RFC 7", id="a-version-of-no-number"),
        pytest.param(edit(LOW, "0.m4s", "0.m4s\0"), "RFC 6.2.1", id="a-name-no-file-can-have"),
        pytest.param(edit(LOW, "INF:6", "INF:" + "9" * 400), "RFC 4.3.2.1", id="an-absurd-length"),
        pytest.param(
            edit(LOW, "ON:6", "ON:" + "6" * 5000), "RFC 4.3.3.1", id="an-absurd-target-duration"
        ),
        pytest.param(edit(INDEX, "320x180", "x"), "RFC 4.3.4.2 RESOLUTION", id="no-size"),
        pytest.param(
            change("low/1.m4s", number(b"trun", 8, ">I", set_to(0xFFFFFFFF))),
            "RFC 3.3 segment", id="four-billion-samples",
        ),
        pytest.param(change("low/init.mp4", lambda _: NESTED), "RFC 4.3.2.5", id="endless-nesting"),
        pytest.param(change("low/init.mp4", lambda _: b""), "RFC 4.3.2.5", id="an-empty-file"),
    ],
)  # fmt: skip
def test_damage_is_a_finding(damage: Damage, rule: str, package: Path, tmp_path: Path) -> None:
    broken = BrokenPackage(package, tmp_path / "package")
    damage(broken)
    assert rule in {violation.rule for violation in check_package(broken.folder).violations}


@pytest.fixture(scope="session")
def copy(package: Path, tmp_path_factory: pytest.TempPathFactory) -> BrokenPackage:
    return BrokenPackage(package, tmp_path_factory.mktemp("damaged") / "package")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(NAMES),
    at=st.integers(0, 900),
    cut=st.integers(0, 9),
    junk=st.binary(max_size=9),
)
def test_random_damage_is_no_error(
    copy: BrokenPackage, name: str, at: int, cut: int, junk: bytes
) -> None:
    path = copy.folder / name
    whole = path.read_bytes()
    at = min(at, len(whole))
    try:
        path.write_bytes(whole[:at] + junk + whole[at + cut :])
        report = check_package(copy.folder)
    finally:
        path.write_bytes(whole)
    assert all(one.where and one.sentence for one in report.violations)
