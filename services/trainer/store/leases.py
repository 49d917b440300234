"""What workers do with jobs: claim, heartbeat, finish, give back. A fence that is no longer the job's changes nothing.

All times are the database's, so that no machine's clock matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services.kit.database import Database
from services.trainer.models import Attempt, Guard, Job
from services.trainer.states import (
    ATTEMPTS_EXHAUSTED,
    CANCELLED,
    CANCELLED_BY_USER,
    DISRUPTIONS_EXHAUSTED,
    DONE,
    FAILED,
    LEASE_LOST,
    MOST_DISRUPTIONS,
    QUEUED,
    RETRY_WAIT,
    RUNNING,
    SUCCEEDED,
)
from services.trainer.store import rows

LEASE_SECONDS = 60.0
FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 10.0, 300.0


class Claim(msgspec.Struct, frozen=True):
    """A job that this worker may run for as long as it keeps the lease."""

    number: int
    id: str
    fence: int
    attempt: int
    spec: dict[str, Any]
    params: dict[str, Any]
    fingerprint: str
    resume_after_fence: int
    time_limit_seconds: int


class News(NamedTuple):
    """What a worker tells with a heartbeat: an event's kind, its words, and progress."""

    kind: str
    message: str = ""
    progress: dict[str, Any] | None = None


class Heard(NamedTuple):
    """What a heartbeat brings back. held: false: another fence runs the job, or nobody should."""

    held: bool
    cancelled: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How an attempt ended. kind: done; failure (the program's); disruption (not its fault); fatal (no retry mends it);
    cancelled. wait: whether a disrupted job waits before it is tried again.
    """

    kind: str
    reason: str = DONE
    message: str = ""
    exit_code: int | None = None
    adapter: str = ""
    wait: bool = False


def _eligible(at: datetime) -> Any:
    """Jobs that may be claimed now."""
    return or_(
        Job.state == QUEUED,
        and_(Job.state == RETRY_WAIT, Job.not_before <= at),
        and_(Job.state == RUNNING, Job.lease_until < at, Job.cancel_time.is_(None), Job.disruptions < MOST_DISRUPTIONS),
    )


def claim(database: Database, queue: str, owner: str, lease_seconds: float = LEASE_SECONDS) -> Claim | None:
    """The next job of a queue, now this owner's under a new fence; None if none is to be had."""
    with database.writing() as session:
        at = rows.time(session)
        order = select(Job).where(Job.queue == queue, _eligible(at)).order_by(Job.priority.desc(), Job.number).limit(1)
        job = session.scalars(order.with_for_update(skip_locked=True)).one_or_none()
        if job is None:
            return None
        if job.state == RUNNING:
            rows.close_attempt(session, job, at, LEASE_LOST)
            job.disruptions += 1
        _own(session, job, owner, at, lease_seconds)
        return Claim(
            job.number,
            job.id,
            job.fence,
            job.attempt,
            job.spec,
            job.params,
            job.fingerprint,
            job.resume_after_fence,
            job.time_limit_seconds,
        )


def _own(session: Session, job: Job, owner: str, at: datetime, lease_seconds: float) -> None:
    job.fence, job.attempt = job.fence + 1, job.attempt + 1
    job.start_time = job.start_time or at
    job.heartbeat_time, job.lease_until, job.not_before = at, at + timedelta(seconds=lease_seconds), None
    session.add(Attempt(job=job.number, number=job.attempt, fence=job.fence, owner=owner, start_time=at))
    rows.turn(session, job, at, RUNNING, message=f"attempt {job.attempt} by {owner}")
    job.owner = owner


def heartbeat(
    database: Database,
    claim: Claim,
    news: Sequence[News] = (),
    *,
    fingerprint: str = "",
    lease_seconds: float = LEASE_SECONDS,
) -> Heard:
    """Keep the lease and tell what happened. Where it is no longer held, nothing is recorded."""
    with database.writing() as session:
        job = rows.held(session, claim.number, claim.fence)
        if job is None:
            return Heard(False)
        at = rows.time(session)
        job.heartbeat_time, job.lease_until = at, at + timedelta(seconds=lease_seconds)
        job.fingerprint = job.fingerprint or fingerprint
        for item in news:
            if item.progress is not None:
                job.progress = {**job.progress, **item.progress}
            rows.record(session, job, at, item.kind, message=item.message, progress=item.progress)
        return Heard(True, job.cancel_time is not None)


def finish(database: Database, claim: Claim, outcome: Outcome, first_wait_seconds: float = FIRST_WAIT_SECONDS) -> bool:
    """End the attempt, and with it the job or its turn; false, and nothing is changed, if the fence is not the job's.

    first_wait_seconds: before a job is tried again that must wait; doubled with each further time, up to 5 minutes.
    """
    with database.writing() as session:
        job = rows.held(session, claim.number, claim.fence)
        if job is None:
            return False
        at = rows.time(session)
        rows.close_attempt(session, job, at, outcome.reason, outcome.exit_code)
        if outcome.kind == "done":
            job.adapter = outcome.adapter
            rows.turn(session, job, at, SUCCEEDED)
        elif outcome.kind == "fatal":
            rows.turn(session, job, at, FAILED, outcome.reason, outcome.message)
        elif job.cancel_time is not None:
            rows.turn(session, job, at, CANCELLED, CANCELLED_BY_USER)
        elif outcome.kind == "failure":
            _failed(session, job, at, outcome, first_wait_seconds)
        else:
            _disrupted(session, job, at, outcome, first_wait_seconds)
        return True


def _failed(session: Session, job: Job, at: datetime, outcome: Outcome, wait: float) -> None:
    job.failures += 1
    if job.failures >= job.max_attempts:
        said = f"failed {job.failures} times, the last with {outcome.reason}: {outcome.message}"
        rows.turn(session, job, at, FAILED, ATTEMPTS_EXHAUSTED, said)
    else:
        _wait(session, job, at, outcome, wait * 2 ** (job.failures - 1))


def _disrupted(session: Session, job: Job, at: datetime, outcome: Outcome, wait: float) -> None:
    job.disruptions += 1
    if job.disruptions >= MOST_DISRUPTIONS:
        said = f"disrupted {job.disruptions} times, the last by {outcome.reason}: {outcome.message}"
        rows.turn(session, job, at, FAILED, DISRUPTIONS_EXHAUSTED, said)
    elif outcome.wait:
        _wait(session, job, at, outcome, wait * 2 ** (job.disruptions - 1))
    else:
        rows.turn(session, job, at, QUEUED, outcome.reason, outcome.message)


def _wait(session: Session, job: Job, at: datetime, outcome: Outcome, seconds: float) -> None:
    job.not_before = at + timedelta(seconds=min(_LONGEST_WAIT_SECONDS, seconds))
    rows.turn(session, job, at, RETRY_WAIT, outcome.reason, outcome.message)


def sweep(database: Database) -> list[str]:
    """End jobs that lost their worker and are not to be claimed again; the queues in which jobs can be claimed now."""
    with database.writing() as session:
        at = rows.time(session)
        lost = select(Job).where(
            Job.state == RUNNING,
            Job.lease_until < at,
            or_(Job.cancel_time.is_not(None), Job.disruptions >= MOST_DISRUPTIONS),
        )
        for job in session.scalars(lost.with_for_update(skip_locked=True)):
            rows.close_attempt(session, job, at, LEASE_LOST)
            if job.cancel_time is not None:
                rows.turn(session, job, at, CANCELLED, CANCELLED_BY_USER)
            else:
                said = f"disrupted {job.disruptions + 1} times, the last by {LEASE_LOST}"
                rows.turn(session, job, at, FAILED, DISRUPTIONS_EXHAUSTED, said)
        return sorted(session.scalars(select(Job.queue).where(_eligible(at)).distinct()))


def guard(database: Database, name: str, owner: str, lease_seconds: float) -> bool:
    """Whether this owner may do what one process at a time does, for so long."""
    with database.writing() as session:
        at = rows.time(session)
        found = session.scalars(select(Guard).where(Guard.name == name).with_for_update(skip_locked=True)).one_or_none()
        if found is None:
            if session.scalar(select(Guard.name).where(Guard.name == name)):
                return False
            session.add(Guard(name=name, owner=owner, lease_until=at + timedelta(seconds=lease_seconds)))
            return True
        if found.owner != owner and found.lease_until > at:
            return False
        found.owner, found.lease_until = owner, at + timedelta(seconds=lease_seconds)
        return True
