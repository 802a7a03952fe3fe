"""What a player sends, read with suspicion: a batch of events and the seconds it played.

A batch whose form is wrong is refused whole. An event that cannot be true is dropped alone and
counted: one bad clock must not cost the rest of a lesson. Fields that nobody asked for are never
kept, whatever a modified player adds (E09). The client's clock is never asked (E05).
"""

import json
from dataclasses import dataclass
from math import isfinite
from typing import Any

import msgspec

from stream.errors import BadRequest, TooLarge
from stream.ids import is_id
from stream.insight.seconds import Range, ranges_to_bits, second_count
from stream.tables import WatchKind

MAX_BATCH_BYTES = 256 * 1024
MAX_EVENTS = 2000
MAX_SEQ = 2**53 - 1  # the largest whole number a browser counts to
MIN_RATE, MAX_RATE = 0.25, 4.0  # the player offers 0.5 to 3; browsers' own menus reach 4
MAX_STALL_MS = 24 * 3600 * 1000
DURATION_SLACK_S = 1.0  # browsers round the end of a medium differently

RUNGS = frozenset({"still", "low", "fair", "medium", "high", "auto"})
CAUSES: dict[WatchKind, frozenset[str]] = {
    WatchKind.SEEK: frozenset({"bar", "key", "button", "touch", "link", "resume", "start"}),
    WatchKind.QUALITY: RUNGS,  # the rung it changed to; `auto`: given back to the player
    WatchKind.VISIBILITY: frozenset({"hidden", "visible"}),
}


class ReportedEvent(msgspec.Struct, frozen=True):
    """One event as the player writes it; which fields count depends on `kind`."""

    seq: int  # order within the session
    kind: WatchKind
    position_s: float  # media time; seek: from
    target_s: float | None = None  # seek: to
    rate_before: float | None = None  # speed
    rate: float | None = None  # speed
    cause: str | None = None  # seek, visibility: why; quality: by whom, replaced by the rung
    duration_ms: float | None = None  # stall
    rung: str | None = None  # quality; kept as `cause`


@dataclass(frozen=True, slots=True)
class Batch:
    """What is left of a player's batch after everything implausible was dropped."""

    session: str  # 32 hexadecimal digits, one page load
    events: tuple[ReportedEvent, ...]
    played: int  # bit i: second i was played
    dropped: int  # events and ranges that could not be true


def read_batch(body: bytes, duration_s: float) -> Batch:
    """Return the batch in a request's body.

    Raises BadRequest when the body is not a batch, TooLarge for more than MAX_EVENTS.
    """
    session, events, coverage = _read_form(body)
    kept = [event for raw in events if (event := _read_event(raw, duration_s)) is not None]
    ranges = [found for raw in coverage if (found := _read_range(raw, duration_s)) is not None]
    return Batch(
        session=session,
        events=tuple(kept),
        played=ranges_to_bits(ranges, second_count(duration_s)),
        dropped=len(events) - len(kept) + len(coverage) - len(ranges),
    )


def _read_form(body: bytes) -> tuple[str, list[Any], list[Any]]:
    # The standard library's parser, because it accepts NaN: such an event is dropped, not the
    # batch (E02). It stops by itself at deep nesting and at numbers of thousands of digits.
    try:
        form = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The batch is not JSON.") from error
    if not isinstance(form, dict):
        raise BadRequest("A batch is an object.")
    session, events, coverage = form.get("session"), form.get("events"), form.get("coverage", [])
    if not isinstance(session, str) or not is_id(session):
        raise BadRequest("`session` must be 32 hexadecimal digits.")
    if not isinstance(events, list) or not isinstance(coverage, list):
        raise BadRequest("`events` and `coverage` must be lists.")
    if max(len(events), len(coverage)) > MAX_EVENTS:
        raise TooLarge(f"A batch holds {MAX_EVENTS} events at most.")
    return session, events, coverage


def _read_event(raw: Any, duration_s: float) -> ReportedEvent | None:
    try:
        event = msgspec.convert(raw, ReportedEvent)
    except (msgspec.ValidationError, OverflowError):
        return None
    if not 0 <= event.seq <= MAX_SEQ or not _is_position(event.position_s, duration_s):
        return None
    return _keep_what_belongs(event, duration_s)


def _keep_what_belongs(event: ReportedEvent, duration_s: float) -> ReportedEvent | None:
    """Return the event with the fields of its kind only; None when one of them is implausible."""
    bare = ReportedEvent(event.seq, event.kind, event.position_s)
    match event.kind:
        case WatchKind.SEEK:
            if event.target_s is None or not _is_position(event.target_s, duration_s):
                return None
            return _with_cause(bare, event.cause, target_s=event.target_s)
        case WatchKind.SPEED:
            if not (_is_rate(event.rate_before) and _is_rate(event.rate)):
                return None
            return msgspec.structs.replace(bare, rate_before=event.rate_before, rate=event.rate)
        case WatchKind.STALL:
            if event.duration_ms is None or not 0 <= event.duration_ms <= MAX_STALL_MS:
                return None
            return msgspec.structs.replace(bare, duration_ms=round(event.duration_ms))
        case WatchKind.QUALITY:
            return _with_cause(bare, event.cause if event.rung is None else event.rung)
        case WatchKind.VISIBILITY:
            return _with_cause(bare, event.cause)
        case WatchKind.PLAY | WatchKind.PAUSE | WatchKind.ENDED:
            return bare


def _with_cause(
    bare: ReportedEvent, cause: str | None, target_s: float | None = None
) -> ReportedEvent | None:
    if cause not in CAUSES[bare.kind]:
        return None
    return msgspec.structs.replace(bare, cause=cause, target_s=target_s)


def _is_position(position_s: float, duration_s: float) -> bool:
    return 0 <= position_s <= duration_s + DURATION_SLACK_S  # false for NaN


def _is_rate(rate: float | None) -> bool:
    return rate is not None and MIN_RATE <= rate <= MAX_RATE


def _read_range(raw: Any, duration_s: float) -> Range | None:
    """Return a half-open range of whole seconds; None when it is none of this lecture."""
    try:
        start, end = msgspec.convert(raw, tuple[float, float])
    except (msgspec.ValidationError, OverflowError):
        return None
    if not (isfinite(start) and isfinite(end)) or start != int(start) or end != int(end):
        return None
    if not 0 <= start < end <= second_count(duration_s) + DURATION_SLACK_S:
        return None
    return int(start), int(end)
