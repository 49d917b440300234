"""The engine in a process of its own: it answers, refuses, is killed, comes back, and never keeps a slot for nobody."""

import asyncio
import os
import signal
import time
from contextlib import aclosing, asynccontextmanager

import pytest

from taiyi.errors import Conflict, InvalidInput, NotFound, NotReady
from taiyi.llm import checkpoint
from taiyi.llm.generate import generate
from taiyi.llm.serving.host import EngineAway, Host, QueueFull
from taiyi.llm.serving.messages import EngineSpec, Finished, Piece, Sampling
from taiyi.records import Turn
from tests.taiyi.llm.serving.conftest import QUESTIONS

pytestmark = pytest.mark.integration


@asynccontextmanager
async def running(spec, **options):
    host = Host(spec, queue=options.pop("queue", 100), **options)
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


async def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def text_of(host, question, adapter="", **sampling):
    text = ""
    async for event in host.answer([Turn("user", question)], adapter, Sampling(**{"max_new_tokens": 24, **sampling})):
        text += event.text if isinstance(event, Piece) else ""
    return text


@pytest.fixture
def spec(lively_folder, adapters_folder):
    return EngineSpec(reference=str(lively_folder), adapters=adapters_folder, slots=4)


@pytest.fixture(scope="module")
def alone(lively_folder, prompts):
    model, tokenizer, _ = checkpoint.open_model(lively_folder)
    return dict(generate(model, tokenizer, prompts, max_new_tokens=24, batch_size=1))


def test_it_answers_all_and_comes_back_with_its_adapters_when_killed(spec, alone):
    async def main():
        async with running(spec, keep=["one", "json"]) as host:
            with pytest.raises(EngineAway, match="being loaded"):
                await text_of(host, "x")
            await until(lambda: host.loaded)
            assert await asyncio.gather(*(text_of(host, question) for question in QUESTIONS)) == [
                alone[n] for n in range(6)
            ]
            with_one = await text_of(host, QUESTIONS[0], "one")
            assert with_one != alone[0]
            assert {a.name: bool(a.refused) for a in host.adapters()} == {
                "alien": True, "json": True, "one": False, "two.b": False
            }  # fmt: skip
            with pytest.raises(NotReady, match=r"two\.b is not loaded"):
                await text_of(host, "x", "two.b")
            with pytest.raises(Conflict, match="style json, and this is style taiyi"):
                await text_of(host, "x", "json")
            with pytest.raises(Conflict, match="trained with base"):
                await host.load("alien")
            with pytest.raises(NotFound):
                await host.load("three")
            with pytest.raises(InvalidInput, match="512 with its answer"):
                await text_of(host, "x" * 10_000)
            await host.load("two.b")

            waiting = [asyncio.create_task(text_of(host, question, max_new_tokens=400)) for question in QUESTIONS]
            await until(lambda: host.in_flight == 6)
            os.kill(host.process_id, signal.SIGKILL)
            for ended in await asyncio.gather(*waiting, return_exceptions=True):
                assert isinstance(ended, EngineAway)
            assert host.in_flight == 0 and host.ready is None
            await until(lambda: host.loaded == {"one", "two.b"})
            assert await text_of(host, QUESTIONS[0], "one") == with_one
            assert await text_of(host, QUESTIONS[1]) == alone[1]

    asyncio.run(main())


def test_who_goes_away_frees_the_slot_for_who_waits(spec, alone):
    async def main():
        spoken: list[str] = []
        async with running(spec, queue=1, told=spoken.append) as host:
            await until(lambda: host.ready)
            streams = []
            for _ in range(4):
                stream = host.answer([Turn("user", "？" * 30)], "", Sampling(400, temperature=1.5, seed=1))
                streams.append(stream)
                assert isinstance(await anext(stream), Piece | Finished)
            beside = asyncio.create_task(text_of(host, QUESTIONS[1]))
            await asyncio.sleep(0)
            with pytest.raises(QueueFull, match="4 requests are answered and 1 wait"):
                await text_of(host, "x")
            for stream in streams:
                async with aclosing(stream):
                    pass
            assert await asyncio.wait_for(beside, 5) == alone[1]
            assert host.in_flight == 0
            process = host.process_id
        assert spoken[0] == "the engine is ready"
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)

    asyncio.run(main())


def test_an_engine_that_hangs_is_ended_and_started_again(spec):
    async def main():
        async with running(spec, stall_seconds=1.5) as host:
            await until(lambda: host.ready)
            first = host.process_id
            await asyncio.sleep(2)  # it may be silent where it is asked nothing
            assert host.process_id == first
            os.kill(first, signal.SIGSTOP)
            with pytest.raises(EngineAway):
                await asyncio.wait_for(text_of(host, "x"), 10)
            assert host.problem == "the engine ended with -9 and is being started again"

    asyncio.run(main())


def test_a_model_that_is_not_there_is_said_to_be_so_and_served_when_it_comes(spec, lively_folder, tmp_path):
    from msgspec.structs import replace

    async def main():
        async with running(replace(spec, reference=str(tmp_path / "later"))) as host:
            await until(lambda: "dvc repro base_model" in host.problem)
            (tmp_path / "later").symlink_to(lively_folder)
            await until(lambda: host.ready)
            assert host.ready.context_tokens == 512

    asyncio.run(main())
