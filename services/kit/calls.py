"""What happens to every call, whatever its kind: named, logged, counted, let in or refused, checked, and its errors told.

One interceptor around all handlers, in this order: request id and log, metrics, caller, deadline, rate, then each
message read and validated, the handler, and what it raises made a status. Cancellation passes through untouched.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, NoReturn

import grpc
import protovalidate
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import DecodeError, Message

from services.kit import errors, logs, metrics, tracing
from services.kit.gates import NOBODY, Caller, Gate

_ID = re.compile(r"[A-Za-z0-9._:/-]{1,128}")
_call: contextvars.ContextVar[Call] = contextvars.ContextVar("call")


@dataclass(eq=False)
class Call:
    """One call while it is answered: whose it is, and what it came to."""

    method: str
    request_id: str
    context: Any
    streaming: bool
    task: asyncio.Task[Any] | None = None
    caller: Caller = NOBODY
    started: float = field(default_factory=time.monotonic)
    code: grpc.StatusCode = grpc.StatusCode.OK
    reason: str = ""
    requests: int = 0
    responses: int = 0
    request_bytes: int = 0
    response_bytes: int = 0
    ended: bool = False


def current() -> Call:
    """The call that is being answered; LookupError outside of one."""
    return _call.get()


class Calls(grpc.aio.ServerInterceptor):  # type: ignore[misc, unused-ignore]
    """The interceptor, and the calls that are open."""

    def __init__(self, gate: Gate, *, content: bool = False) -> None:
        self._gate, self._content = gate, content
        self.open: set[Call] = set()
        self._wrapped: dict[str, tuple[Any, Any]] = {}

    async def intercept_service(self, continuation: Callable[[Any], Awaitable[Any]], details: Any) -> Any:
        """The handler of a method with everything around it."""
        handler = await continuation(details)
        if handler is None:
            return None
        known = self._wrapped.get(details.method)
        if known is None or known[0] is not handler:
            known = self._wrapped[details.method] = (handler, self._around(details.method, handler))
        return known[1]

    def _around(self, method: str, handler: Any) -> Any:
        function = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream

        async def handle(incoming: Any, context: Any) -> bytes:
            call = Call(method, _request_id(context), context, handler.request_streaming or handler.response_streaming)
            wire = _Wire(call, handler, self._content)
            request = wire.each(incoming) if handler.request_streaming else None

            async def work() -> bytes:
                given = request if request is not None else wire.read(incoming)
                if handler.response_streaming:
                    return await wire.stream(function, given)
                return wire.written(await function(given, context))

            return await self._run(call, work)

        kind = ("stream" if handler.request_streaming else "unary", "stream" if handler.response_streaming else "unary")
        return getattr(grpc, f"{kind[0]}_{kind[1]}_rpc_method_handler")(handle)

    async def _run(self, call: Call, work: Callable[[], Awaitable[bytes]]) -> bytes:
        call.task = asyncio.current_task()
        _call.set(call)
        self.open.add(call)
        gauge = metrics.in_flight(call.method)
        gauge.inc()
        with tracing.span(call.method, call.request_id, call.context, lambda: call.code):
            try:
                call.context.set_trailing_metadata((("x-request-id", call.request_id),))
                self._gate.admit(call)
                return await work()
            except BaseException as error:
                await _refuse(call, error)
            finally:
                gauge.dec()
                self.open.discard(call)
                _finished(call)

    def left(self) -> list[Call]:
        """The open calls that have not been told to end."""
        return [call for call in self.open if not call.ended]

    def end(self, calls: list[Call]) -> None:
        """Stop calls from this side; they end with UNAVAILABLE, their handlers are cancelled."""
        for call in calls:
            call.ended = True
            if call.task:
                call.task.cancel()


class _Wire:
    """A call's messages: read and checked on the way in, written and counted on the way out."""

    def __init__(self, call: Call, handler: Any, content: bool) -> None:
        self._call, self._handler, self._content = call, handler, content

    def read(self, raw: bytes) -> Message:
        """The request, or the refusal of it."""
        call = self._call
        call.requests += 1
        call.request_bytes += len(raw)
        try:
            message: Message = self._handler.request_deserializer(raw)
        except (DecodeError, ValueError):
            text = f"message {call.requests} is not of the type that {call.method} takes"
            raise errors.Refusal(grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_MESSAGE", text) from None
        if self._content:
            logs.content(call.request_id, call.method, "request", MessageToJson(message, indent=None))
        if isinstance(message, Message):
            _validate(message)
        return message

    async def each(self, incoming: AsyncIterator[bytes]) -> AsyncIterator[Message]:
        """The requests of a stream, each checked as it comes."""
        async for raw in incoming:
            yield self.read(raw)

    def written(self, response: Any) -> bytes:
        """The answer as it is sent."""
        call = self._call
        if self._content and response is not None:
            logs.content(call.request_id, call.method, "response", MessageToJson(response, indent=None))
        raw: bytes = self._handler.response_serializer(response)
        call.responses += 1
        call.response_bytes += len(raw)
        return raw

    async def stream(self, function: Any, given: Any) -> bytes:
        """Send each answer of the handler, which is closed however the call ends."""
        context = self._call.context
        answers = function(given, context)
        if not inspect.isasyncgen(answers):
            raise TypeError(f"{self._call.method}: a handler that streams is an async generator")
        async with aclosing(answers):
            async for answer in answers:
                await context.write(self.written(answer))
        return b""


def _validate(message: Message) -> None:
    found = protovalidate.collect_violations(message)
    if found:
        raise errors.invalid_fields([(_path(violation.proto.field), violation.proto.message) for violation in found])


def _path(path: Any) -> str:
    """`answers[0].context.aliases["a"]`."""
    steps = []
    for element in path.elements if path else ():
        at = element.subscript
        key = "" if at is None else f"[{at.value}]" if at.field == "index" else f'["{at.value}"]'
        steps.append(f"{element.field_name}{key}")
    return ".".join(steps)


def _request_id(context: Any) -> str:
    for key, value in context.invocation_metadata() or ():
        if key == "x-request-id" and isinstance(value, str) and _ID.fullmatch(value):
            return value
    return secrets.token_hex(16)


async def _refuse(call: Call, error: BaseException) -> NoReturn:
    """Give the call the status of an error; a cancellation that is not ours goes on."""
    if isinstance(error, asyncio.CancelledError) and call.ended:
        if call.task:
            call.task.uncancel()
        code, text = grpc.StatusCode.UNAVAILABLE, "the server is shutting down; call again"
        error = errors.Refusal(code, "SHUTTING_DOWN", text, retry_seconds=1)
    if isinstance(error, grpc.aio.AbortError):
        call.code = call.context.code() or grpc.StatusCode.UNKNOWN
        raise error
    if not isinstance(error, Exception):
        late = call.context.time_remaining() == 0
        call.code = grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.CANCELLED
        raise error
    refused = errors.refusal(error)
    if refused is None:
        refused = errors.internal(secrets.token_hex(16))
        fields = {"request_id": call.request_id, "method": call.method, **refused.metadata}
        logs.log.error("unexpected error", exc_info=error, extra={"fields": fields})
    call.code, call.reason = refused.code, refused.reason
    status = errors.status(refused)
    trailing = (("x-request-id", call.request_id), ("grpc-status-details-bin", status.SerializeToString()))
    # abort sends trailers alone: after set_code and return an empty message goes first, and clients never try again
    await call.context.abort(refused.code, status.message, trailing)
    raise error


def _finished(call: Call) -> None:
    seconds = time.monotonic() - call.started
    metrics.seconds(call.method, call.code.name).observe(seconds)
    level = logging.WARNING if call.code is grpc.StatusCode.INTERNAL else logging.INFO
    if not logs.log.isEnabledFor(level):
        return
    fields: dict[str, Any] = {"request_id": call.request_id, "method": call.method, "code": call.code.name}
    fields |= {"reason": call.reason} if call.reason else {}
    fields |= {"caller": call.caller.name, "peer": call.context.peer(), "seconds": round(seconds, 6)}
    fields |= {"requests": call.requests, "responses": call.responses}
    fields |= {"request_bytes": call.request_bytes, "response_bytes": call.response_bytes}
    logs.event("call", level, **fields)
