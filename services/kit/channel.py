"""Channels to our servers: TLS, a token, deadlines where the caller sets none, and calls tried again where that is safe."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

UNARY_SECONDS, STREAM_SECONDS = 10.0, 86_400.0
_READS = ("Get", "List", "Search", "Trace", "Parse", "Preview", "Lint", "Render", "Compare")
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
    chosen = _options(contracts, timeout_seconds, message_bytes)
    if ca is None:
        return grpc.aio.insecure_channel(address, options=chosen, interceptors=_bearers(token))
    return grpc.aio.secure_channel(address, _credentials(token, ca, certificate), options=chosen)


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
    chosen = _options(contracts, timeout_seconds, message_bytes)
    if ca is None:
        plain = grpc.insecure_channel(address, options=chosen)
        return grpc.intercept_channel(plain, _Blocking(token)) if token else plain
    return grpc.secure_channel(address, _credentials(token, ca, certificate), options=chosen)


def service_config(contracts: Iterable[ServiceDescriptor], timeout_seconds: float = UNARY_SECONDS) -> str:
    """The gRPC service config of some contracts, as JSON: deadlines and retries by method."""
    methods: list[dict[str, Any]] = [{"name": [{}], "timeout": _seconds(timeout_seconds)}]
    for contract in contracts:
        for method in contract.methods:
            seconds = STREAM_SECONDS if _streams(method) else timeout_seconds
            entry = {"name": [{"service": contract.full_name, "method": method.name}], "timeout": _seconds(seconds)}
            methods.append(entry | ({"retryPolicy": _AGAIN} if _repeatable(method) else {}))
    return json.dumps({"methodConfig": methods, "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1}})


def _streams(method: MethodDescriptor) -> bool:
    return bool(method.client_streaming or method.server_streaming)


def _repeatable(method: MethodDescriptor) -> bool:
    """Whether calling twice is calling once."""
    named = "request_id" in method.input_type.fields_by_name
    return not _streams(method) and (named or method.name.startswith(_READS))


def _seconds(value: float) -> str:
    return f"{value:.3f}s"


def _options(contracts: Iterable[ServiceDescriptor], timeout: float, message_bytes: int) -> list[tuple[str, Any]]:
    return [
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.enable_retries", 1),
        ("grpc.service_config", service_config(contracts, timeout)),
        ("grpc.max_receive_message_length", message_bytes),
        ("grpc.max_send_message_length", message_bytes),
    ]


def _credentials(token: str, ca: Path, certificate: tuple[Path, Path] | None) -> grpc.ChannelCredentials:
    own, key = (certificate[0].read_bytes(), certificate[1].read_bytes()) if certificate else (None, None)
    tls = grpc.ssl_channel_credentials(ca.read_bytes(), key, own)
    return grpc.composite_channel_credentials(tls, grpc.access_token_call_credentials(token)) if token else tls


def _with(details: Any, token: str) -> Any:
    """The call's details with the token in its metadata; gRPC's own token credentials insist on TLS."""
    return details._replace(metadata=[*(details.metadata or ()), ("authorization", f"Bearer {token}")])


def _bearers(token: str) -> list[Any]:
    """One interceptor for each kind of call: grpc.aio files an object under the first kind it fits, and no other."""
    return [_BearerUU(token), _BearerSU(token), _BearerUS(token), _BearerSS(token)] if token else []


class _Bearer:
    """Sends the token with every call on a connection without TLS; blocking, or what grpc.aio awaits."""

    def __init__(self, token: str) -> None:
        self._token = token

    def send(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(_with(details, self._token), request)

    async def send_async(self, continuation: Any, details: Any, request: Any) -> Any:
        return await continuation(_with(details, self._token), request)


class _Blocking(
    _Bearer,
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    intercept_unary_unary = intercept_unary_stream = _Bearer.send  # type: ignore[assignment]
    intercept_stream_unary = intercept_stream_stream = _Bearer.send  # type: ignore[assignment]


class _BearerUU(_Bearer, grpc.aio.UnaryUnaryClientInterceptor):
    intercept_unary_unary = _Bearer.send_async  # type: ignore[assignment]


class _BearerSU(_Bearer, grpc.aio.StreamUnaryClientInterceptor):
    intercept_stream_unary = _Bearer.send_async  # type: ignore[assignment]


class _BearerUS(_Bearer, grpc.aio.UnaryStreamClientInterceptor):
    intercept_unary_stream = _Bearer.send_async  # type: ignore[assignment]


class _BearerSS(_Bearer, grpc.aio.StreamStreamClientInterceptor):
    intercept_stream_stream = _Bearer.send_async  # type: ignore[assignment]
