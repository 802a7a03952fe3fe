"""The schema's history: alembic revisions, applied when the server starts."""
