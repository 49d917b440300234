"""What goes wrong while answers are in the making: callers that leave, an engine that dies, a server that is told to end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from taiyi_api.inference.v1 import inference_service_pb2 as pb
from taiyi_api.inference.v1.inference_service_pb2_grpc import InferenceServiceStub

from services.inference.wiring import CONTRACT
from services.kit.settings import Limits, Settings
from tests.services.kit.serving import refusal, run, told

pytestmark = pytest.mark.integration
SECRET = "patient Maria Q"
SERVE = """
import asyncio, sys
from pathlib import Path
from services.inference import wiring
from services.kit import logs
from services.kit.server import serve
from services.kit.settings import Settings
logs.to(sys.stderr)
settings = Settings(root=Path(sys.argv[1]), state=Path(sys.argv[2]), grace_seconds=float(sys.argv[3]))
asyncio.run(serve(settings, [wiring.service(settings)]))
"""


def endless(seed=0):
    """A request whose answer takes long."""
    return pb.StreamGenerateRequest(prompt=SECRET, sampling=pb.Sampling(max_new_tokens=32768, temperature=3, seed=seed))


async def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def health(channel):
    request = health_pb2.HealthCheckRequest(service=CONTRACT.full_name)
    return (await health_pb2_grpc.HealthStub(channel).Check(request, timeout=5)).status


def test_callers_that_leave_in_the_middle_free_their_slots_and_change_nobody_elses_answer(server):
    ask = pb.GenerateRequest(prompt="Which drugs?", sampling=pb.Sampling(max_new_tokens=120, temperature=1.2, seed=5))

    async def client():
        async with grpc.aio.insecure_channel(server.address) as channel:
            stub = InferenceServiceStub(channel)
            alone = await stub.Generate(ask, timeout=60)
            streams = [stub.StreamGenerate(endless(seed), timeout=60) for seed in range(12)]
            late = stub.StreamGenerate(endless(99), timeout=0.3)  # its deadline passes
            for stream in streams:
                assert (await anext(aiter(stream))).text
            beside = asyncio.ensure_future(stub.Generate(ask, timeout=60))
            for stream in streams:
                await asyncio.sleep(0.01)
                stream.cancel()
            with suppress(grpc.aio.AioRpcError):
                async for _ in late:
                    pass
            assert await late.code() in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.OK)
            await until(lambda: server.host.in_flight <= 1, seconds=2)
            assert await beside == alone
        await until(lambda: server.host.in_flight == 0, seconds=2)

    run(client)


def test_a_full_queue_is_refused_with_when_to_come_back(repository, make_server):
    settings = Settings(root=repository, grace_seconds=0.5, limits=Limits(queue=2))
    with make_server(settings) as server:

        async def client():
            async with grpc.aio.insecure_channel(server.address) as channel:
                stub = InferenceServiceStub(channel)
                streams = [stub.StreamGenerate(endless(seed), timeout=60) for seed in range(18)]
                await until(lambda: server.host.in_flight == 18)
                refused = await refusal(stub.Generate(pb.GenerateRequest(prompt="x"), timeout=10))
                assert (refused.code, refused.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "QUEUE_FULL")
                assert refused.retry_seconds > 0
                for stream in streams:
                    stream.cancel()
                await until(lambda: server.host.in_flight == 0)
                short = pb.GenerateRequest(prompt="x", sampling=pb.Sampling(max_new_tokens=2))
                assert (await stub.Generate(short, timeout=30)).finish_reason

        run(client)


def test_an_engine_that_dies_fails_what_is_in_flight_and_is_back_with_its_adapters(repository, make_server):
    short = pb.GenerateRequest(prompt="x", sampling=pb.Sampling(max_new_tokens=8))

    async def client():
        async with grpc.aio.insecure_channel(server.address) as channel:
            stub = InferenceServiceStub(channel)
            before = await stub.Generate(short, timeout=30)
            streams = [stub.StreamGenerate(endless(seed), timeout=60) for seed in range(20)]
            await anext(aiter(streams[0]))
            os.kill(server.host.process_id, signal.SIGKILL)
            for stream in streams:
                with pytest.raises(grpc.aio.AioRpcError) as ended:
                    async for _ in stream:
                        pass
                refused = told(ended.value)
                assert (refused.code, refused.reason) == (grpc.StatusCode.UNAVAILABLE, "ENGINE_AWAY")
                assert refused.retry_seconds > 0 and SECRET not in refused.details
            assert server.host.in_flight == 0
            status = await health(channel)
            end = time.monotonic() + 3
            while status != health_pb2.HealthCheckResponse.NOT_SERVING and time.monotonic() < end:
                await asyncio.sleep(0.05)
                status = await health(channel)
            assert status == health_pb2.HealthCheckResponse.NOT_SERVING
            await until(lambda: server.host.loaded == {"stage2"})
            assert await stub.Generate(short, timeout=30) == before
            await asyncio.sleep(1.2)  # health is asked about once a second
            assert await health(channel) == health_pb2.HealthCheckResponse.SERVING

    with make_server(Settings(root=repository, grace_seconds=0.5)) as server:
        run(client)


def test_sigterm_with_64_open_streams_ends_within_the_grace_and_no_log_holds_a_prompt(repository, tmp_path):
    grace = 1.5
    log = tmp_path / "log.jsonl"
    with log.open("w") as errors:
        command = [sys.executable, "-c", SERVE, str(repository), str(tmp_path), str(grace)]
        process = subprocess.Popen(command, stdout=errors, stderr=errors)

    def lines():
        return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]

    async def client():
        await until(lambda: any(row.get("said") == "the engine is ready" for row in lines()), 60)
        address = next(row["address"] for row in lines() if row["event"] == "serving")
        async with grpc.aio.insecure_channel(address) as channel:
            stub = InferenceServiceStub(channel)
            too_long = pb.GenerateRequest(prompt=f"{SECRET} " * 1000)
            assert (await refusal(stub.Generate(too_long, timeout=30))).reason == "PROMPT_TOO_LONG"
            streams = [stub.StreamGenerate(endless(seed), timeout=60) for seed in range(64)]
            await anext(aiter(streams[0]))
            os.kill(process.pid, signal.SIGTERM)
            began = time.monotonic()
            ends = []
            for stream in streams:
                with suppress(grpc.aio.AioRpcError):
                    async for _ in stream:
                        pass
                ends.append(await stream.code())
            assert set(ends) <= {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}
            await asyncio.to_thread(process.wait, 20)
            assert time.monotonic() - began < grace + 1.5
        assert process.returncode == 0

    try:
        run(client)
    finally:
        process.kill()
        process.wait()
    events = [row["event"] for row in lines()]
    assert events.index("draining") < events.index("stopped")
    assert SECRET not in log.read_text()
    assert "Traceback" not in log.read_text()
