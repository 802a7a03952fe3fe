"""A package can be watched while a job still makes it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Packages that are there are complete."""
    with op.batch_alter_table("package") as package:
        package.add_column(
            sa.Column(
                "growing_job_id",
                sa.String(length=32),
                nullable=True,
                comment="the job that still makes it; none: complete",
            )
        )
