"""A lecture may be kept from students while it arrives, and has chapters its teacher marked."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Lectures that are there were seen from the first."""
    with op.batch_alter_table("lecture") as lecture:
        lecture.add_column(
            sa.Column(
                "is_live",
                sa.Boolean(),
                nullable=False,
                server_default=sa.true(),
                comment="students see it while it arrives; else once all has arrived",
            )
        )
    op.create_table(
        "mark",
        sa.Column("lecture_id", sa.String(length=32), nullable=False),
        sa.Column(
            "at_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="media time",
        ),
        sa.Column("title", sa.String(length=300), nullable=False, comment="may be empty"),
        sa.ForeignKeyConstraint(["lecture_id"], ["lecture.id"]),
        sa.PrimaryKeyConstraint("lecture_id", "at_ms"),
    )
