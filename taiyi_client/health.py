"""Whether a server takes calls: the standard health service of gRPC."""

from __future__ import annotations

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from taiyi_client import channel, errors
from taiyi_client.calling import Connection


def serving(connection: Connection, service: str = "") -> bool:
    """Whether the server takes calls. service: the full name of a contract; empty: all that it serves.

    Unavailable if nobody is there; NotFound if it does not serve that contract.
    """
    with channel.connect_blocking(
        connection.address,
        token=connection.token,
        ca=connection.ca,
        certificate=connection.certificate,
        timeout_seconds=connection.timeout_seconds,
    ) as opened:
        request = health_pb2.HealthCheckRequest(service=service)
        try:
            answer = health_pb2_grpc.HealthStub(opened).Check(request, timeout=connection.timeout_seconds)
        except grpc.RpcError as error:
            raise errors.told(error, f"{connection.address} Check") from None
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
