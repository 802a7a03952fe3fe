"""What the agent tells the world while it works: lines for people, or JSON for programs."""

import json
import sys
from abc import ABC, abstractmethod
from pathlib import Path

from capture.journal import Take


class Report(ABC):
    """Where the news of a take goes."""

    @abstractmethod
    def recording(self, take: Take, folder: Path) -> None:
        """Every recorder that can has begun."""

    @abstractmethod
    def sent(self, take: Take, role: str, sent_bytes: int, safe_bytes: int) -> None:
        """The server has acknowledged `sent_bytes` of the `safe_bytes` of a track."""

    @abstractmethod
    def done(self, take: Take) -> None:
        """The server has all of a take."""

    @abstractmethod
    def problem(self, sentence: str) -> None:
        """Something a person should know; the work goes on where it can."""


class LinesReport(Report):
    """For a person: few lines, problems on stderr."""

    def __init__(self) -> None:
        self._bytes: dict[tuple[str, str], tuple[int, int]] = {}

    def recording(self, take: Take, folder: Path) -> None:
        roles = " and ".join(track.role for track in take.tracks if track.parts)
        _say(f"Recording {roles} into {folder}. Ctrl-C stops and sends the rest.")

    def sent(self, take: Take, role: str, sent_bytes: int, safe_bytes: int) -> None:
        self._bytes[take.take_id, role] = (sent_bytes, safe_bytes)
        if sys.stdout.isatty():
            sent, safe = (sum(pair) / 1e6 for pair in zip(*self._bytes.values(), strict=True))
            _say(f"\r\x1b[K{sent:.1f} of {safe:.1f} MB sent", end="")

    def done(self, take: Take) -> None:
        if sys.stdout.isatty() and self._bytes:
            _say("")
        link = take.lecture.url if take.lecture else take.server
        _say(f"Sent {take.title!r}: {link}")

    def problem(self, sentence: str) -> None:
        sys.stderr.write(f"flipcast-agent: {sentence}\n")
        sys.stderr.flush()


class JsonReport(Report):
    """For a program: one JSON object per line on stdout."""

    def recording(self, take: Take, folder: Path) -> None:
        roles = [track.role for track in take.tracks if track.parts]
        _say_json("recording", take=take.take_id, folder=str(folder), tracks=roles)

    def sent(self, take: Take, role: str, sent_bytes: int, safe_bytes: int) -> None:
        _say_json(
            "sent", take=take.take_id, track=role, sent_bytes=sent_bytes, safe_bytes=safe_bytes
        )

    def done(self, take: Take) -> None:
        lecture = take.lecture
        _say_json(
            "done",
            take=take.take_id,
            lecture_id=lecture and lecture.lecture_id,
            lecture_url=lecture and lecture.url,
        )

    def problem(self, sentence: str) -> None:
        _say_json("problem", sentence=sentence)


def _say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


def _say_json(event: str, **facts: object) -> None:
    _say(json.dumps({"event": event, **facts}, ensure_ascii=False))
