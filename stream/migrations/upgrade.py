"""Brings a database to the newest schema in one transaction, without an alembic.ini."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from stream.settings import BadSettings

HERE = Path(__file__).parent


def alembic_config() -> Config:
    """Return alembic's configuration; the scripts lie beside this file."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    return config


def upgrade_schema(connection: Connection) -> None:
    """Apply what is missing. Raises BadSettings on a database of a newer Flipcast (O06)."""
    config = alembic_config()
    scripts = ScriptDirectory.from_config(config)
    present = MigrationContext.configure(connection).get_current_revision()
    if present == scripts.get_current_head():
        return
    _require_known(scripts, present)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _require_known(scripts: ScriptDirectory, present: str | None) -> None:
    try:
        if present is not None:
            scripts.get_revision(present)
    except CommandError as error:
        raise BadSettings(
            f"the database is of a newer Flipcast (schema {present}); nothing was changed"
        ) from error
