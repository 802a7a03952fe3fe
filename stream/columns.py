"""What columns hold: ids, UTC times, and words of closed lists. The tables are `tables.py`."""

import enum
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import BigInteger, Integer, TypeDecorator

Id = String(32)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite has no zone, so it is put on again when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they would silently mean something else elsewhere."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time with its zone."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


# Any enumeration's values, as text; the code, not the database, refuses other words.
_WORD = Enum(
    enum.Enum,
    native_enum=False,
    length=24,
    create_constraint=False,
    values_callable=lambda members: [member.value for member in members],
)

_TYPES: dict[Any, Any] = {
    datetime: UtcDateTime(),
    int: BigInteger().with_variant(Integer(), "sqlite"),
    dict[str, Any]: JSON(),
    enum.Enum: _WORD,
}


class Base(DeclarativeBase):
    """The rules for all columns: the types above, from annotations."""

    type_annotation_map = _TYPES
