"""Refusals and how errors look on the wire: a status with ErrorInfo and, for fields, BadRequest (AIP-193)."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate

import grpc
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2, status_pb2

from taiyi.errors import Conflict, DataLoss, InvalidInput, NotFound, NotReady, TaiyiError

DOMAIN = "taiyi"
_MESSAGE_BYTES, _VALUE_BYTES, _STATUS_BYTES = 1800, 300, 3900
"""Of a message as it is percent-encoded, of each value in the details, of all details: clients refuse 8 KiB of headers."""
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
    """The refusal as google.rpc.Status, each kind of detail at most once, in a size that fits into HTTP/2 headers."""
    wire = status_pb2.Status(code=refused.code.value[0], message=_short(refused.message, _MESSAGE_BYTES))
    info = error_details_pb2.ErrorInfo(reason=refused.reason, domain=DOMAIN)
    for key, value in list(refused.metadata.items())[:5]:
        info.metadata[key] = _short(value, _VALUE_BYTES)
    wire.details.add().Pack(info)
    if refused.retry_seconds:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(int(refused.retry_seconds * 1000))
        wire.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    if refused.violations:
        wire.details.add().Pack(_bad(refused.violations, _STATUS_BYTES - wire.ByteSize()))
    return wire


def _bad(violations: Sequence[tuple[str, str]], room: int) -> error_details_pb2.BadRequest:
    """As many of the violations as there is room for in bytes."""
    bad = error_details_pb2.BadRequest()
    for field, problem in violations:
        bad.field_violations.add(field=_short(field, _VALUE_BYTES), description=_short(problem, _VALUE_BYTES))
        if bad.ByteSize() > room - 100:
            del bad.field_violations[-1]
            break
    return bad


def _short(text: str, most: int) -> str:
    """Valid text that takes at most so many bytes as gRPC writes it: printable ASCII as it is, other bytes as %XX."""
    text = re.sub(r"[\x00-\x08\x0b-\x1f]", " ", text[:most].encode("utf-8", "replace").decode("utf-8"))
    sizes = accumulate(1 if " " <= character <= "~" else 3 * len(character.encode()) for character in text)
    fits = sum(size <= most - 4 for size in sizes)
    return text if fits == len(text) else f"{text[:fits]} ..."


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
