"""Group commit: reports that arrive while one transaction is being written share the next one.

An fsync per batch would be the cost of ingest (a transaction of one batch and one of fifty take
about as long). So the first who gets the lock writes for all who wait; 204 comes after the commit.
There is no task of our own to start, watch and stop: a handler that fails or is cancelled in the
middle fails for itself, and the next one in line writes for the rest.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from stream.app_keys import DATABASE
from stream.database import Database
from stream.errors import Busy
from stream.insight.allowance import Allowances
from stream.insight.store import Report, keep_reports

logger = logging.getLogger(__name__)

MAX_GROUP = 200  # reports in one transaction
MAX_WAITING = 2000  # reports; beyond that the disk cannot follow, and players should try later


@dataclass(slots=True, eq=False)
class _Waiting:
    """A report in line."""

    report: Report
    is_kept: bool = False


class ReportWriter:
    """Writes reports, many at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._line: list[_Waiting] = []
        self._lock = asyncio.Lock()

    async def keep(self, report: Report) -> None:
        """Return when the report is on disk. Raises Busy when it cannot be written now."""
        if len(self._line) >= MAX_WAITING:
            raise Busy("The server is busy; your player will send this again.")
        mine = _Waiting(report)
        self._line.append(mine)
        try:
            async with self._lock:
                if not mine.is_kept:
                    await self._write_for_all(mine)
        finally:
            if mine in self._line:
                self._line.remove(mine)

    async def _write_for_all(self, mine: _Waiting) -> None:
        group = [mine, *(other for other in self._line[:MAX_GROUP] if other is not mine)]
        try:
            await self._write(group)
        except SQLAlchemyError as error:
            if len(group) == 1:
                raise
            logger.warning("watch reports written one by one count=%d: %s", len(group), error)
            await self._write([mine])  # one bad report must not take the others with it

    async def _write(self, group: list[_Waiting]) -> None:
        async with self._database.write() as session:
            await keep_reports(session, [waiting.report for waiting in group])
        for waiting in group:
            waiting.is_kept = True
            self._line.remove(waiting)


REPORT_WRITER = web.AppKey("report_writer", ReportWriter)
ALLOWANCES = web.AppKey("allowances", Allowances)


async def report_writer(app: web.Application) -> AsyncIterator[None]:
    """Put the writer into the application, inside the database's lifetime."""
    app[REPORT_WRITER] = ReportWriter(app[DATABASE])
    app[ALLOWANCES] = Allowances()
    yield
