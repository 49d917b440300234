"""A server of the kit with the echo service, a channel to it, and what a refusal says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from benchmarks import echo
from services.kit.server import Running, running
from services.kit.settings import Settings


@dataclass
class Served:
    """A running server, the echo service behind it and a channel to it."""

    running: Running
    echo: echo.Echo
    channel: Any

    async def ask(self, name: str, *messages: Any, timeout: float | None = 10, **more: Any) -> list[Any]:
        """The answers of a method to one message, or to several where it takes a stream."""
        client, server = echo.METHODS[name]
        given = iter(messages) if client else messages[0]
        call = echo.method(self.channel, name)(given, timeout=timeout, **more)
        return [answer async for answer in call] if server else [await call]


@asynccontextmanager
async def serving(
    state: Path, *, limits: Any = None, servicer: echo.Echo | None = None, **settings: Any
) -> AsyncIterator[Served]:
    servicer = servicer or echo.Echo()
    if limits is not None:
        settings["limits"] = limits
    told = Settings(root=state, **{"grace_seconds": 2.0} | settings)
    async with running(told, [echo.service(servicer)]) as server, grpc.aio.insecure_channel(server.address) as channel:
        yield Served(server, servicer, channel)


def run(client: Callable[[], Awaitable[Any]]) -> Any:
    """What an async function returns, within a minute."""

    async def limited() -> Any:
        return await asyncio.wait_for(client(), 60)

    return asyncio.run(limited())


@dataclass
class Refused:
    """A refusal as a client reads it."""

    code: grpc.StatusCode
    details: str
    reason: str
    metadata: dict[str, str]
    fields: dict[str, str]
    retry_seconds: float
    trailing: dict[str, Any]


async def refusal(call: Awaitable[Any]) -> Refused:
    """What refuses a call; an AssertionError if nothing does."""
    try:
        answer = await call
    except grpc.RpcError as error:
        return told(error)
    raise AssertionError(f"not refused: {answer}")


def told(error: Any) -> Refused:
    """What an error of gRPC says."""
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        for kind in (info, bad, retry):
            if detail.Is(kind.DESCRIPTOR):
                detail.Unpack(kind)
    fields = {violation.field: violation.description for violation in bad.field_violations}
    wait = retry.retry_delay.ToMilliseconds() / 1000
    trailing = dict(error.trailing_metadata() or ())
    return Refused(error.code(), error.details(), info.reason, dict(info.metadata), fields, wait, trailing)
