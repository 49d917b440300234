"""The one server builder: services in, a running server out, with health, reflection, metrics and an end that drains."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from grpc_health.v1 import health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.kit import health, logs, metrics
from services.kit.calls import Call, Calls
from services.kit.gates import EXEMPT, Gate
from services.kit.service import Service, rules
from services.kit.settings import Limits, Settings
from taiyi.errors import Conflict, InvalidInput

UNARY_SECONDS = 10.0
"""How long unary calls may go on after SIGTERM, within the grace."""
_WATCH_SECONDS, _LAST_SECONDS = 1.0, 1.0
_LAST_CALLS_SECONDS = 0.2
"""How long calls are still taken after NOT_SERVING: some were sent before it was heard."""


class Running(NamedTuple):
    """A running server. address: as a client dials it; metrics_address: of the figures, empty without; calls: the open ones."""

    address: str
    metrics_address: str
    calls: Calls


@asynccontextmanager
async def running(settings: Settings, services: Sequence[Service]) -> AsyncIterator[Running]:
    """Serve while the block runs; leaving it drains: NOT_SERVING, unary calls get 10 s, streams the grace.

    Conflict if the address is taken; InvalidInput if a service lacks a rule for one of its methods.
    """
    allowed = {path: scope for service in services for path, scope in rules(service).items()}
    calls = Calls(Gate(settings, allowed), content=settings.log_content)
    async with AsyncExitStack() as stack:
        if settings.log_content:
            logs.content_to(settings.state / "content.jsonl")
            stack.callback(logs.no_more_content)
        for service in services:
            stack.push_async_callback(service.stop)
            await service.start()
        metrics_address = stack.enter_context(metrics.page(settings.metrics))
        server = grpc.aio.server(interceptors=[calls], options=options(settings.limits))
        for service in services:
            service.add(service.servicer, server)
        ours = _built_in(server, services, settings)
        address = _bind(server, settings)
        await ours.ask()
        await server.start()
        watch = asyncio.create_task(ours.keep())
        logs.event("serving", address=address, metrics=metrics_address, services=[s.name for s in services])
        try:
            yield Running(address, metrics_address, calls)
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            await _drain(server, ours, calls, settings.grace_seconds)


async def serve(
    settings: Settings, services: Sequence[Service], *, told: Callable[[str], object] = lambda address: None
) -> None:
    """Serve until SIGTERM or SIGINT, then drain; a second signal ends at once. told: called with the address."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with running(settings, services) as server:
        told(server.address)
        await ended.wait()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def options(limits: Limits) -> list[tuple[str, int]]:
    """Channel options of the server: sizes, streams, keepalive; a second server on the same port is refused."""
    return [
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", limits.message_bytes),
        ("grpc.max_send_message_length", limits.message_bytes),
        ("grpc.max_concurrent_streams", limits.concurrent_streams),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 30_000),
        ("grpc.max_connection_age_ms", 3_600_000),
        ("grpc.max_connection_age_grace_ms", 300_000),
    ]


def _bind(server: Any, settings: Settings) -> str:
    """Listen; the address with the port that was really taken."""
    try:
        port = server.add_secure_port(settings.listen, _tls(settings)) if settings.tls_cert else None
        port = server.add_insecure_port(settings.listen) if port is None else port
    except RuntimeError as error:
        raise Conflict(f"{settings.listen} cannot be listened on: taken, or not of this machine") from error
    if settings.listen.startswith("unix"):
        return settings.listen
    return f"{settings.listen.rpartition(':')[0]}:{port}"


def _tls(settings: Settings) -> grpc.ServerCredentials:
    ca = _pem(settings.tls_client_ca) if settings.tls_client_ca else None
    pair = (_pem(settings.tls_key), _pem(settings.tls_cert))
    return grpc.ssl_server_credentials([pair], root_certificates=ca, require_client_auth=ca is not None)


def _pem(path: Path | None) -> bytes:
    assert path is not None
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", where=path, remedy="a PEM file is needed") from error


def _built_in(server: Any, services: Sequence[Service], settings: Settings) -> health.Health:
    """Health, and reflection if wanted."""
    ours = health.Health(services)
    health_pb2_grpc.add_HealthServicer_to_server(ours, server)
    if settings.reflection:
        names = [service.name for service in services] + [health.NAME, reflection.SERVICE_NAME]
        reflection.enable_server_reflection(names, server)
    return ours


async def _drain(server: Any, ours: health.Health, calls: Calls, grace: float) -> None:
    """Say NOT_SERVING, take no more calls, wait for those that are open, end the rest."""
    ours.end()
    logs.event("draining", open=len(calls.open), grace_seconds=grace)
    loop = asyncio.get_running_loop()
    began = loop.time()
    grace -= min(0.5, grace / 10)  # the rest is for saying so to those who are still there
    await asyncio.sleep(min(_LAST_CALLS_SECONDS, grace))
    stopped = asyncio.create_task(server.stop(grace + 5))
    while calls.left() and (spent := loop.time() - began) < grace:
        calls.end([call for call in calls.left() if spent >= _patience(call, grace)])
        await asyncio.sleep(0.02)
    calls.end(calls.left())
    await asyncio.wait([stopped], timeout=_LAST_SECONDS)
    await server.stop(None)  # a connection that never finished its handshake would hold the end up
    await stopped
    logs.event("stopped")


def _patience(call: Call, grace: float) -> float:
    """How many seconds of the drain a call may take."""
    if call.method.startswith(EXEMPT):
        return min(_WATCH_SECONDS, grace)
    return grace if call.streaming else min(UNARY_SECONDS, grace)
