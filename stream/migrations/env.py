"""Alembic's entry: runs on the connection that `upgrade.py` hands over."""

from typing import Any, Literal

from alembic import context

from stream.columns import UtcDateTime
from stream.tables import Base


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our time type as what it is underneath: a revision must not import tables.py."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=_render,
    render_as_batch=True,  # SQLite cannot alter columns in place
)
context.run_migrations()
