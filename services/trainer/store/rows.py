"""What every transaction on a job does: find and lock its row, number its events, know the database's time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.kit.database import now
from services.trainer.models import Attempt, Event, Job
from services.trainer.states import ENDED, RUNNING
from taiyi.errors import NotFound


def time(session: Session) -> datetime:
    """The database's time."""
    return session.execute(select(now())).scalar_one()


def locked(session: Session, job_id: str) -> Job:
    """The job's row, held until the transaction ends; NotFound."""
    found = session.scalars(select(Job).where(Job.id == job_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound(f"no job jobs/{job_id}")
    return found


def held(session: Session, number: int, fence: int) -> Job | None:
    """The job's row if this fence still runs it, held until the transaction ends."""
    told = select(Job).where(Job.number == number, Job.fence == fence, Job.state == RUNNING).with_for_update()
    return session.scalars(told).one_or_none()


def record(
    session: Session,
    job: Job,
    at: datetime,
    kind: str,
    *,
    reason: str = "",
    message: str = "",
    progress: dict[str, Any] | None = None,
) -> None:
    """Append an event; the job's row must be held."""
    job.events += 1
    session.add(
        Event(
            job=job.number,
            sequence=job.events,
            time=at,
            kind=kind,
            state=job.state,
            reason=reason,
            message=message,
            progress=progress,
        )
    )


def turn(session: Session, job: Job, at: datetime, state: str, reason: str = "", message: str = "") -> None:
    """Put the job into a state, with its reason, and record it. Nobody owns a job that does not run."""
    job.state, job.reason, job.message = state, reason, message
    if state != RUNNING:
        job.owner, job.lease_until, job.heartbeat_time = "", None, None
    job.end_time = at if state in ENDED else None
    record(session, job, at, "state", reason=reason, message=message)


def close_attempt(session: Session, job: Job, at: datetime, reason: str, exit_code: int | None = None) -> None:
    """Note how the job's running attempt ended."""
    attempt = session.get_one(Attempt, (job.number, job.attempt))
    attempt.end_time, attempt.reason, attempt.exit_code = at, reason, exit_code
