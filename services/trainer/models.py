"""The queue's tables: the job is its row; its events are numbered without a gap; its attempts say who ran it, and how it
ended. Anything filtered or sorted is a column.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, MetaData, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit.database import NAMING, Moment
from services.trainer.states import QUEUED, STATES

_Number = BigInteger().with_variant(Integer, "sqlite")
_Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_States = ", ".join(f"'{state}'" for state in STATES)


class Table(DeclarativeBase):
    """What every table of the queue is declared from."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dict[str, Any]: _Json, datetime: Moment()}


class Job(Table):
    """A job. spec: as the caller gave it; params: all parameters, as they were when it was queued.

    fence: raised by every claim; what is written or said under an older one counts for nothing. resume_after_fence:
    checkpoints of attempts up to it are not taken up. failures, disruptions: since it was last queued by a caller.
    not_before: when a job that waits may be claimed. events: how many it has; the number of the last one.
    """

    __tablename__ = "trainer_job"
    __table_args__ = (
        CheckConstraint(f"state IN ({_States})", name="state"),
        Index(None, "state", "queue", "priority", "number"),
    )
    number: Mapped[int] = mapped_column(_Number, primary_key=True)
    id: Mapped[str] = mapped_column(String(16), unique=True)
    request_id: Mapped[str] = mapped_column(String(36), unique=True)
    retry_request_id: Mapped[str] = mapped_column(String(36), default="")
    queue: Mapped[str] = mapped_column(String(32))
    priority: Mapped[int] = mapped_column(Integer, default=0)
    spec: Mapped[dict[str, Any]]
    spec_sha256: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16), default=QUEUED)
    reason: Mapped[str] = mapped_column(String(63), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    max_attempts: Mapped[int] = mapped_column(Integer, default=3)
    time_limit_seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    disruptions: Mapped[int] = mapped_column(Integer, default=0)
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    resume_after_fence: Mapped[int] = mapped_column(BigInteger, default=0)
    owner: Mapped[str] = mapped_column(String(200), default="")
    lease_until: Mapped[datetime | None]
    heartbeat_time: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    cancel_time: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    adapter: Mapped[str] = mapped_column(String(80), default="")
    events: Mapped[int] = mapped_column(BigInteger, default=0)
    create_time: Mapped[datetime]
    start_time: Mapped[datetime | None]
    end_time: Mapped[datetime | None]


class Event(Table):
    """Something that happened to a job; (job, sequence) from 1 without a gap."""

    __tablename__ = "trainer_event"
    job: Mapped[int] = mapped_column(ForeignKey("trainer_job.number"), primary_key=True)
    sequence: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=False)
    time: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(63), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    progress: Mapped[dict[str, Any] | None]


class Attempt(Table):
    """One attempt. exit_code: of the training process, negative for a signal; None while it runs, or if nobody knows."""

    __tablename__ = "trainer_attempt"
    job: Mapped[int] = mapped_column(ForeignKey("trainer_job.number"), primary_key=True)
    number: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=False)
    fence: Mapped[int] = mapped_column(BigInteger)
    owner: Mapped[str] = mapped_column(String(200))
    start_time: Mapped[datetime]
    end_time: Mapped[datetime | None]
    exit_code: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(63), default="")


class Guard(Table):
    """A lease on something that one process at a time does, such as reconciling."""

    __tablename__ = "trainer_guard"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(200))
    lease_until: Mapped[datetime]
