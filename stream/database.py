"""The database's lifetime and its two ways in: `read()` and `write()`.

SQLite: WAL, `synchronous=FULL` (NORMAL lost acknowledged commits in simulated power cuts), one
writer at a time by BEGIN IMMEDIATE, so that a reader never has to become a writer half-way.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry

from stream.errors import Busy
from stream.migrations.upgrade import upgrade_schema

BUSY_TIMEOUT_MS = 5000  # F34: wait this long for another writer, then 503


class Database:
    """Sessions on one engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._reading = async_sessionmaker(engine, expire_on_commit=False)
        writing = engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        self._writing = async_sessionmaker(writing, expire_on_commit=False)
        # Writers queue here instead of polling SQLite's lock: fair, and without its sleeps.
        # PostgreSQL needs no queue.
        is_sqlite = engine.dialect.name == "sqlite"
        self._writer: AbstractAsyncContextManager[None] = (
            asyncio.Lock() if is_sqlite else nullcontext()
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session on one consistent snapshot; changes are not kept."""
        async with _busy_is_busy(), self._reading() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end of the block, or rolls back when it raises.

        Once the block has ended the changes are on disk. Raises Busy when another process
        holds the database for more than BUSY_TIMEOUT_MS.
        """
        async with self._writer, _busy_is_busy(), self._writing.begin() as session:
            # Take the lock now: a read that turns into a write half-way could fail.
            await session.connection()
            yield session


@asynccontextmanager
async def _busy_is_busy() -> AsyncIterator[None]:
    try:
        yield
    except OperationalError as error:
        if "locked" in str(error.orig):
            raise Busy("The server is busy with a backup or another task.") from error
        raise


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Connect, bring the schema up to date, and close at the end."""
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade_schema)
        yield Database(engine)
    finally:
        await engine.dispose()


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    driver: Any = connection
    driver.isolation_level = None  # the driver starts no transaction of its own: _begin_sqlite does
    cursor: Any = driver.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN"))
