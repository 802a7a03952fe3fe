"""Check everything at once: a folder here, a URL wherever someone can fetch."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from transcode.hls.check import (
    delivery_rules,
    fragment_rules,
    iframe_rules,
    media_playlist_rules,
    multivariant_rules,
    picture_rules,
    segment_rules,
    sound_rules,
    text_rules,
)
from transcode.hls.check.exceptions import EXCEPTIONS
from transcode.hls.check.presentation import Fetched, Presentation, reading
from transcode.hls.check.report import Report
from transcode.hls.check.rules import RULES
from transcode.tree import ALL_CODECS_NAME, INDEX_NAME

RULES_OF = (
    text_rules,
    fragment_rules,
    picture_rules,
    sound_rules,
    iframe_rules,
    segment_rules,
    media_playlist_rules,
    multivariant_rules,
    delivery_rules,
)  # each puts its rules on the list when it is imported


def check_folder(folder: Path) -> Report:
    """What the package in `folder` does against the rules, by each list of its rungs: what both
    name and both find is found once. Raises OSError, see `check_package`.
    """
    report = check_package(folder)
    if (folder / ALL_CODECS_NAME).is_file():
        report = report.joined(check_package(folder, ALL_CODECS_NAME))
    return report


def check_package(folder: Path, index: str = INDEX_NAME) -> Report:
    """What the package in `folder` does against the rules. Rules of servers are not checked.

    Files are read one after the other; none outside `folder` is. Raises OSError where one cannot be
    read though it is there.
    """
    return check_presentation(read_package(folder, index))


def read_package(folder: Path, index: str = INDEX_NAME) -> Presentation:
    """The package in `folder`, as the rules see it. Raises OSError."""
    run = reading(index)
    uri = next(run)
    while True:
        try:
            uri = run.send(_lies_at(folder, uri))
        except StopIteration as finished:
            found: Presentation = finished.value
            return found


def check_presentation(presentation: Presentation) -> Report:
    """What a presentation, wherever it was read, does against the rules."""
    is_served = any(answer.status is not None for answer in presentation.answers.values())
    checked = [rule for rule in RULES.values() if is_served or not rule.needs_server]
    found = [violation for rule in checked for violation in rule.violations(presentation)]
    return Report(
        violations=tuple(one for one in found if one.rule not in EXCEPTIONS),
        excused=tuple(one for one in found if one.rule in EXCEPTIONS),
        checked=tuple(rule.number for rule in checked),
        not_checked=tuple(number for number, rule in RULES.items() if rule not in checked),
    )


def _lies_at(folder: Path, uri: str) -> Fetched:
    parts = urlsplit(uri)
    name = unquote(parts.path)
    if "\0" in name:  # no file has such a name, and asking for one is an error
        return Fetched(None)
    path = (folder / name).resolve()
    is_inside = not parts.scheme and not parts.netloc and path.is_relative_to(folder.resolve())
    return Fetched(path.read_bytes() if is_inside and path.is_file() else None)
