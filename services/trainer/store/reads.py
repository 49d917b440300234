"""What only reads: one job, a page of jobs, the events after a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select

from services.kit.database import Database
from services.kit.filters import And, Kind, Node, Not, Or, Term
from services.trainer.models import Attempt, Event, Job
from taiyi.errors import NotFound

FIELDS: Mapping[str, Kind] = {"state": "text", "queue": "text", "reason": "text"}
"""What a filter may compare."""
_COLUMNS = {"state": Job.state, "queue": Job.queue, "reason": Job.reason}


def get(database: Database, job_id: str) -> tuple[Job, Sequence[Attempt]]:
    """A job and its attempts, first to last; NotFound."""
    with database.reading() as session:
        job = session.scalars(select(Job).where(Job.id == job_id)).one_or_none()
        if job is None:
            raise NotFound(f"no job jobs/{job_id}")
        order = select(Attempt).where(Attempt.job == job.number).order_by(Attempt.number)
        return job, session.scalars(order).all()


def page(database: Database, where: Node | None, before: int, size: int) -> Sequence[Job]:
    """At most `size` jobs, newest first; before: only those queued before that job's number, 0: from the newest."""
    asked = select(Job).order_by(Job.number.desc()).limit(size)
    if before:
        asked = asked.where(Job.number < before)
    if where is not None:
        asked = asked.where(_condition(where))
    with database.reading() as session:
        return session.scalars(asked).all()


def events(database: Database, job_id: str, after: int, most: int = 500) -> tuple[Job, Sequence[Event]]:
    """A job as it stands and its events after a number, as many as it had then; NotFound."""
    with database.reading() as session:
        job = session.scalars(select(Job).where(Job.id == job_id)).one_or_none()
        if job is None:
            raise NotFound(f"no job jobs/{job_id}")
        asked = select(Event).where(Event.job == job.number, Event.sequence > after, Event.sequence <= job.events)
        return job, session.scalars(asked.order_by(Event.sequence).limit(most)).all()


def _condition(node: Node) -> ColumnElement[bool]:
    if isinstance(node, And):
        return and_(*(_condition(part) for part in node.parts))
    if isinstance(node, Or):
        return or_(*(_condition(part) for part in node.parts))
    if isinstance(node, Not):
        return not_(_condition(node.part))
    return _comparison(node)


def _comparison(term: Term) -> ColumnElement[bool]:
    column: Any = _COLUMNS[term.field]
    value = str(term.value)
    if term.operator == ":" or (term.before and term.after):
        found = column.contains(value, autoescape=True)
    elif term.before:
        found = column.endswith(value, autoescape=True)
    elif term.after:
        found = column.startswith(value, autoescape=True)
    else:
        found = column == value
    matched: ColumnElement[bool] = not_(found) if term.operator == "!=" else found
    return matched
