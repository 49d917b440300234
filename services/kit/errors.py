"""Refusals and how errors look on the wire: a status with ErrorInfo and, for fields, BadRequest (AIP-193)."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping, Sequence

import grpc
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2, status_pb2

from taiyi.errors import Conflict, InvalidInput, NotFound, NotReady, TaiyiError

DOMAIN = "taiyi"
_LONGEST = 4000
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_EXHAUSTED = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM))


class Refusal(TaiyiError):
    """A call that is not answered. reason: UPPER_SNAKE, for programs; message: for people.

    metadata: every variable part of the message; violations: (field path, what is wrong with it);
    retry_seconds: after which the same call may do better; 0: unknown.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        *,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[tuple[str, str]] = (),
        retry_seconds: float = 0.0,
    ) -> None:
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message
        self.metadata, self.violations, self.retry_seconds = dict(metadata or {}), tuple(violations), retry_seconds


class AlreadyExists(Conflict):
    """What was to be made exists, and differs."""


class DatabaseAway(TaiyiError):
    """The database cannot be reached, or is locked; the same call may do better later."""


class StorageFull(TaiyiError):
    """No space is left where something was to be written."""


class DataLoss(TaiyiError):
    """Something stored does not verify."""


def invalid_field(field: str, problem: str) -> Refusal:
    """The refusal of one field of a request, by its path."""
    return invalid_fields([(field, problem)])


def invalid_fields(violations: Sequence[tuple[str, str]]) -> Refusal:
    """The refusal of a request for its fields, each by its path with what is wrong."""
    message = "; ".join(f"{field or 'request'}: {problem}" for field, problem in violations)
    metadata = {"field": violations[0][0]} if violations else {}
    code = grpc.StatusCode.INVALID_ARGUMENT
    return Refusal(code, "INVALID_FIELD", message, metadata=metadata, violations=violations)


def refusal(error: BaseException) -> Refusal | None:
    """What a known error is called on the wire; None for an unexpected one."""
    if isinstance(error, Refusal):
        return error
    for kind, code, reason in _KNOWN:
        if isinstance(error, kind):
            where = getattr(error, "where", "")
            return Refusal(code, reason, str(error), metadata={"where": where} if where else {})
    if isinstance(error, OSError) and error.errno in _FULL | _EXHAUSTED:
        reason = "STORAGE_FULL" if error.errno in _FULL else "SERVER_EXHAUSTED"
        return Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, reason, f"the server has run out: {error.strerror}")
    return None


def internal(error_id: str) -> Refusal:
    """What an unexpected error is called on the wire: an id to look up in the server's log, and nothing of its text."""
    message = f"an error of the server; its log holds it under {error_id}"
    return Refusal(grpc.StatusCode.INTERNAL, "INTERNAL", message, metadata={"error_id": error_id})


def status(refused: Refusal) -> status_pb2.Status:
    """The refusal as google.rpc.Status, each kind of detail at most once."""
    wire = status_pb2.Status(code=refused.code.value[0], message=_short(refused.message))
    info = error_details_pb2.ErrorInfo(reason=refused.reason, domain=DOMAIN)
    info.metadata.update({key: _short(value) for key, value in refused.metadata.items()})
    wire.details.add().Pack(info)
    if refused.violations:
        bad = error_details_pb2.BadRequest()
        for field, problem in refused.violations[:100]:
            bad.field_violations.add(field=_short(field), description=_short(problem))
        wire.details.add().Pack(bad)
    if refused.retry_seconds:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(int(refused.retry_seconds * 1000))
        wire.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    return wire


def _short(text: str) -> str:
    """What fits into HTTP/2 headers and is valid UTF-8."""
    text = re.sub(r"[\x00-\x08\x0b-\x1f]", " ", text.encode("utf-8", "replace").decode("utf-8"))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


_KNOWN: tuple[tuple[type[TaiyiError], grpc.StatusCode, str], ...] = (
    (InvalidInput, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT"),
    (NotFound, grpc.StatusCode.NOT_FOUND, "NOT_FOUND"),
    (AlreadyExists, grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS"),
    (Conflict, grpc.StatusCode.ABORTED, "CONFLICT"),
    (NotReady, grpc.StatusCode.FAILED_PRECONDITION, "NOT_READY"),
    (DatabaseAway, grpc.StatusCode.UNAVAILABLE, "DATABASE_AWAY"),
    (StorageFull, grpc.StatusCode.RESOURCE_EXHAUSTED, "STORAGE_FULL"),
    (DataLoss, grpc.StatusCode.DATA_LOSS, "DATA_LOSS"),
)
