"""The database: the migrations make what the models say, and a commit is what it promises."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

from stream.clock import utc_now
from stream.database import Database, open_database
from stream.errors import Busy
from stream.ids import new_id
from stream.settings import BadSettings
from stream.tables import Base, Class, Person, SchoolRole


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def _person() -> Person:
    return Person(id=new_id(), role=SchoolRole.TEACHER, name="Ms Jackson", created_at=utc_now())


async def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    async with open_database(database_url) as database, database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_o06_the_database_of_a_newer_flipcast_is_left_alone(database_url: str) -> None:
    async with open_database(database_url) as database, database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadSettings, match="newer Flipcast"):
        async with open_database(database_url):
            pass


async def test_what_a_block_wrote_is_there_or_not_at_all(database_url: str) -> None:
    async with open_database(database_url) as database:
        kept, lost = _person(), _person()
        async with database.write() as session:
            session.add(kept)
        with pytest.raises(ZeroDivisionError):
            async with database.write() as session:
                session.add(lost)
                await session.flush()
                raise ZeroDivisionError
        async with database.read() as session:
            assert list(await session.scalars(select(Person.id))) == [kept.id]


async def test_times_come_back_aware_and_naive_ones_are_refused(database_url: str) -> None:
    async with open_database(database_url) as database:
        person = _person()
        async with database.write() as session:
            session.add(person)
        async with database.read() as session:
            assert (await session.get_one(Person, person.id)).created_at == person.created_at
        with pytest.raises(Exception, match="naive"):
            async with database.write() as session:
                naive = utc_now().replace(tzinfo=None)
                session.add(Class(id=new_id(), name="x", join_code="x", created_at=naive))


async def test_many_writers_at_once_all_get_their_turn(database_url: str) -> None:
    async def add(database: Database) -> None:
        async with database.write() as session:
            session.add(_person())

    async with open_database(database_url) as database:
        await asyncio.gather(*(add(database) for _ in range(30)))
        async with database.read() as session:
            assert len(list(await session.scalars(select(Person.id)))) == 30


async def test_sqlite_waits_for_the_disk_at_every_commit(empty_sqlite: Path) -> None:
    async with (
        open_database(f"sqlite+aiosqlite:///{empty_sqlite}") as database,
        database.read() as session,
    ):
        pragmas = [
            (await session.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]  # 2 is FULL


@pytest.mark.slow
async def test_f34_a_database_that_somebody_else_holds_is_busy_and_comes_back(
    empty_sqlite: Path, tmp_path: Path
) -> None:
    path = tmp_path / "held.db"
    await asyncio.to_thread(shutil.copy, empty_sqlite, path)
    async with open_database(f"sqlite+aiosqlite:///{path}") as database:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy):
            async with database.write() as session:
                session.add(_person())
        holder.execute("ROLLBACK")
        holder.close()
        async with database.write() as session:
            session.add(_person())
