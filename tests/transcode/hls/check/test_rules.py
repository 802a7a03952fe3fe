"""Each rule finds what breaks it, and nothing else is found. What we publish breaks none."""

import re
from pathlib import Path

import pytest

from tests.transcode.hls.check.broken_package import INDEX, LOW, BrokenPackage, Case
from tests.transcode.hls.check.list_cases import LIST_CASES
from tests.transcode.hls.check.media_cases import MEDIA_CASES
from transcode.hls.check.checker import check_package
from transcode.hls.check.exceptions import EXCEPTIONS
from transcode.hls.check.not_applicable import NOT_APPLICABLE
from transcode.hls.check.report import Level, Violation
from transcode.hls.check.rules import RULES

ROOT = Path(__file__).resolve().parents[4]
CASES = [*LIST_CASES, *MEDIA_CASES]
AS_PUBLISHED = {"1.13", "1.18", "2.19", "6.2", "7.6"}  # excused, and found in every package
BY_A_SERVER = {number for number, rule in RULES.items() if rule.needs_server}


def findings(folder: Path) -> set[Violation]:
    report = check_package(folder)
    return {*report.violations, *report.excused}


@pytest.fixture(scope="session")
def found_before(package: Path) -> set[Violation]:
    return findings(package)


def test_what_we_publish_breaks_no_rule(package: Path) -> None:
    report = check_package(package)
    assert [f"{one.rule} {one}" for one in report.violations] == []
    assert {one.rule for one in report.excused} == AS_PUBLISHED
    assert report.is_clean
    assert set(report.not_checked) == BY_A_SERVER
    assert set(report.checked) | BY_A_SERVER == set(RULES)


@pytest.mark.parametrize("case", [pytest.param(one, id=f"{one.rule}: {one.what}") for one in CASES])
def test_what_breaks_a_rule_is_found_by_it(
    case: Case, package: Path, found_before: set[Violation], tmp_path: Path
) -> None:
    broken = BrokenPackage(package, tmp_path / "package")
    case.damage(broken)
    found = findings(broken.folder) - found_before
    assert {one.rule for one in found} == {case.rule, *case.also}, "\n".join(map(str, found))
    assert all(one.sentence.endswith(".") for one in found)


def test_every_rule_has_something_that_breaks_it() -> None:
    broken = {case.rule for case in CASES} | AS_PUBLISHED | BY_A_SERVER
    assert broken == set(RULES)


def test_only_recommendations_are_excused() -> None:
    assert {number: RULES[number].level for number in EXCEPTIONS} == dict.fromkeys(
        EXCEPTIONS, Level.SHOULD
    )


def test_a_rule_is_checked_or_cannot_apply() -> None:
    assert not set(RULES) & set(NOT_APPLICABLE)
    named = [f"1.{n}" for n in (13, *range(26, 31))]
    for chapter, last in ((2, 28), (6, 17), (7, 7), (8, 22), (9, 21)):
        named += [f"{chapter}.{n}" for n in range(1, last + 1)]
    assert [number for number in named if number not in {*RULES, *NOT_APPLICABLE}] == []


@pytest.mark.parametrize("outside", ["../low/index.m3u8", "{}/low/index.m3u8"])
def test_files_outside_the_package_are_not_read(
    outside: str, package: Path, tmp_path: Path
) -> None:
    broken = BrokenPackage(package, tmp_path / "package")
    (broken.folder / "low").rename(tmp_path / "low")
    uri = outside.format(tmp_path)
    broken.text(INDEX, LOW, uri)
    found = [one for one in check_package(broken.folder).violations if one.rule == "RFC 6.2.1"]
    assert [one.sentence for one in found] == [f"the playlist {uri} is not there."]


def test_the_readme_lists_every_rule_that_is_checked() -> None:
    text = (ROOT / "transcode" / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## check-hls\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?:Apple \d+|RFC 8216) \| ([^(|]*)", section, re.MULTILINE)
    listed = [number.strip() for row in rows for number in row.split(",")]
    assert sorted(listed) == sorted(RULES)
    excused = re.findall(r"^\| ([\d., ]+) \| ", section, re.MULTILINE)
    assert {number.strip() for row in excused for number in row.split(",")} == set(EXCEPTIONS)
