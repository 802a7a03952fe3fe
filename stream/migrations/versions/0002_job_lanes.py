"""Jobs have lanes, a place in the queue and an expected end."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LANE = sa.Enum(
    "live", "first", "other", "av1", "captions", name="lane", native_enum=False, length=24
)
WAIT_REASON = sa.Enum("turn", "memory", "room", name="waitreason", native_enum=False, length=24)


def upgrade() -> None:
    """Apply. Jobs that are there make lectures watchable: the lane `first`."""
    with op.batch_alter_table("job") as job:
        job.add_column(
            sa.Column(
                "lane", LANE, nullable=False, server_default="first", comment="how urgent it is"
            )
        )
        job.add_column(
            sa.Column("media_s", sa.Double(), nullable=True, comment="length of what is to be made")
        )
        job.add_column(
            sa.Column(
                "content",
                sa.String(length=48),
                nullable=True,
                comment="kind of recording, by which speeds are compared",
            )
        )
        job.add_column(
            sa.Column(
                "work_s",
                sa.Double(),
                nullable=True,
                comment="seconds it took, had it had the machine to itself",
            )
        )
        job.add_column(
            sa.Column(
                "room_bytes",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
                comment="disk it needs, as an attempt showed that found the disk full",
            )
        )
        job.add_column(sa.Column("waits_for", WAIT_REASON, nullable=True, comment="while queued"))
        job.add_column(
            sa.Column(
                "before_it",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
                comment="while queued: jobs that come first",
            )
        )
        job.add_column(
            sa.Column(
                "expected_end_at",
                sa.DateTime(timezone=True),
                nullable=True,
                comment="none: nothing to go by",
            )
        )
