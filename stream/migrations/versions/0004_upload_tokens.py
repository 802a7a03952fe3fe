"""A browser that records has a token to send one lecture with."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "upload_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False, comment="SHA-256"),
        sa.Column("lecture_id", sa.String(length=32), nullable=False),
        sa.Column(
            "person_id", sa.String(length=32), nullable=False, comment="on whose behalf it sends"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lecture_id"], ["lecture.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    for column in ("lecture_id", "person_id"):
        op.create_index(op.f(f"ix_upload_token_{column}"), "upload_token", [column])
