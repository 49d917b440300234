"""A contract with one method of each kind that does nothing: what the kit itself costs, and what its tests call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
from buf.validate import validate_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from services.kit.service import Service

PACKAGE = "taiyi_echo.v1"
NAME = f"{PACKAGE}.EchoService"
METHODS = {"Echo": (False, False), "Count": (False, True), "Sum": (True, False), "Talk": (True, True)}
"""By name: whether requests and answers are streams."""


def _contract() -> descriptor_pb2.FileDescriptorProto:
    """EchoMessage{text: at most 1,000,000 characters; number: 0 or more} and the service that takes and gives it."""
    file = descriptor_pb2.FileDescriptorProto(name="taiyi_echo/v1/echo.proto", package=PACKAGE, syntax="proto3")
    file.dependency.append("buf/validate/validate.proto")
    message = file.message_type.add(name="EchoMessage")
    text = message.field.add(name="text", number=1, type=FieldDescriptorProto.TYPE_STRING, label=1)
    text.options.Extensions[validate_pb2.field].string.max_len = 1_000_000
    number = message.field.add(name="number", number=2, type=FieldDescriptorProto.TYPE_INT32, label=1)
    number.options.Extensions[validate_pb2.field].int32.gte = 0
    service = file.service.add(name="EchoService")
    for name, (client, server) in METHODS.items():
        kind = f".{PACKAGE}.EchoMessage"
        service.method.add(
            name=name, input_type=kind, output_type=kind, client_streaming=client, server_streaming=server
        )
    return file


descriptor_pool.Default().Add(_contract())
Message: Any = message_factory.GetMessageClass(
    descriptor_pool.Default().FindMessageTypeByName(f"{PACKAGE}.EchoMessage")
)


@dataclass
class Echo:
    """Answers what it was asked. error: raised instead; wait_seconds: before each answer; closed: handlers that ended."""

    error: BaseException | None = None
    wait_seconds: float = 0.0
    ready: bool = True
    closed: list[str] = field(default_factory=list)

    async def echo(self, request: Any, context: Any) -> Any:
        """The request."""
        try:
            await self._pause()
            return request
        finally:
            self.closed.append("Echo")

    async def count(self, request: Any, context: Any) -> AsyncIterator[Any]:
        """0, 1, 2 ... as many as the request's number."""
        try:
            for number in range(request.number):
                await self._pause()
                yield Message(text=request.text, number=number)
        finally:
            self.closed.append("Count")

    async def sum(self, requests: AsyncIterator[Any], context: Any) -> Any:
        """The sum of the numbers."""
        try:
            total = 0
            async for request in requests:
                await self._pause()
                total += request.number
            return Message(number=total)
        finally:
            self.closed.append("Sum")

    async def talk(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        """Each request."""
        try:
            async for request in requests:
                await self._pause()
                yield request
        finally:
            self.closed.append("Talk")

    async def _pause(self) -> None:
        if self.wait_seconds:
            await asyncio.sleep(self.wait_seconds)
        if self.error:
            raise self.error


def _add(servicer: Echo, server: Any) -> None:
    handlers = {
        name: getattr(grpc, f"{_kind(*streams)}_rpc_method_handler")(
            getattr(servicer, name.lower()), Message.FromString, Message.SerializeToString
        )
        for name, streams in METHODS.items()
    }
    server.add_registered_method_handlers(NAME, handlers)


def _kind(client: bool, server: bool) -> str:
    return f"{'stream' if client else 'unary'}_{'stream' if server else 'unary'}"


def service(servicer: Echo | None = None, **changes: Any) -> Service:
    """The echo service for a server of the kit."""
    echo = servicer or Echo()

    async def ready() -> bool:
        return echo.ready

    rules = {"Echo": "read", "Count": "read", "Sum": "submit", "Talk": "admin"}
    return Service(**{"name": NAME, "add": _add, "servicer": echo, "rules": rules, "ready": ready} | changes)


def method(channel: Any, name: str) -> Any:
    """A method as a stub has it."""
    call = getattr(channel, _kind(*METHODS[name]))
    return call(f"/{NAME}/{name}", Message.SerializeToString, Message.FromString)
