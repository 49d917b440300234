"""Spans of calls, where OpenTelemetry is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.echo import METHODS, Message
from tests.services.kit.serving import refusal, run, serving

sdk = pytest.importorskip("opentelemetry.sdk.trace", reason="OpenTelemetry is optional and not installed")


def test_a_call_is_a_span_under_its_callers(tmp_path: Path) -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    spans = InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    async def client() -> None:
        async with serving(tmp_path) as served:
            for name in METHODS:
                await served.ask(name, Message(text="aspirin", number=1), metadata=[("traceparent", parent)])
            await refusal(served.ask("Echo", Message(number=-1), metadata=[("traceparent", parent)]))

    run(client)
    found = spans.get_finished_spans()
    assert [span.attributes["rpc.method"] for span in found] == [*METHODS, "Echo"]
    assert [span.attributes["rpc.grpc.status_code"] for span in found] == [0, 0, 0, 0, 3]
    assert {f"{span.parent.span_id:x}" for span in found} == {"b7ad6b7169203331"}
    assert "aspirin" not in str([span.to_json() for span in found])
