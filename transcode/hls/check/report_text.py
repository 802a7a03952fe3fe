"""A report as people read it, and as programs do. Pure."""

import msgspec

from transcode.hls.check.exceptions import EXCEPTIONS
from transcode.hls.check.report import Level, Report, Violation, by_rule
from transcode.hls.check.rules import RULES

SHOWN_OF_A_RULE = 5  # a mistake in every segment is said a few times, then counted


def in_words(report: Report) -> str:
    """The findings under the rules that they break, then what was looked at."""
    lines: list[str] = []
    for number, found in by_rule(report.violations).items():
        lines += [f"{number} ({found[0].level}) {RULES[number].title}", *_some(found)]
    for number, found in by_rule(report.excused).items():
        lines += [f"{number} (excused) {RULES[number].title}", *_some(found[:1])]
        lines.append(f"    Not followed on purpose: {EXCEPTIONS[number]}")
    return "\n".join([*lines, *_summary(report)])


def as_json_lines(report: Report) -> str:
    """An object a line: `rule`, `level`, `where`, `sentence`, and `excused`, a reason or null."""
    found = [*report.violations, *report.excused]
    return "\n".join(msgspec.json.encode(_as_object(one)).decode() for one in found)


def _some(found: list[Violation]) -> list[str]:
    lines = [f"    {violation}" for violation in found[:SHOWN_OF_A_RULE]]
    rest = len(found) - SHOWN_OF_A_RULE
    return [*lines, f"    … and {rest} more."] if rest > 0 else lines


def _summary(report: Report) -> list[str]:
    broken = by_rule(report.violations)
    musts = sum(RULES[number].level is Level.MUST for number in broken)
    lines = [
        f"{len(report.checked)} rules checked, {len(broken)} broken:"
        f" {musts} that must be kept, {len(broken) - musts} that should be."
    ]
    if report.not_checked:
        lines.append(f"Not checked, being about servers: {', '.join(report.not_checked)}.")
    return lines


def _as_object(violation: Violation) -> dict[str, str | None]:
    return {
        "rule": violation.rule,
        "level": violation.level.value,
        "where": violation.where,
        "sentence": violation.sentence,
        "excused": EXCEPTIONS.get(violation.rule),
    }
