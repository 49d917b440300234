"""What can go wrong in a call, by what the caller can do about it; and the way there from a status of gRPC.

ServiceError
├── Refused       the request cannot be accepted, or not from this caller
├── NotFound      nothing of that name
├── Unavailable   nobody there, too busy or too slow: the same call may do better later
├── Conflict      the state of things is against it: it exists, it has ended, something must be made first
└── Failed        the server failed
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status


class ServiceError(Exception):
    """A call that was not answered.

    code: gRPC's name of the status (`NOT_FOUND`); reason: the same for programs, more exactly (`RATE_LIMITED`);
    message: for people; metadata: the parts of the message that vary; fields: what is wrong with which field;
    where: address and method; retry_seconds: after which the call may do better, 0: unknown.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        reason: str = "",
        where: str = "",
        metadata: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        retry_seconds: float = 0.0,
    ) -> None:
        self.code, self.reason, self.message, self.where = code, reason or code, message, where
        self.metadata, self.fields, self.retry_seconds = dict(metadata or {}), dict(fields or {}), retry_seconds
        super().__init__(f"{where}: {message} [{self.reason}]" if where else f"{message} [{self.reason}]")

    @property
    def remedy(self) -> str:
        """What to do about it, in a sentence; empty where the message says it all."""
        if self.retry_seconds:
            return f"try again in {self.retry_seconds:g} seconds"
        return _REMEDIES.get(self.code, "")


class Refused(ServiceError):
    """The request cannot be accepted as it is, or not from this caller."""


class NotFound(ServiceError):
    """Nothing of that name."""


class Unavailable(ServiceError):
    """Nobody there, too busy or too slow; the same call may do better later."""


class Conflict(ServiceError):
    """The state of things is against it."""


class Failed(ServiceError):
    """The server failed, or what it has stored is damaged."""


def told(error: grpc.RpcError, where: str) -> ServiceError:
    """The error of a call. where: address and method."""
    call: Any = error
    code: grpc.StatusCode = call.code()
    details = _details(call)
    info, bad, retry = (details.get(kind.DESCRIPTOR.full_name) for kind in _DETAILS)
    return _KINDS.get(code.name, Failed)(
        code.name,
        call.details() or code.name.lower().replace("_", " "),
        reason=info.reason if info else "",
        where=where,
        metadata=dict(info.metadata) if info else None,
        fields={one.field: one.description for one in bad.field_violations} if bad else None,
        retry_seconds=retry.retry_delay.ToMilliseconds() / 1000 if retry else 0.0,
    )


_DETAILS = (error_details_pb2.ErrorInfo, error_details_pb2.BadRequest, error_details_pb2.RetryInfo)


def _details(call: Any) -> dict[str, Any]:
    """The details of the status that are known, by the full name of their type."""
    try:
        status = rpc_status.from_call(call)
    except ValueError:  # the two places where a server says the code disagree: the call's own counts
        return {}
    found: dict[str, Any] = {}
    for detail in status.details if status else ():
        for kind in _DETAILS:
            if detail.Is(kind.DESCRIPTOR):
                found[kind.DESCRIPTOR.full_name] = message = kind()
                detail.Unpack(message)
    return found


_KINDS: dict[str, type[ServiceError]] = {
    "INVALID_ARGUMENT": Refused,
    "OUT_OF_RANGE": Refused,
    "PERMISSION_DENIED": Refused,
    "UNAUTHENTICATED": Refused,
    "UNIMPLEMENTED": Refused,
    "NOT_FOUND": NotFound,
    "UNAVAILABLE": Unavailable,
    "DEADLINE_EXCEEDED": Unavailable,
    "RESOURCE_EXHAUSTED": Unavailable,
    "ABORTED": Conflict,
    "ALREADY_EXISTS": Conflict,
    "FAILED_PRECONDITION": Conflict,
}
_REMEDIES = {
    "UNAVAILABLE": "is it running there? `taiyi serve` starts the services, `taiyi health ADDRESS` asks one",
    "DEADLINE_EXCEEDED": "give it more time (timeout_seconds, --timeout), or see whether the server is overloaded",
    "UNAUTHENTICATED": "a token is made where the server runs: taiyi token create NAME; pass it as TAIYI_TOKEN",
    "PERMISSION_DENIED": "ask for a token of a greater scope: taiyi token create NAME --scope submit",
    "UNIMPLEMENTED": "is another service at this address, or an older version?",
    "INTERNAL": "the server's log has the error under its id",
}
