"""Every table, in one picture. A column comment says what it holds; rows are used as they are.

person ─┬─ membership ── class_ ── lecture ─┬─ recording ── track ── upload
        ├─ session                          ├─ job
        ├─ one_time_link                    ├─ package, mark
        └─ upload_token ── lecture          └─ watch_event, coverage (by pseudonym, never by person)
agent ──── class_
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from stream.columns import Base as Base
from stream.columns import Id


class SchoolRole(StrEnum):
    """What a person is to the school; what they may do in a class is their membership's role."""

    ADMIN = "admin"
    TEACHER = "teacher"
    STUDENT = "student"


class ClassRole(StrEnum):
    """What a person is to a class."""

    TEACHER = "teacher"
    STUDENT = "student"


class LinkPurpose(StrEnum):
    """What a one-time link does."""

    SETUP = "setup"  # makes the first admin
    INVITE_TEACHER = "invite_teacher"  # makes a teacher
    SIGN_IN = "sign_in"  # signs its person in


class LectureState(StrEnum):
    """Where a lecture stands. Legal moves: `catalogue/states.py`."""

    RECORDING = "recording"  # an agent or a browser is still adding to its tracks
    UPLOADING = "uploading"  # tracks are on their way; a job may run on what has arrived
    QUEUED = "queued"  # every track is here, a job waits
    ENCODING = "encoding"  # a job runs
    READY = "ready"  # students can watch
    FAILED = "failed"  # `failure` says why, in the teacher's words


class TrackRole(StrEnum):
    """What a track shows."""

    PRESENTATION = "presentation"
    PRESENTER = "presenter"


class Origin(StrEnum):
    """Where a recording comes from."""

    UPLOAD = "upload"
    BROWSER = "browser"
    AGENT = "agent"


class UploadState(StrEnum):
    """Where an upload stands."""

    RECEIVING = "receiving"
    COMPLETE = "complete"
    TERMINATED = "terminated"  # the client ended it
    EXPIRED = "expired"  # nobody went on with it in time


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Lane(StrEnum):
    """How urgent a job is; the most urgent first. `jobs/lanes.py` decides by it."""

    LIVE = "live"  # a class may be watching while it is recorded
    FIRST = "first"  # makes a lecture watchable
    OTHER = "other"  # more rungs for a lecture that can be watched
    AV1 = "av1"
    CAPTIONS = "captions"


class WaitReason(StrEnum):
    """What a queued job waits for."""

    TURN = "turn"
    MEMORY = "memory"
    ROOM = "room"  # on the disk
    BYTES = "bytes"  # of an upload that is slow or silent; it made place for others meanwhile
    WHOLE = "whole"  # the whole recording: an attempt to follow its upload broke


class WatchKind(StrEnum):
    """What the player reports."""

    PLAY = "play"
    PAUSE = "pause"
    SEEK = "seek"
    SPEED = "speed"
    STALL = "stall"
    QUALITY = "quality"
    VISIBILITY = "visibility"
    ENDED = "ended"


class Person(Base):
    """An account."""

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    role: Mapped[SchoolRole]
    name: Mapped[str] = mapped_column(String(200))
    login: Mapped[str | None] = mapped_column(
        String(200), unique=True, comment="lower case; none: signs in by link only"
    )
    password_hash: Mapped[str | None] = mapped_column(String(200), comment="argon2id")
    is_simulated: Mapped[bool] = mapped_column(
        default=False, comment="made by `flipcast demo`; pages say so"
    )
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Class(Base):
    """The unit of access: a lecture belongs to exactly one."""

    __tablename__ = "class_"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    join_code: Mapped[str] = mapped_column(String(12), unique=True)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class Membership(Base):
    """A person's way into a class."""

    __tablename__ = "membership"
    class_id: Mapped[str] = mapped_column(ForeignKey("class_.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    role: Mapped[ClassRole]
    created_at: Mapped[datetime]


class Session(Base):
    """A sign-in; ended by deleting the row."""

    __tablename__ = "session"
    token_hash: Mapped[str] = mapped_column(
        String(64), primary_key=True, comment="SHA-256 of the cookie's token"
    )
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(comment="written at most once an hour")
    expires_at: Mapped[datetime]


class OneTimeLink(Base):
    """A link that works once."""

    __tablename__ = "one_time_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, comment="SHA-256")
    purpose: Mapped[LinkPurpose]
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id"), comment="whom it signs in; none for invitations"
    )
    next_path: Mapped[str] = mapped_column(String(200), default="/", comment="page it leads to")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Agent(Base):
    """A classroom device; not a person. It may add lectures to its one class, nothing else."""

    __tablename__ = "agent"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    class_id: Mapped[str] = mapped_column(ForeignKey("class_.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, comment="SHA-256")
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Lecture(Base):
    """What students see."""

    __tablename__ = "lecture"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    class_id: Mapped[str] = mapped_column(ForeignKey("class_.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    state: Mapped[LectureState]
    failure: Mapped[str | None] = mapped_column(String(500), comment="why, for the teacher")
    duration_s: Mapped[float | None]
    package_id: Mapped[str | None] = mapped_column(Id, comment="the package being served")
    is_live: Mapped[bool] = mapped_column(
        default=True, comment="students see it while it arrives; else once all has arrived"
    )
    created_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class Mark(Base):
    """A chapter that the teacher marked while recording: it begins here."""

    __tablename__ = "mark"
    lecture_id: Mapped[str] = mapped_column(ForeignKey("lecture.id"), primary_key=True)
    at_ms: Mapped[int] = mapped_column(primary_key=True, comment="media time")
    title: Mapped[str] = mapped_column(String(300), comment="may be empty")


class Recording(Base):
    """One take of a lecture."""

    __tablename__ = "recording"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    lecture_id: Mapped[str] = mapped_column(ForeignKey("lecture.id"), index=True)
    origin: Mapped[Origin]
    created_at: Mapped[datetime]


class Track(Base):
    """One of a recording's parallel streams."""

    __tablename__ = "track"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id"), index=True)
    role: Mapped[TrackRole]
    start_offset_ms: Mapped[int] = mapped_column(
        default=0, comment="when it starts, on the recording's clock"
    )
    __table_args__ = (UniqueConstraint("recording_id", "role"),)


class Upload(Base):
    """A track's bytes in transit; the file is `originals/{id}` in the data folder, and stays."""

    __tablename__ = "upload"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    track_id: Mapped[str] = mapped_column(ForeignKey("track.id"), index=True)
    class_id: Mapped[str] = mapped_column(ForeignKey("class_.id"), index=True)
    owner_id: Mapped[str] = mapped_column(Id, comment="person or agent that sends it")
    state: Mapped[UploadState]
    length_bytes: Mapped[int | None] = mapped_column(comment="none: not known yet")
    offset_bytes: Mapped[int] = mapped_column(
        default=0, comment="fsynced bytes; the file may be longer after a crash, never shorter"
    )
    filename: Mapped[str] = mapped_column(String(300), default="", comment="shown, never a path")
    client_metadata: Mapped[str] = mapped_column(
        String(4096), default="", comment="`Upload-Metadata` as sent; tus returns it unchanged"
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class UploadToken(Base):
    """The right to send one lecture's recording, whether or not its person is still signed in."""

    __tablename__ = "upload_token"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, comment="SHA-256")
    lecture_id: Mapped[str] = mapped_column(ForeignKey("lecture.id"), index=True)
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id"), index=True, comment="on whose behalf it sends"
    )
    created_at: Mapped[datetime]


class Job(Base):
    """One unit of background work; the row is the truth, the queue only delivers its id."""

    __tablename__ = "job"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), comment="`publish`: make a package")
    lecture_id: Mapped[str] = mapped_column(ForeignKey("lecture.id"), index=True)
    state: Mapped[JobState] = mapped_column(index=True)
    lane: Mapped[Lane] = mapped_column(default=Lane.FIRST, comment="how urgent it is")
    attempt: Mapped[int] = mapped_column(default=0, comment="how often it was started; 3 at most")
    fence: Mapped[int] = mapped_column(
        default=0, comment="grows with each start; only its holder may write"
    )
    progress: Mapped[float] = mapped_column(default=0.0, comment="0 to 1")
    speed: Mapped[float | None] = mapped_column(comment="media seconds a second")
    failure: Mapped[str | None] = mapped_column(String(500))
    media_s: Mapped[float | None] = mapped_column(comment="length of what is to be made")
    content: Mapped[str | None] = mapped_column(
        String(48), comment="kind of recording, by which speeds are compared"
    )
    work_s: Mapped[float | None] = mapped_column(
        comment="seconds it took, had it had the machine to itself"
    )
    room_bytes: Mapped[int | None] = mapped_column(
        comment="disk it needs, as an attempt showed that found the disk full"
    )
    waits_for: Mapped[WaitReason | None] = mapped_column(comment="while queued")
    before_it: Mapped[int | None] = mapped_column(comment="while queued: jobs that come first")
    expected_end_at: Mapped[datetime | None] = mapped_column(comment="none: nothing to go by")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Package(Base):
    """One HLS tree, `media/{lecture_id}/{id}` in the data folder; immutable once complete."""

    __tablename__ = "package"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    lecture_id: Mapped[str] = mapped_column(ForeignKey("lecture.id"), index=True)
    duration_s: Mapped[float]
    size_bytes: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(comment="`package.json` as the encoder wrote it")
    # Until it is complete `duration_s` is of what can be played, `size_bytes` is 0, and `facts` has
    # `whole_s`, `rungs` and `to_come` (`jobs/showing.py`).
    growing_job_id: Mapped[str | None] = mapped_column(
        Id, comment="the job that still makes it; none: complete"
    )
    created_at: Mapped[datetime]


class WatchEvent(Base):
    """One thing a viewer's player reported. No person, address, device or exact wall time."""

    __tablename__ = "watch_event"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    lecture_id: Mapped[str] = mapped_column(ForeignKey("lecture.id"))
    viewer: Mapped[str] = mapped_column(String(32), comment="keyed pseudonym")
    session: Mapped[str] = mapped_column(String(32), comment="one page load, chosen by the player")
    seq: Mapped[int] = mapped_column(comment="order within the session")
    kind: Mapped[WatchKind]
    position_s: Mapped[float] = mapped_column(comment="media time it happened at (seek: from)")
    target_s: Mapped[float | None] = mapped_column(comment="seek: media time it went to")
    rate_before: Mapped[float | None] = mapped_column(comment="speed: before")
    rate: Mapped[float | None] = mapped_column(comment="speed: after")
    cause: Mapped[str | None] = mapped_column(
        String(24), comment="one of a fixed list per kind; never free text"
    )
    duration_ms: Mapped[int | None] = mapped_column(comment="stall: how long")
    received_on: Mapped[datetime] = mapped_column(comment="server time, cut to the hour")
    __table_args__ = (
        UniqueConstraint("lecture_id", "viewer", "session", "seq"),
        Index("ix_watch_event_lecture_id_viewer", "lecture_id", "viewer"),
    )


class Coverage(Base):
    """The set of media seconds a viewer really played."""

    __tablename__ = "coverage"
    lecture_id: Mapped[str] = mapped_column(ForeignKey("lecture.id"), primary_key=True)
    viewer: Mapped[str] = mapped_column(String(32), primary_key=True, comment="keyed pseudonym")
    seconds: Mapped[bytes] = mapped_column(
        LargeBinary, comment="bit i (little-endian within bytes): second i was played"
    )
    is_simulated: Mapped[bool] = mapped_column(default=False)
