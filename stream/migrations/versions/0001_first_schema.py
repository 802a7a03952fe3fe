"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""

    op.create_table(
        "class_",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("join_code", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("join_code"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "role",
            sa.Enum("admin", "teacher", "student", name="schoolrole", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "login",
            sa.String(length=200),
            nullable=True,
            comment="lower case; none: signs in by link only",
        ),
        sa.Column("password_hash", sa.String(length=200), nullable=True, comment="argon2id"),
        sa.Column(
            "is_simulated",
            sa.Boolean(),
            nullable=False,
            comment="made by `flipcast demo`; pages say so",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "agent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("class_id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False, comment="SHA-256"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["class_.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_class_id"), ["class_id"], unique=False)

    op.create_table(
        "lecture",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("class_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "recording",
                "uploading",
                "queued",
                "encoding",
                "ready",
                "failed",
                name="lecturestate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("failure", sa.String(length=500), nullable=True, comment="why, for the teacher"),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column(
            "package_id", sa.String(length=32), nullable=True, comment="the package being served"
        ),
        sa.Column("created_by", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["class_.id"],
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("lecture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lecture_class_id"), ["class_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("class_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column(
            "role",
            sa.Enum("teacher", "student", name="classrole", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["class_.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("class_id", "person_id"),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False, comment="SHA-256"),
        sa.Column(
            "purpose",
            sa.Enum(
                "setup",
                "invite_teacher",
                "sign_in",
                name="linkpurpose",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "person_id",
            sa.String(length=32),
            nullable=True,
            comment="whom it signs in; none for invitations",
        ),
        sa.Column("next_path", sa.String(length=200), nullable=False, comment="page it leads to"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "session",
        sa.Column(
            "token_hash",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the cookie's token",
        ),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "last_seen_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="written at most once an hour",
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "coverage",
        sa.Column("lecture_id", sa.String(length=32), nullable=False),
        sa.Column("viewer", sa.String(length=32), nullable=False, comment="keyed pseudonym"),
        sa.Column(
            "seconds",
            sa.LargeBinary(),
            nullable=False,
            comment="bit i (little-endian within bytes): second i was played",
        ),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lecture_id"],
            ["lecture.id"],
        ),
        sa.PrimaryKeyConstraint("lecture_id", "viewer"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "kind", sa.String(length=24), nullable=False, comment="`publish`: make a package"
        ),
        sa.Column("lecture_id", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued", "running", "done", "failed", name="jobstate", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column(
            "attempt",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="how often it was started; 3 at most",
        ),
        sa.Column(
            "fence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="grows with each start; only its holder may write",
        ),
        sa.Column("progress", sa.Double(), nullable=False, comment="0 to 1"),
        sa.Column("speed", sa.Double(), nullable=True, comment="media seconds a second"),
        sa.Column("failure", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["lecture_id"],
            ["lecture.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_lecture_id"), ["lecture_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)

    op.create_table(
        "package",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lecture_id", sa.String(length=32), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column(
            "size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "facts", sa.JSON(), nullable=False, comment="`package.json` as the encoder wrote it"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lecture_id"],
            ["lecture.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("package", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_lecture_id"), ["lecture_id"], unique=False)

    op.create_table(
        "recording",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lecture_id", sa.String(length=32), nullable=False),
        sa.Column(
            "origin",
            sa.Enum("upload", "browser", "agent", name="origin", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lecture_id"],
            ["lecture.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_lecture_id"), ["lecture_id"], unique=False)

    op.create_table(
        "watch_event",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("lecture_id", sa.String(length=32), nullable=False),
        sa.Column("viewer", sa.String(length=32), nullable=False, comment="keyed pseudonym"),
        sa.Column(
            "session",
            sa.String(length=32),
            nullable=False,
            comment="one page load, chosen by the player",
        ),
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="order within the session",
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "play",
                "pause",
                "seek",
                "speed",
                "stall",
                "quality",
                "visibility",
                "ended",
                name="watchkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "position_s",
            sa.Double(),
            nullable=False,
            comment="media time it happened at (seek: from)",
        ),
        sa.Column("target_s", sa.Double(), nullable=True, comment="seek: media time it went to"),
        sa.Column("rate_before", sa.Double(), nullable=True, comment="speed: before"),
        sa.Column("rate", sa.Double(), nullable=True, comment="speed: after"),
        sa.Column(
            "cause",
            sa.String(length=24),
            nullable=True,
            comment="one of a fixed list per kind; never free text",
        ),
        sa.Column(
            "duration_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="stall: how long",
        ),
        sa.Column(
            "received_on",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="server time, cut to the hour",
        ),
        sa.ForeignKeyConstraint(
            ["lecture_id"],
            ["lecture.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("lecture_id", "viewer", "session", "seq"),
    )
    with op.batch_alter_table("watch_event", schema=None) as batch_op:
        batch_op.create_index(
            "ix_watch_event_lecture_id_viewer", ["lecture_id", "viewer"], unique=False
        )

    op.create_table(
        "track",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column(
            "role",
            sa.Enum("presentation", "presenter", name="trackrole", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "start_offset_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="when it starts, on the recording's clock",
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("recording_id", "role"),
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_recording_id"), ["recording_id"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("track_id", sa.String(length=32), nullable=False),
        sa.Column("class_id", sa.String(length=32), nullable=False),
        sa.Column(
            "owner_id",
            sa.String(length=32),
            nullable=False,
            comment="person or agent that sends it",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "receiving",
                "complete",
                "terminated",
                "expired",
                name="uploadstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "length_bytes",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="none: not known yet",
        ),
        sa.Column(
            "offset_bytes",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="fsynced bytes; the file may be longer after a crash, never shorter",
        ),
        sa.Column("filename", sa.String(length=300), nullable=False, comment="shown, never a path"),
        sa.Column(
            "client_metadata",
            sa.String(length=4096),
            nullable=False,
            comment="`Upload-Metadata` as sent; tus returns it unchanged",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["class_.id"],
        ),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["track.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_class_id"), ["class_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_upload_track_id"), ["track_id"], unique=False)
