"""Figures of a server for Prometheus, on a port of 127.0.0.1 alone. Services add their own to the same registry."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Gauge, Histogram, start_http_server

SECONDS = Histogram(
    "taiyi_call_seconds",
    "Time of finished calls, by method and status code.",
    ["method", "code"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
IN_FLIGHT = Gauge("taiyi_calls_in_flight", "Calls that are being answered, by method.", ["method"])

seconds = functools.lru_cache(maxsize=4096)(SECONDS.labels)
in_flight = functools.lru_cache(maxsize=1024)(IN_FLIGHT.labels)


@contextmanager
def page(port: int | None) -> Iterator[str]:
    """Serve the figures while the block runs; yields `127.0.0.1:port`, or an empty text where port is None."""
    if port is None:
        yield ""
        return
    server, thread = start_http_server(port, addr="127.0.0.1")
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
