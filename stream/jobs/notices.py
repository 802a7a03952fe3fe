"""Tells waiting pages, within this process, that something about a lecture has changed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web


class Notices:
    """One event per listener and lecture; a notice carries no data, listeners read the rows."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = {}

    def tell(self, lecture_id: str) -> None:
        """Wake everybody who listens to this lecture."""
        for event in self._listeners.get(lecture_id, ()):
            event.set()

    def is_heard(self, lecture_id: str) -> bool:
        """Tell whether somebody listens to this lecture."""
        return lecture_id in self._listeners

    @contextmanager
    def listen(self, lecture_id: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change; clear it before reading the rows."""
        event = asyncio.Event()
        listeners = self._listeners.setdefault(lecture_id, set())
        listeners.add(event)
        try:
            yield event
        finally:
            listeners.discard(event)
            if not listeners:
                self._listeners.pop(lecture_id, None)


NOTICES = web.AppKey("notices", Notices)
