"""What a check finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How strongly a rule is meant, in the words of RFC 2119."""

    MUST = "MUST"
    SHOULD = "SHOULD"


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a package breaks, and where."""

    rule: str  # `8.10` of Apple's specification, `RFC 4.3.3.1` of RFC 8216
    level: Level
    where: str  # the playlist or file, relative to the multivariant playlist
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one package."""

    violations: tuple[Violation, ...]
    excused: tuple[Violation, ...]  # of recommendations that we do not follow, with reasons
    checked: tuple[str, ...]  # the rules that were looked at
    not_checked: tuple[str, ...]  # the rules that need a server

    def joined(self, other: "Report") -> "Report":
        """Both reports of one package as one; each finding once."""
        return Report(
            violations=tuple(dict.fromkeys(self.violations + other.violations)),
            excused=tuple(dict.fromkeys(self.excused + other.excused)),
            checked=tuple(dict.fromkeys(self.checked + other.checked)),
            not_checked=tuple(dict.fromkeys(self.not_checked + other.not_checked)),
        )

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found but what is excused."""
        return not self.violations


def by_rule(violations: Sequence[Violation]) -> dict[str, list[Violation]]:
    """The findings of each rule together, in the order in which they were found."""
    grouped: dict[str, list[Violation]] = {}
    for violation in violations:
        grouped.setdefault(violation.rule, []).append(violation)
    return grouped
