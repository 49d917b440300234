"""The queue: jobs, their events and attempts, and leases on what one process does."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "trainer_0001"
down_revision = None
branch_labels = None
depends_on = None

_STATES = "state IN ('QUEUED', 'RUNNING', 'RETRY_WAIT', 'SUCCEEDED', 'FAILED', 'CANCELLED')"


def upgrade() -> None:
    """To this revision."""
    _jobs()
    _attempts()
    _events()
    op.create_table(
        "trainer_guard",
        _text("name", 32),
        _text("owner", 200),
        _moment("lease_until", False),
        sa.PrimaryKeyConstraint("name", name="pk_trainer_guard"),
    )


def downgrade() -> None:
    """Back to nothing."""
    op.drop_table("trainer_event")
    op.drop_table("trainer_attempt")
    op.drop_table("trainer_guard")
    op.drop_index("ix_trainer_job_state_queue_priority_number", "trainer_job")
    op.drop_table("trainer_job")


def _jobs() -> None:
    op.create_table(
        "trainer_job",
        sa.Column("number", _number(), nullable=False),
        *(_text(name, length) for name, length in (("id", 16), ("request_id", 36), ("retry_request_id", 36))),
        *(_text(name, length) for name, length in (("queue", 32), ("spec_sha256", 64), ("fingerprint", 64))),
        *(_text(name, length) for name, length in (("state", 16), ("reason", 63), ("owner", 200), ("adapter", 80))),
        sa.Column("message", sa.Text(), nullable=False),
        *(_integer(name) for name in ("priority", "attempt", "max_attempts", "failures", "disruptions")),
        *(_big(name) for name in ("time_limit_seconds", "fence", "resume_after_fence", "events")),
        *(sa.Column(name, _json(), nullable=False) for name in ("spec", "params", "progress")),
        _moment("create_time", False),
        *(_moment(name) for name in ("start_time", "end_time", "lease_until", "heartbeat_time")),
        *(_moment(name) for name in ("not_before", "cancel_time")),
        sa.CheckConstraint(_STATES, name=op.f("ck_trainer_job_state")),
        sa.PrimaryKeyConstraint("number", name="pk_trainer_job"),
        sa.UniqueConstraint("id", name="uq_trainer_job_id"),
        sa.UniqueConstraint("request_id", name="uq_trainer_job_request_id"),
    )
    columns = ["state", "queue", "priority", "number"]
    op.create_index("ix_trainer_job_state_queue_priority_number", "trainer_job", columns)


def _attempts() -> None:
    op.create_table(
        "trainer_attempt",
        sa.Column("job", _number(), nullable=False),
        sa.Column("number", _number(), autoincrement=False, nullable=False),
        _big("fence"),
        _text("owner", 200),
        _moment("start_time", False),
        _moment("end_time"),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        _text("reason", 63),
        sa.ForeignKeyConstraint(["job"], ["trainer_job.number"], name="fk_trainer_attempt_job"),
        sa.PrimaryKeyConstraint("job", "number", name="pk_trainer_attempt"),
    )


def _events() -> None:
    op.create_table(
        "trainer_event",
        sa.Column("job", _number(), nullable=False),
        sa.Column("sequence", _number(), autoincrement=False, nullable=False),
        _moment("time", False),
        *(_text(name, length) for name, length in (("kind", 16), ("state", 16), ("reason", 63))),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("progress", _json(), nullable=True),
        sa.ForeignKeyConstraint(["job"], ["trainer_job.number"], name="fk_trainer_event_job"),
        sa.PrimaryKeyConstraint("job", "sequence", name="pk_trainer_event"),
    )


def _number() -> Any:
    """64 bits; on SQLite what its own row ids are."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _json() -> Any:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)


def _integer(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _big(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _moment(name: str, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
