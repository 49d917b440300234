"""Channels: deadlines that the caller forgot, and calls tried again where that is safe."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc import StatusCode
from taiyi_api.catalog.v1 import catalog_service_pb2 as _catalog  # noqa: F401
from taiyi_api.scorer.v1 import scorer_service_pb2 as _scorer  # noqa: F401
from taiyi_api.trainer.v1 import trainer_service_pb2 as _trainer  # noqa: F401

from benchmarks import echo
from benchmarks.echo import Echo, Message
from services.kit.errors import DatabaseAway
from services.kit.service import contract
from taiyi_client import channel
from tests.services.kit.serving import refusal, run, serving

ONE = Message(text="a", number=1)
TRAINER = "taiyi_api.trainer.v1.TrainerService"
SCORER = "taiyi_api.scorer.v1.ScorerService"


def policies(name: str) -> dict[str, Any]:
    """The config of each method of a contract that has one."""
    config = json.loads(channel.service_config([contract(name)]))
    return {entry["name"][0]["method"]: entry for entry in config["methodConfig"]}


def test_reads_and_named_creates_are_tried_again_and_streams_are_not() -> None:
    trainer, scorer = policies(TRAINER), policies(SCORER)
    again = {name for found in (trainer, scorer) for name, entry in found.items() if "retryPolicy" in entry}
    assert {"GetBenchmark", "ListBenchmarks"} <= again
    assert "ScorePredictions" not in again
    for method in contract(TRAINER).methods:
        named = "request_id" in method.input_type.fields_by_name
        if not named and not method.name.startswith(("Get", "List", "Cancel")):
            assert method.name not in again, method.name


@pytest.mark.parametrize("name", echo.METHODS)
def test_a_call_without_a_deadline_gets_one(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            contracts = [contract(echo.NAME)]
            streamed, streams = echo.METHODS[name]
            async with channel.connect(served.running.address, contracts=contracts) as ours:
                call = echo.method(ours, name)(iter([ONE]) if streamed else ONE)
                assert len([answer async for answer in call]) == 1 if streams else (await call).number == 1
            with channel.connect_blocking(served.running.address, contracts=contracts) as blocking:
                ask: Any = echo.method(blocking, name)
                answer = await asyncio.to_thread(lambda: ask(iter([ONE]) if streamed else ONE))
                assert len(await asyncio.to_thread(list, answer)) == 1 if streams else answer.number == 1

    run(client)


def test_the_default_deadline_ends_a_call_that_hangs(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path, servicer=Echo(wait_seconds=30)) as served:
            async with channel.connect(served.running.address, timeout_seconds=0.2) as ours:
                assert (await refusal(echo.method(ours, "Echo")(ONE))).code is StatusCode.DEADLINE_EXCEEDED
            with channel.connect_blocking(served.running.address, timeout_seconds=0.2) as blocking:
                call = echo.method(blocking, "Echo")
                with pytest.raises(grpc.RpcError) as error:
                    await asyncio.to_thread(call, ONE)
                assert error.value.code() is StatusCode.DEADLINE_EXCEEDED

    run(client)


def test_a_read_of_a_server_that_is_away_for_a_moment_succeeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "_READS", (*channel._READS, "Echo"))

    async def client() -> None:
        away = DatabaseAway("not yet")
        async with serving(tmp_path, servicer=Echo(error=away)) as served:
            async with channel.connect(served.running.address, contracts=[contract(echo.NAME)]) as ours:
                asked = asyncio.ensure_future(_ask(ours))
                while len(served.echo.closed) < 2:
                    await asyncio.sleep(0.01)
                served.echo.error = None
                assert await asked == ONE
            assert 2 < len(served.echo.closed) <= 4

    run(client)


async def _ask(ours: Any) -> Any:
    return await echo.method(ours, "Echo")(ONE)
