"""What callers do with jobs: create, cancel, retry. Each is one transaction, and the same call again gives the same job."""

from __future__ import annotations

import secrets
from typing import Any

import grpc
import msgspec
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.kit.database import Database
from services.kit.errors import Refusal
from services.trainer.models import Job
from services.trainer.states import (
    CANCELLED,
    CANCELLED_BY_USER,
    DATA_LOSS,
    ENDED,
    FAILED,
    QUEUED,
    RUNNING,
    WAITING,
)
from services.trainer.store import rows
from taiyi import manifest


class NewJob(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be queued. spec: as the caller gave it, and what tells one request from another; params: all parameters."""

    request_id: str
    spec: dict[str, Any]
    params: dict[str, Any]
    queue: str
    priority: int = 0
    max_attempts: int = 3
    time_limit_seconds: int = 0


def create(database: Database, new: NewJob, most_waiting: int = 0) -> Job:
    """The job, queued now or by an earlier call of this request_id. Refused (ALREADY_EXISTS) if that was for another
    spec, and (RESOURCE_EXHAUSTED) if `most_waiting` jobs wait already; 0: any number.
    """
    digest = manifest.params_digest(new.spec)
    try:
        with database.writing() as session:
            found = session.scalars(select(Job).where(Job.request_id == new.request_id)).one_or_none()
            return _same(found, digest) if found else _insert(session, new, digest, most_waiting)
    except IntegrityError:  # another call with this request_id committed in between
        with database.reading() as session:
            return _same(session.scalars(select(Job).where(Job.request_id == new.request_id)).one(), digest)


def of_request(database: Database, request_id: str, spec: dict[str, Any]) -> Job | None:
    """The job that this request_id queued; None if none. Refused (ALREADY_EXISTS) if that was for another spec."""
    with database.reading() as session:
        found = session.scalars(select(Job).where(Job.request_id == request_id)).one_or_none()
    return _same(found, manifest.params_digest(spec)) if found else None


def _same(job: Job, digest: str) -> Job:
    if job.spec_sha256 == digest:
        return job
    raise Refusal(
        grpc.StatusCode.ALREADY_EXISTS,
        "REQUEST_ID_REUSED",
        f"request_id {job.request_id} queued jobs/{job.id}, which has another spec; choose a new request_id",
        metadata={"request_id": job.request_id, "job": f"jobs/{job.id}"},
    )


def _insert(session: Session, new: NewJob, digest: str, most_waiting: int) -> Job:
    if most_waiting:
        waiting = session.scalar(select(func.count()).select_from(Job).where(Job.state.in_(WAITING))) or 0
        if waiting >= most_waiting:
            raise Refusal(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                "QUEUE_FULL",
                f"{waiting} jobs wait already; try again when some have begun",
                metadata={"waiting": str(waiting)},
                retry_seconds=60,
            )
    at = rows.time(session)
    job = Job(
        id=secrets.token_hex(8),
        request_id=new.request_id,
        queue=new.queue,
        priority=new.priority,
        spec=new.spec,
        spec_sha256=digest,
        params=new.params,
        max_attempts=new.max_attempts,
        time_limit_seconds=new.time_limit_seconds,
        state=QUEUED,
        progress={},
        events=0,
        create_time=at,
    )
    session.add(job)
    session.flush()
    rows.record(session, job, at, "created")
    return job


def cancel(database: Database, job_id: str) -> Job:
    """Ask a job to end: one that waits ends now, one that runs when its worker hears of it. FAILED_PRECONDITION if it
    ended otherwise.
    """
    with database.writing() as session:
        job = rows.locked(session, job_id)
        if job.state in ENDED - {CANCELLED}:
            raise _not_from(job, "cancelled", "only jobs that wait or run can be cancelled")
        at = rows.time(session)
        if job.state in WAITING:
            rows.turn(session, job, at, CANCELLED, CANCELLED_BY_USER)
        elif job.state == RUNNING and job.cancel_time is None:
            job.cancel_time = at
            rows.record(session, job, at, "message", message="asked to end")
        return job


def retry(database: Database, job_id: str, request_id: str) -> Job:
    """Queue a failed or cancelled job again, its failures forgotten. One whose checkpoints were all damaged starts from
    the first step, and one whose inputs changed takes them as they are now: that is what asking again means.
    """
    with database.writing() as session:
        job = rows.locked(session, job_id)
        if job.retry_request_id == request_id:
            return job
        if job.state not in (FAILED, CANCELLED):
            raise _not_from(job, "queued again", "only failed and cancelled jobs can")
        if job.reason == DATA_LOSS:
            job.resume_after_fence = job.fence
        job.retry_request_id, job.fingerprint, job.cancel_time, job.not_before = request_id, "", None, None
        job.failures = job.disruptions = 0
        rows.turn(session, job, rows.time(session), QUEUED)
        return job


def _not_from(job: Job, wish: str, rule: str) -> Refusal:
    return Refusal(
        grpc.StatusCode.FAILED_PRECONDITION,
        "WRONG_STATE",
        f"jobs/{job.id} is {job.state} and cannot be {wish}: {rule}",
        metadata={"job": f"jobs/{job.id}", "state": job.state},
    )
