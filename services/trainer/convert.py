"""Jobs, events and specs between the wire and the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from google.protobuf.timestamp_pb2 import Timestamp
from taiyi_api.trainer.v1 import trainer_service_pb2 as pb

from services.kit.errors import invalid_field
from services.kit.fields import from_json
from services.trainer.models import Attempt, Event, Job
from services.trainer.store.jobs import NewJob
from taiyi import artefacts, layout, params
from taiyi.errors import InvalidInput, NotFound
from taiyi.params import Train

_ATTEMPTS = 3
_INPUTS = ("tokens", "base_model", "start_from")


def spec_of(spec: pb.JobSpec) -> dict[str, Any]:
    """A spec as the queue keeps it, every field by its name."""
    return {field.name: getattr(spec, field.name) for field in pb.JobSpec.DESCRIPTOR.fields}


def new_job(request: pb.CreateJobRequest, root: Path, store: Path) -> NewJob:
    """What a request queues. The parameters are those of params.yaml as it stands, with the request's training settings.

    A refusal names the field: settings that cannot be, inputs that do not exist.
    """
    spec = request.spec
    known = params.load(root / layout.PARAMS)
    if spec.train_json:
        known = msgspec.structs.replace(known, train=over(known.train, spec.train_json))
    for field in _INPUTS:
        name = getattr(spec, field)
        if name:
            _must_exist(f"spec.{field}", name, root, store)
    return NewJob(
        request_id=request.request_id,
        spec=spec_of(spec),
        params=msgspec.to_builtins(known),
        queue=spec.queue,
        priority=spec.priority,
        max_attempts=spec.max_attempts or _ATTEMPTS,
        time_limit_seconds=spec.time_limit_seconds,
    )


def over(known: Train, given: str) -> Train:
    """The settings of params.yaml with those of a request, as JSON, over them."""
    differing = from_json(given, dict[str, Any], "spec.train_json")
    merged = msgspec.json.encode(_over(msgspec.to_builtins(known), differing)).decode()
    train: Train = from_json(merged, Train, "spec.train_json")
    return train


def _over(known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key, anything else is replaced."""
    result = known | given
    for key, value in given.items():
        old = known.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = _over(old, value)
    return result


def _must_exist(field: str, name: str, root: Path, store: Path) -> None:
    try:
        artefacts.locate(name, root, store)
    except (InvalidInput, NotFound, OSError, ValueError) as error:
        raise invalid_field(field, str(error)) from error


def job(found: Job, attempts: Sequence[Attempt] = ()) -> pb.Job:
    """A job for the wire."""
    return pb.Job(
        name=f"jobs/{found.id}",
        state=_state(found.state),
        reason=found.reason,
        message=found.message,
        spec=pb.JobSpec(**found.spec),
        attempt=found.attempt,
        max_attempts=found.max_attempts,
        owner=found.owner,
        create_time=_time(found.create_time),
        start_time=_time(found.start_time),
        end_time=_time(found.end_time),
        progress=_progress(found.progress),
        adapter=found.adapter,
        attempts=[_attempt(one) for one in attempts],
    )


def event(found: Event) -> pb.JobEvent:
    """An event for the wire."""
    return pb.JobEvent(
        sequence=found.sequence,
        time=_time(found.time),
        kind=found.kind,
        state=_state(found.state),
        reason=found.reason,
        message=found.message,
        progress=_progress(found.progress) if found.progress else None,
    )


def _attempt(found: Attempt) -> pb.Attempt:
    return pb.Attempt(
        number=found.number,
        owner=found.owner,
        start_time=_time(found.start_time),
        end_time=_time(found.end_time),
        exit_code=found.exit_code or 0,
        reason=found.reason,
    )


def _progress(known: dict[str, Any]) -> pb.Progress:
    """Progress is told by the training process; what the contract does not know of it stays behind."""
    names = {field.name for field in pb.Progress.DESCRIPTOR.fields}
    return pb.Progress(**{name: value for name, value in known.items() if name in names})


def _state(name: str) -> pb.JobState:
    value: pb.JobState = getattr(pb, f"JOB_STATE_{name}")
    return value


def _time(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
