"""Health of a server and of each service (grpc.health.v1): SERVING only while calls can be answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.kit import logs
from services.kit.errors import Refusal
from services.kit.service import Service

NAME = "grpc.health.v1.Health"
_SECONDS, _PATIENCE_SECONDS = 1.0, 10.0
_Response = health_pb2.HealthCheckResponse


class Health(health_pb2_grpc.HealthServicer):  # type: ignore[misc]
    """Answers with what was last found. The empty name stands for all services together.

    The library's own servicer sends under the lock that a change needs, so one client that reads nothing stops it.
    """

    def __init__(self, services: Sequence[Service]) -> None:
        self._services, self._over = services, False
        self._status: dict[str, int] = dict.fromkeys(
            ["", *(service.name for service in services)], _Response.NOT_SERVING
        )
        self._changed = asyncio.Event()

    async def Check(self, request: Any, context: Any) -> Any:
        """The health now; NOT_FOUND for a service that is not here."""
        if request.service not in self._status:
            text = f"no service {request.service!r} here; there are {', '.join(sorted(self._status)).lstrip(', ')}"
            raise Refusal(grpc.StatusCode.NOT_FOUND, "UNKNOWN_SERVICE", text, metadata={"service": request.service})
        return _Response(status=self._status[request.service])

    async def List(self, request: Any, context: Any) -> Any:
        """The health of all now."""
        return health_pb2.HealthListResponse(statuses={name: _Response(status=s) for name, s in self._status.items()})

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[Any]:
        """The health now and at each change, until the server ends."""
        told = None
        while True:
            changed, status = self._changed, self._status.get(request.service, _Response.SERVICE_UNKNOWN)
            if status != told:
                yield _Response(status=status)
                told = status
            elif self._over:
                return
            else:
                await changed.wait()

    def end(self) -> None:
        """Say NOT_SERVING of everything, for good."""
        self._over = True
        self._set(dict.fromkeys(self._status, _Response.NOT_SERVING))

    async def keep(self) -> None:
        """Ask the services again and again, until cancelled."""
        while True:
            await self.ask()
            await asyncio.sleep(_SECONDS)

    async def ask(self) -> None:
        """Ask every service whether it is ready, and tell who watches."""
        ready = await asyncio.gather(*(self._ready(service) for service in self._services))
        found = {service.name: fine for service, fine in zip(self._services, ready, strict=True)}
        found[""] = all(ready)
        self._set({name: _Response.SERVING if fine else _Response.NOT_SERVING for name, fine in found.items()})

    async def _ready(self, service: Service) -> bool:
        problem = ""
        try:
            ready = await asyncio.wait_for(service.ready(), _PATIENCE_SECONDS)
        except Exception as error:  # whatever keeps it from answering keeps it from serving
            ready, problem = False, repr(error)
        if ready != (self._status[service.name] == _Response.SERVING):
            logs.event("health", service=service.name, ready=ready, problem=problem)
        return ready

    def _set(self, status: dict[str, int]) -> None:
        if self._over:
            status = dict.fromkeys(status, _Response.NOT_SERVING)
        if status != self._status:
            self._status = status
            self._changed, before = asyncio.Event(), self._changed
            before.set()
        elif self._over:
            self._changed.set()
