"""Spans of calls, where OpenTelemetry is installed and set up (`opentelemetry-instrument taiyi serve`); else nothing.

Attributes are those of the conventions for RPC, and the request id; requests and answers are never among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc

try:
    from opentelemetry import propagate, trace
except ImportError:
    trace = None


@contextmanager
def span(method: str, request_id: str, context: Any, code: Callable[[], grpc.StatusCode]) -> Iterator[None]:
    """A span while the block runs, under the caller's where its metadata names one. code: asked when the block ends."""
    if trace is None:
        yield
        return
    carrier = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
    service, _, name = method.lstrip("/").rpartition("/")
    attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name, "taiyi.request_id": request_id}
    with trace.get_tracer("taiyi.services").start_as_current_span(
        method.lstrip("/"),
        context=propagate.extract(carrier),
        kind=trace.SpanKind.SERVER,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as ours:
        try:
            yield
        finally:
            ended = code()
            ours.set_attribute("rpc.grpc.status_code", ended.value[0])
            if ended in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DATA_LOSS):
                ours.set_status(trace.StatusCode.ERROR)
