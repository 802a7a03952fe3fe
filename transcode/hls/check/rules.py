"""The list of rules. A rule is a function from a presentation to what it finds wrong there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from transcode.hls.check.presentation import Presentation
from transcode.hls.check.report import Level, Violation

Finding = tuple[str, str]  # where, and a sentence
Check = Callable[[Presentation], Iterable[Finding]]

MUST, SHOULD = Level.MUST, Level.SHOULD


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, in our own words."""

    number: str
    level: Level
    title: str
    check: Check
    needs_server: bool  # a folder cannot break it

    def violations(self, presentation: Presentation) -> Iterator[Violation]:
        """What the presentation does against it."""
        for where, sentence in self.check(presentation):
            yield Violation(self.number, self.level, where, sentence)


RULES: dict[str, Rule] = {}


def rule(
    number: str, level: Level, title: str, *, needs_server: bool = False
) -> Callable[[Check], Check]:
    """Put the function below on the list. A number is there once."""

    def add(check: Check) -> Check:
        if number in RULES:
            raise ValueError(f"rule {number} is on the list already")
        RULES[number] = Rule(number, level, title, check, needs_server)
        return check

    return add
