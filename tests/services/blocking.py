"""A server of the kit in a thread, a blocking channel to it, and what its refusals say."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from services.kit.server import Running, running
from services.kit.service import Service
from services.kit.settings import Settings

SECONDS = 60


class Served(NamedTuple):
    """A running server and a channel to it."""

    running: Running
    channel: Any


@contextmanager
def served(settings: Settings, make: Callable[[Settings], Service]) -> Iterator[Served]:
    """The service on a free port of this machine, its server on another thread."""
    loop = asyncio.new_event_loop()
    started: list[Running] = []
    up, down = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with running(settings, [make(settings)]) as server:
            started.append(server)
            up.set()
            await down.wait()

    def work() -> None:
        try:
            loop.run_until_complete(serve())
        finally:
            up.set()
            loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    up.wait()
    try:
        with grpc.insecure_channel(started[0].address) as channel:
            yield Served(started[0], channel)
    finally:
        loop.call_soon_threadsafe(down.set)
        thread.join()


class Refused(NamedTuple):
    """The status of a call that was not answered; fields: those that BadRequest names."""

    code: str
    reason: str
    message: str
    fields: tuple[str, ...]


def refused(call: Callable[[], Any]) -> Refused:
    """How a call is refused; an answer is a failure of the test."""
    try:
        answer = call()
        if hasattr(answer, "__next__"):
            answer = list(answer)
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)
        assert status is not None, error
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        for detail in status.details:
            detail.Unpack(info)
            detail.Unpack(bad)
        assert info.domain == "taiyi" and info.reason, "every error carries ErrorInfo"
        fields = tuple(violation.field for violation in bad.field_violations)
        return Refused(error.code().name, info.reason, status.message, fields)
    raise AssertionError(f"answered with {str(answer)[:300]}")
