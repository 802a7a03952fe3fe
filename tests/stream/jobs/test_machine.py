"""What the machine has to give, read from files as the kernel writes them."""

from pathlib import Path

import pytest

from stream.jobs.machine import available_memory_bytes, encode_slots

MEMINFO = "MemTotal:       8000000 kB\nMemFree:         100000 kB\nMemAvailable:   4000000 kB\n"
GB = 10**9


@pytest.mark.parametrize(("cores", "slots"), [(1, 2), (2, 2), (3, 2), (4, 3), (16, 9)])
def test_slots(cores: int, slots: int) -> None:
    assert encode_slots(cores) == slots


@pytest.mark.parametrize(
    ("limit", "used", "cache", "expected"),
    [
        pytest.param("max", 1 * GB, 0, 4_096_000_000, id="the-kernels-own-estimate"),
        pytest.param(str(2 * GB), 1 * GB, 0, 1 * GB, id="less-when-the-group-has-a-limit"),
        pytest.param(str(2 * GB), 2 * GB, GB // 2, GB // 2, id="cached-files-can-be-given-back"),
        pytest.param(str(99 * GB), 1 * GB, 0, 4_096_000_000, id="never-more-than-there-is"),
    ],
)
def test_available_memory(tmp_path: Path, limit: str, used: int, cache: int, expected: int) -> None:
    (tmp_path / "meminfo").write_text(MEMINFO)
    groups = tmp_path / "cgroup"
    groups.mkdir()
    (groups / "memory.max").write_text(limit + "\n")
    (groups / "memory.current").write_text(f"{used}\n")
    (groups / "memory.stat").write_text(f"anon 5\ninactive_file {cache}\nactive_file 7\n")
    assert available_memory_bytes(tmp_path / "meminfo", groups) == expected


def test_a_machine_without_groups_has_no_limits(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text(MEMINFO)
    assert available_memory_bytes(tmp_path / "meminfo", tmp_path / "none") == 4_096_000_000


def test_this_machine_has_some_memory() -> None:
    assert available_memory_bytes() > 0
