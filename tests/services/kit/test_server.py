"""A server as others see it: health, reflection, metrics, sizes, its address, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc import StatusCode
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from benchmarks import echo
from benchmarks.echo import METHODS, Echo, Message
from services.kit.server import running
from services.kit.settings import Limits, Settings
from taiyi.errors import Conflict, NotReady
from tests.services.kit.serving import refusal, run, serving, told

ONE = Message(text="a", number=1)
ROOT = Path(__file__).parents[3]
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


def check(name: str = "") -> Any:
    return health_pb2.HealthCheckRequest(service=name)


def test_a_service_serves_only_while_it_is_ready(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path, servicer=Echo(ready=False)) as served:
            stub = health_pb2_grpc.HealthStub(served.channel)
            assert [(await stub.Check(check(name))).status for name in ("", echo.NAME)] == [NOT_SERVING] * 2
            watch = stub.Watch(check(echo.NAME))
            assert (await watch.read()).status == NOT_SERVING
            served.echo.ready = True
            assert (await asyncio.wait_for(watch.read(), 3)).status == SERVING
            assert (await stub.Check(check(""))).status == SERVING
            served.echo.ready = False
            assert (await asyncio.wait_for(watch.read(), 3)).status == NOT_SERVING
            watch.cancel()

    run(client)


def test_a_service_that_cannot_even_say_is_not_ready(tmp_path: Path) -> None:
    async def broken() -> bool:
        raise NotReady("no model")

    async def client() -> None:
        service = echo.service(ready=broken)
        async with (
            running(Settings(root=tmp_path), [service]) as server,
            grpc.aio.insecure_channel(server.address) as c,
        ):
            assert (await health_pb2_grpc.HealthStub(c).Check(check())).status == NOT_SERVING

    run(client)


def test_health_of_a_service_that_is_not_here_is_not_found(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            stub = health_pb2_grpc.HealthStub(served.channel)
            assert (await refusal(stub.Check(check("no.Such")))).code is StatusCode.NOT_FOUND
            listed = (await stub.List(health_pb2.HealthListRequest())).statuses
            assert {name: status.status for name, status in listed.items()} == {"": SERVING, echo.NAME: SERVING}

    run(client)


def test_who_watches_hears_of_the_end_first(tmp_path: Path) -> None:
    async def client() -> None:
        watches = []
        async with serving(tmp_path, servicer=Echo(wait_seconds=1.0)) as served:
            channel = grpc.aio.insecure_channel(served.running.address)
            watches = [health_pb2_grpc.HealthStub(channel).Watch(check(name)) for name in ("", echo.NAME)]
            assert [(await watch.read()).status for watch in watches] == [SERVING] * 2
            asked = asyncio.ensure_future(_answer(channel))
            await asyncio.sleep(0.1)
        assert [(await watch.read()).status for watch in watches] == [NOT_SERVING] * 2
        assert [await watch.read() for watch in watches] == [grpc.aio.EOF] * 2
        assert await asked == ONE
        await channel.close()

    run(client)


@pytest.mark.parametrize("wanted", [True, False])
def test_reflection_lists_the_services_unless_it_is_off(tmp_path: Path, wanted: bool) -> None:
    async def client() -> None:
        async with serving(tmp_path, reflection=wanted) as served:
            stub = reflection_pb2_grpc.ServerReflectionStub(served.channel)
            asked = [
                reflection_pb2.ServerReflectionRequest(list_services=""),
                reflection_pb2.ServerReflectionRequest(file_containing_symbol=echo.NAME),
            ]
            if not wanted:
                path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
                assert (
                    await refusal(served.channel.unary_unary(path)(b"", timeout=5))
                ).code is StatusCode.UNIMPLEMENTED
                return
            call = stub.ServerReflectionInfo(iter(asked))
            first, second = [answer async for answer in call]
            assert echo.NAME in {service.name for service in first.list_services_response.service}
            assert b"EchoMessage" in second.file_descriptor_response.file_descriptor_proto[0]

    run(client)


def test_metrics_count_calls_by_method_and_code_on_loopback(tmp_path: Path) -> None:
    def figures(address: str) -> str:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as page:
            return str(page.read().decode())

    def count(text: str, code: str) -> float:
        found = re.search(rf'taiyi_call_seconds_count{{code="{code}",method="/{echo.NAME}/Talk"}} (\S+)', text)
        return float(found[1]) if found else 0.0

    async def client() -> None:
        async with serving(tmp_path, metrics=0) as served:
            address = served.running.metrics_address
            assert address.startswith("127.0.0.1:")
            before = await asyncio.to_thread(figures, address)
            await served.ask("Talk", ONE)
            await refusal(served.ask("Talk", Message(number=-1)))
            after = await asyncio.to_thread(figures, address)
            for code in ("OK", "INVALID_ARGUMENT"):
                assert count(after, code) - count(before, code) == 1
            assert f'taiyi_calls_in_flight{{method="/{echo.NAME}/Talk"}} 0.0' in after
        with pytest.raises(OSError):
            await asyncio.to_thread(figures, address)

    run(client)


@pytest.mark.parametrize("name", METHODS)
def test_a_message_that_is_too_big_is_refused_and_the_next_is_not(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        async with serving(tmp_path, limits=Limits(message_bytes=100_000)) as served:
            refused = await refusal(served.ask(name, Message(text="x" * 200_000, number=1)))
            assert refused.code is StatusCode.RESOURCE_EXHAUSTED and "100000" in refused.details
            assert len(await served.ask(name, ONE)) == 1

    run(client)


def test_calls_over_the_limit_of_streams_wait_or_are_told_to_call_again(tmp_path: Path) -> None:
    async def client() -> None:
        limits = Limits(concurrent_streams=4)
        async with serving(tmp_path, servicer=Echo(wait_seconds=0.05), limits=limits) as served:
            asked = [asyncio.ensure_future(_code(served.ask("Echo", ONE))) for _ in range(20)]
            most = 0
            while not all(call.done() for call in asked):
                most = max(most, len(served.running.calls.open))
                await asyncio.sleep(0.005)
            ends = [call.result() for call in asked]
            assert 1 <= most <= 4
            assert set(ends) <= {StatusCode.OK, StatusCode.UNAVAILABLE} and ends.count(StatusCode.OK) >= 4

    run(client)


async def _code(call: Any) -> StatusCode:
    try:
        await call
    except grpc.RpcError as error:
        return told(error).code
    return StatusCode.OK


def test_a_socket_in_the_file_system_is_an_address(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path, listen=f"unix:{tmp_path}/a.sock") as served:
            assert served.running.address == f"unix:{tmp_path}/a.sock"
            assert await served.ask("Echo", ONE) == [ONE]

    run(client)


def test_an_address_that_is_taken_is_a_conflict(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served, serving(tmp_path, listen=served.running.address):
            raise AssertionError("two servers on one port")

    with pytest.raises(Conflict, match="cannot be listened on"):
        run(client)


def test_hooks_run_before_the_first_call_and_after_the_last(tmp_path: Path) -> None:
    events: list[str] = []

    async def start() -> None:
        events.append("start")

    async def stop() -> None:
        events.append("stop")

    async def client() -> None:
        service = echo.service(start=start, stop=stop)
        async with running(Settings(root=tmp_path), [service]):
            events.append("serving")

    run(client)
    assert events == ["start", "serving", "stop"]


def test_a_service_that_does_not_start_stops_those_before_it(tmp_path: Path) -> None:
    stopped: list[str] = []

    async def fail() -> None:
        raise NotReady("no database")

    async def stop() -> None:
        stopped.append("stop")

    async def client() -> None:
        async with running(Settings(root=tmp_path), [echo.service(stop=stop), echo.service(start=fail)]):
            raise AssertionError("it is served")

    with pytest.raises(NotReady):
        run(client)
    assert stopped[-1] == "stop"


def test_half_open_connections_and_noise_disturb_nobody_and_do_not_hold_the_end(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            host, _, port = served.running.address.rpartition(":")
            silent = [socket.create_connection((host, int(port))) for _ in range(40)]
            for number, connection in enumerate(silent):
                connection.sendall(
                    (b"", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", os.urandom(500))[number % 4]
                )
            for name in METHODS:
                assert len(await served.ask(name, ONE)) == 1
            began = time.monotonic()
        assert time.monotonic() - began < 2.5
        for connection in silent:
            connection.close()

    run(client)


def test_calls_that_outlast_the_grace_end_with_a_reason(tmp_path: Path) -> None:
    async def client() -> None:
        calls: dict[str, Any] = {}
        async with serving(tmp_path, servicer=Echo(wait_seconds=30), grace_seconds=0.3) as served:
            channel = grpc.aio.insecure_channel(served.running.address)
            for name, (streamed, _) in METHODS.items():
                calls[name] = echo.method(channel, name)(iter([ONE]) if streamed else ONE, timeout=60)
            await _open(served, 4)
            began = time.monotonic()
        assert 0.2 < time.monotonic() - began < 3
        assert sorted(served.echo.closed) == sorted(METHODS)
        for name, call in calls.items():
            refused = await refusal(call.read() if METHODS[name][1] else call)
            assert (refused.code, refused.reason) == (StatusCode.UNAVAILABLE, "SHUTTING_DOWN"), name
            assert refused.retry_seconds == 1
        await channel.close()

    run(client)


async def _answer(channel: Any) -> Any:
    return await echo.method(channel, "Echo")(ONE, timeout=10)


async def _open(served: Any, calls: int) -> None:
    for _ in range(500):
        if len(served.running.calls.open) == calls:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{len(served.running.calls.open)} calls are open, not {calls}")


@asynccontextmanager
async def process(tmp_path: Path, wait_seconds: float, grace_seconds: float) -> AsyncIterator[tuple[Any, str]]:
    """A server as a process, killed at the end if it still runs; and its address."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'proto' / 'gen'}"}
    arguments = ("-m", "tests.services.kit.draining", str(tmp_path), str(wait_seconds), str(grace_seconds))
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe
    )
    try:
        assert server.stdout
        address = (await asyncio.wait_for(server.stdout.readline(), 30)).decode().strip()
        assert address, (await server.stderr.read()).decode() if server.stderr else ""
        yield server, address
    finally:
        if server.returncode is None:
            server.kill()
        await server.wait()


async def _numbers(call: Any) -> tuple[int, Any]:
    """How many answers came, and the error that ended them."""
    count = 0
    try:
        while await call.read() is not grpc.aio.EOF:
            count += 1
    except grpc.RpcError as error:
        return count, told(error)
    return count, None


@pytest.mark.parametrize("long", [False, True], ids=["streams that end", "streams that do not"])
def test_sigterm_with_64_open_streams_drains_within_the_grace(tmp_path: Path, long: bool) -> None:
    async def client() -> None:
        async with process(tmp_path, 0.05, 3.0) as (server, address), grpc.aio.insecure_channel(address) as channel:
            ask, number = echo.method(channel, "Count"), 10_000 if long else 30
            streams = [ask(Message(number=number), timeout=60) for _ in range(64)]
            for stream in streams:
                await stream.read()
            unary = [asyncio.ensure_future(_answer(channel)) for _ in range(16)]
            await asyncio.sleep(0.03)
            server.send_signal(signal.SIGTERM)
            began = time.monotonic()
            ends = await asyncio.gather(*(_numbers(stream) for stream in streams))
            assert await asyncio.gather(*unary) == [ONE] * 16
            output, log = await asyncio.wait_for(server.communicate(), 10)
            assert server.returncode == 0, log.decode()
            assert time.monotonic() - began < 3.0 + 4.0  # with the interpreter's end, on a busy machine
            assert _drained_seconds(log.decode()) < 3.5
            assert b"closed 80" in output
            if long:
                assert {(error.code, error.reason) for _, error in ends} == {(StatusCode.UNAVAILABLE, "SHUTTING_DOWN")}
            else:
                assert ends == [(29, None)] * 64

    run(client)


def _drained_seconds(log: str) -> float:
    """From the first word of the end to the last, by the server's log."""
    rows = [json.loads(line) for line in log.splitlines()]
    times = {row["event"]: datetime.fromisoformat(row["time"]) for row in rows}
    return (times["stopped"] - times["draining"]).total_seconds()


def test_after_sigterm_new_calls_are_refused_as_unavailable(tmp_path: Path) -> None:
    async def client() -> None:
        async with process(tmp_path, 0.05, 2.0) as (server, address), grpc.aio.insecure_channel(address) as channel:
            stream = echo.method(channel, "Count")(Message(number=10_000), timeout=60)
            await stream.read()
            server.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.6)
            async with grpc.aio.insecure_channel(address) as other:
                assert (await refusal(echo.method(other, "Echo")(ONE, timeout=5))).code is StatusCode.UNAVAILABLE
            assert (await _numbers(stream))[1].reason == "SHUTTING_DOWN"
            assert await server.wait() == 0

    run(client)
