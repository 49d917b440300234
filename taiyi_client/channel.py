"""Channels to our servers: TLS, a token, deadlines where the caller sets none, and calls tried again where that is safe."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

UNARY_SECONDS, STREAM_SECONDS = 10.0, 86_400.0
_READS = (
    "Get",
    "List",
    "Search",
    "Trace",
    "Parse",
    "Preview",
    "Lint",
    "Render",
    "Compare",
    "Generate",
    "Chat",
    "Extract",
    "Cancel",
    "LoadAdapter",
)
"""How methods begin that change nothing, or nothing more when they are called again."""
_AGAIN = {
    "maxAttempts": 4,
    "initialBackoff": "0.2s",
    "maxBackoff": "3s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}


def connect(
    address: str,
    *,
    contracts: Iterable[ServiceDescriptor] = (),
    token: str = "",
    ca: Path | None = None,
    certificate: tuple[Path, Path] | None = None,
    timeout_seconds: float = UNARY_SECONDS,
    message_bytes: int = 8 * 2**20,
) -> grpc.aio.Channel:
    """A channel for asyncio. ca: the authority of the server's certificate, which turns TLS on.

    contracts: what will be called; their reads and creates with a request_id are tried again when a server is away.
    certificate: the client's own and its key (mTLS). timeout_seconds: of unary calls that set no deadline.
    """
    chosen = _options(contracts, message_bytes)
    extras: Any = [kind(token if ca is None else "", timeout_seconds) for kind in (_UU, _SU, _US, _SS)]
    if ca is None:
        return grpc.aio.insecure_channel(address, options=chosen, interceptors=extras)
    return grpc.aio.secure_channel(address, _credentials(token, ca, certificate), options=chosen, interceptors=extras)


def connect_blocking(
    address: str,
    *,
    contracts: Iterable[ServiceDescriptor] = (),
    token: str = "",
    ca: Path | None = None,
    certificate: tuple[Path, Path] | None = None,
    timeout_seconds: float = UNARY_SECONDS,
    message_bytes: int = 8 * 2**20,
) -> grpc.Channel:
    """The same for code without asyncio."""
    chosen = _options(contracts, message_bytes)
    if ca is None:
        plain = grpc.insecure_channel(address, options=chosen)
    else:
        plain = grpc.secure_channel(address, _credentials(token, ca, certificate), options=chosen)
    return grpc.intercept_channel(plain, _Blocking(token if ca is None else "", timeout_seconds))


def service_config(contracts: Iterable[ServiceDescriptor]) -> str:
    """The gRPC service config of some contracts, as JSON: which methods are tried again, and how."""
    methods = [
        {"name": [{"service": contract.full_name, "method": method.name}], "retryPolicy": _AGAIN}
        for contract in contracts
        for method in contract.methods
        if _repeatable(method)
    ]
    return json.dumps({"methodConfig": methods, "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1}})


def _streams(method: MethodDescriptor) -> bool:
    return bool(method.client_streaming or method.server_streaming)


def _repeatable(method: MethodDescriptor) -> bool:
    """Whether calling twice is calling once."""
    named = "request_id" in method.input_type.fields_by_name
    return not _streams(method) and (named or method.name.startswith(_READS))


def _options(contracts: Iterable[ServiceDescriptor], message_bytes: int) -> list[tuple[str, Any]]:
    return [
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.enable_retries", 1),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 1_000),  # or a server that is back goes unnoticed for as long as two minutes
        ("grpc.service_config", service_config(contracts)),
        ("grpc.max_receive_message_length", message_bytes),
        ("grpc.max_send_message_length", message_bytes),
    ]


def _credentials(token: str, ca: Path, certificate: tuple[Path, Path] | None) -> grpc.ChannelCredentials:
    own, key = (certificate[0].read_bytes(), certificate[1].read_bytes()) if certificate else (None, None)
    tls = grpc.ssl_channel_credentials(ca.read_bytes(), key, own)
    return grpc.composite_channel_credentials(tls, grpc.access_token_call_credentials(token)) if token else tls


class _Defaults:
    """What a call carries where the caller did not say: a deadline, and the token on a connection without TLS.

    gRPC's own ways will not do: its token credentials insist on TLS, and a service config's timeout is kept to by the
    client but not sent to the server. A class for each kind of call, as grpc.aio files an object under one kind alone.
    """

    def __init__(self, token: str, timeout_seconds: float) -> None:
        self._bearer = [("authorization", f"Bearer {token}")] if token else []
        self._timeout_seconds = timeout_seconds

    def _filled(self, details: Any, seconds: float) -> Any:
        timeout = seconds if details.timeout is None else details.timeout
        return details._replace(timeout=timeout, metadata=[*(details.metadata or ()), *self._bearer])

    def unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(self._filled(details, self._timeout_seconds), request)

    def stream(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(self._filled(details, STREAM_SECONDS), request)

    async def unary_async(self, continuation: Any, details: Any, request: Any) -> Any:
        return await self.unary(continuation, details, request)

    async def stream_async(self, continuation: Any, details: Any, request: Any) -> Any:
        return await self.stream(continuation, details, request)


class _Blocking(
    _Defaults,
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    intercept_unary_unary = _Defaults.unary  # type: ignore[assignment]
    intercept_unary_stream = _Defaults.stream  # type: ignore[assignment]
    intercept_stream_unary = intercept_stream_stream = _Defaults.stream  # type: ignore[assignment]


class _UU(_Defaults, grpc.aio.UnaryUnaryClientInterceptor):
    intercept_unary_unary = _Defaults.unary_async  # type: ignore[assignment]


class _SU(_Defaults, grpc.aio.StreamUnaryClientInterceptor):
    intercept_stream_unary = _Defaults.stream_async  # type: ignore[assignment]


class _US(_Defaults, grpc.aio.UnaryStreamClientInterceptor):
    intercept_unary_stream = _Defaults.stream_async  # type: ignore[assignment]


class _SS(_Defaults, grpc.aio.StreamStreamClientInterceptor):
    intercept_stream_stream = _Defaults.stream_async  # type: ignore[assignment]
