"""One service at one address: calls with types, errors by name, pages as iterators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message

from taiyi_client import channel, errors

M = TypeVar("M", bound=Message)
T = TypeVar("T")


class Connection(NamedTuple):
    """How a service is reached. ca: the authority of its certificate, which turns TLS on; certificate: the client's own
    and its key; timeout_seconds: of calls that set no deadline of their own.
    """

    address: str
    token: str = ""
    ca: Path | None = None
    certificate: tuple[Path, Path] | None = None
    timeout_seconds: float = channel.UNARY_SECONDS


class Service:
    """A contract at an address. Calls raise the errors of `taiyi_client.errors`."""

    contract: ServiceDescriptor

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._channel: Any = channel.connect_blocking(
            connection.address,
            contracts=[self.contract],
            token=connection.token,
            ca=connection.ca,
            certificate=connection.certificate,
            timeout_seconds=connection.timeout_seconds,
        )

    def close(self) -> None:
        """Give back the connection; calls that are open end."""
        self._channel.close()

    def _path(self, method: str) -> str:
        return f"/{self.contract.full_name}/{method}"

    def _where(self, method: str) -> str:
        return f"{self.connection.address} {method}"

    def _ask(self, method: str, request: Message, kind: type[M], timeout: float | None = None) -> M:
        """The answer to one request. timeout: seconds, if others than the connection's."""
        call = self._channel.unary_unary(
            self._path(method), request_serializer=_wire, response_deserializer=kind.FromString
        )
        try:
            answer: M = call(request, timeout=timeout)
        except grpc.RpcError as error:
            raise errors.told(error, self._where(method)) from None
        return answer

    def _stream(self, method: str, request: Message, kind: type[M], timeout: float | None = None) -> Iterator[M]:
        """The answers to one request as they come. A caller that stops reading ends the call."""
        call = self._channel.unary_stream(
            self._path(method), request_serializer=_wire, response_deserializer=kind.FromString
        )
        running = call(request, timeout=timeout)
        try:
            yield from running
        except grpc.RpcError as error:
            raise errors.told(error, self._where(method)) from None
        finally:
            running.cancel()

    def _send(self, method: str, requests: Iterable[Message], kind: type[M], timeout: float | None = None) -> M:
        """The answer to a stream of requests."""
        call = self._channel.stream_unary(
            self._path(method), request_serializer=_wire, response_deserializer=kind.FromString
        )
        try:
            answer: M = call(iter(requests), timeout=timeout)
        except grpc.RpcError as error:
            raise errors.told(error, self._where(method)) from None
        return answer


def every(page: Callable[[str], tuple[Sequence[T], str]]) -> Iterator[T]:
    """All items of all pages. page: the items of one page and the next one's token, given a token."""
    token = ""
    while True:
        items, token = page(token)
        yield from items
        if not token:
            return


def _wire(message: Message) -> bytes:
    return message.SerializeToString()
