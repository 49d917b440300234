"""The catalog against an empty echo service of the same kit, at 10,000 corpora: calls a second, and slow searches.

    python -m benchmarks.services_catalog [--corpora 10000] [--seconds 5] [--json]

A server process for each of the two, and this one as the client. Each figure is the median of rounds that take turns.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import grpc
from taiyi_api.catalog.v1 import catalog_service_pb2 as pb

from benchmarks import echo
from services.catalog import wiring
from services.catalog.repository import FoundCorpus
from services.catalog.schema import SCHEMA
from services.catalog.sync_store import Writer
from services.catalog.words import segmented
from services.kit import migrations
from services.kit.database import Database
from services.kit.server import running
from services.kit.settings import Settings
from taiyi import tasks

_ROUNDS, _OPEN = 15, 8
_TOPICS = "gene protein variant disease chemical cell anatomy drug symptom procedure consultation trial 疾病 药物 症状 检查 手术 问诊 基因 中药".split()
_KINDS = "mentions relations events questions dialogues summaries 实体 关系 事件 问答 对话 分类".split()
_TERMS = ("open", "noncommercial", "research", "agreement", "unstated")
_ACCESS = ("open", "registration", "agreement", "generated")
Call = Callable[[], Awaitable[Any]]


def invented(count: int) -> Iterator[FoundCorpus]:
    """So many corpora that are like described ones."""
    draw = random.Random(13)
    for number in range(count):
        topic, kind, language = draw.choice(_TOPICS), draw.choice(_KINDS), draw.choice(("en", "zh"))
        title, title_zh = f"Corpus {number} of {topic} {kind}", f"{topic}{kind}语料 {number}"
        notes = [
            f"Annotated by {draw.randint(2, 9)} people; {draw.choice(_TOPICS)} {draw.choice(_KINDS)}." for _ in range(3)
        ]
        citation = f"Author {number} et al.: {title}. Journal {number % 50}."
        size = draw.randint(0, 50_000)
        yield FoundCorpus(
            id=f"corpus_{number:05}",
            title=title,
            title_zh=title_zh,
            language=language,
            licence=draw.choice(("CC-BY-4.0", "CC-BY-NC-4.0", "CC0-1.0", "terms of use")),
            terms=draw.choice(_TERMS),
            access=draw.choice(_ACCESS),
            size_records=size,
            enrolled=draw.random() < 0.05,
            held_out=draw.random() < 0.02,
            homepage=f"https://example.org/{number}",
            citation=citation,
            tasks=sorted(draw.sample(tasks.ids(), draw.randint(1, 3))),
            splits={"train": size, "test": size // 10},
            notes=notes,
            search_text=segmented(" ".join((title, title_zh, citation, *notes))),
        )


def fill(settings: Settings, count: int) -> None:
    """A catalog of invented corpora."""
    database = Database(settings.database_of("catalog"))
    migrations.prepare(database, SCHEMA)
    with database.writing() as session:
        writer = Writer(session.connection(), 0)
        writer.corpora(invented(count))
        writer.end({})
    database.close()


def _serve(settings: Settings, what: str, told: Connection) -> None:
    async def serving() -> None:
        service = wiring.service(settings) if what == "catalog" else echo.service()
        async with running(settings, [service]) as server:
            told.send((server.address, os.getpid()))
            await asyncio.to_thread(told.recv)

    asyncio.run(serving())


@contextmanager
def server(settings: Settings, what: str) -> Iterator[tuple[str, int]]:
    """The address of a server process, and its id."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(settings, what, theirs))
    process.start()
    try:
        yield ours.recv()
        ours.send("end")
        process.join(20)
    finally:
        process.kill()


async def rate(call: Call, seconds: float) -> tuple[float, list[float]]:
    """Calls a second with a few open at a time, and how long each took."""
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def caller() -> None:
        while (start := time.perf_counter()) < end:
            await call()
            took.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(_OPEN)))
    return len(took) / (time.perf_counter() - start), took


def calls(channel: Any, count: int) -> dict[str, Call]:
    """What is asked of the catalog: other names, filters and words from call to call. Answers are left as bytes."""
    draw = random.Random(7)
    filters = [
        f'language = "{language}" AND task:{task} AND terms = {terms}'
        for language, task, terms in itertools.product(("en", "zh"), tasks.ids(), _TERMS)
    ]
    draw.shuffle(filters)
    words = [f"{topic} {kind}" for topic in _TOPICS for kind in _KINDS]
    get = _method(channel, "GetCorpus")
    listed = _method(channel, "ListCorpora")
    requests: dict[str, Callable[[], Any]] = {
        "get": lambda: pb.GetCorpusRequest(name=f"corpora/corpus_{draw.randrange(count):05}"),
        "filtered list of 10": lambda: pb.ListCorporaRequest(filter=draw.choice(filters), page_size=10),
        "filtered list of 50": lambda: pb.ListCorporaRequest(filter=draw.choice(filters)),
        "first asked list": lambda: pb.ListCorporaRequest(
            filter=f"{draw.choice(filters)} AND size_records > {draw.randrange(10**9) / 10**5}", page_size=10
        ),
        "filtered search": lambda: pb.ListCorporaRequest(filter=draw.choice(filters), query=draw.choice(words)),
    }
    return {name: _asking(get if name == "get" else listed, make) for name, make in requests.items()}


def _method(channel: Any, name: str) -> Any:
    return channel.unary_unary(f"/{wiring.CONTRACT.full_name}/{name}", lambda message: message.SerializeToString())


def _asking(method: Any, make: Callable[[], Any]) -> Call:
    async def ask() -> Any:
        return await method(make(), timeout=10)

    return ask


def _cpu_seconds(process: int) -> float:
    """The processor time that a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(
    catalog: tuple[str, int], empty: tuple[str, int], count: int, seconds: float
) -> dict[str, dict[str, float]]:
    """Figures of each kind of call."""
    async with grpc.aio.insecure_channel(catalog[0]) as ours, grpc.aio.insecure_channel(empty[0]) as theirs:
        ask = theirs.unary_unary(f"/{echo.NAME}/Echo", lambda message: message.SerializeToString())

        async def echoed() -> Any:
            return await ask(echo.Message(text="corpora/corpus_00001"), timeout=10)

        asked = {"echo": echoed, **calls(ours, count)}
        rates: dict[str, list[float]] = {name: [] for name in asked}
        for call in asked.values():
            await rate(call, 0.5)
        used: dict[str, list[float]] = {name: [0.0, 0.0] for name in asked}
        for _ in range(_ROUNDS):
            for name, call in asked.items():
                process = empty[1] if name == "echo" else catalog[1]
                before = _cpu_seconds(process)
                speed, took = await rate(call, seconds / _ROUNDS)
                rates[name].append(speed)
                used[name][0] += _cpu_seconds(process) - before
                used[name][1] += len(took)
        alone = await _alone(asked["filtered search"], seconds)
    base = statistics.median(rates["echo"])
    found = {
        name: {
            "calls_per_second": statistics.median(speeds),
            "of_echo": statistics.median(speeds) / base,
            "server_cpu_us": 1e6 * used[name][0] / used[name][1],
        }
        for name, speeds in rates.items()
    }
    found["filtered search"] |= {"p50_ms": alone[len(alone) // 2], "p99_ms": alone[int(len(alone) * 0.99)]}
    return found


async def _alone(call: Call, seconds: float) -> list[float]:
    """Milliseconds of calls made one after the other, sorted."""
    took, end = [], time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        await call()
        took.append((time.perf_counter() - start) * 1000)
    return sorted(took)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each kind of call (default: %(default)s)")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(root=Path(folder), grace_seconds=1.0)
        fill(settings, told.corpora)
        with server(settings, "catalog") as catalog, server(settings, "echo") as empty:
            found = asyncio.run(measure(catalog, empty, told.corpora, told.seconds))
    if told.json:
        print(json.dumps(found, indent=2))
        return
    for name, figures in found.items():
        print(f"{name:<22}" + "  ".join(f"{figure} {value:,.2f}" for figure, value in figures.items()))


if __name__ == "__main__":
    main()
