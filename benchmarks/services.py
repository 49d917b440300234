"""What the kit of the services costs, and whether a server's memory stays flat.

    python -m benchmarks.services [--calls 100000] [--rounds 5] [--open 8] [--json]

An empty echo service behind the whole kit (request ids, log, metrics, rules, deadlines, validation) against the same
service on a bare grpc.aio server. One server process each, this one as the client; rounds take turns.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import grpc

from benchmarks import echo
from services.kit.server import options, running
from services.kit.settings import Limits, Settings

WARM_CALLS, ROUND_CALLS = 2_000, 2_000
MOST_GROWTH_MIB = 8.0
"""How much memory a server may gain while it answers --calls calls."""
ASKED = echo.Message(text="aspirin", number=1)


class Server(NamedTuple):
    """A server in a process of its own."""

    address: str
    pid: int

    def resident_mib(self) -> float:
        """What it holds in memory now (Linux)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@asynccontextmanager
async def kit(folder: str) -> AsyncIterator[str]:
    """The echo service as every service is served."""
    async with running(Settings(root=Path(folder), metrics=0), [echo.service()]) as server:
        yield server.address


@asynccontextmanager
async def bare(folder: str) -> AsyncIterator[str]:
    """The echo service on gRPC alone."""
    server = grpc.aio.server(options=options(Limits()))
    described = echo.service()
    described.add(described.servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)


def _serve(kind: str, pipe: Connection) -> None:
    async def main() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with {"kit": kit, "bare": bare}[kind](folder) as address:
                pipe.send(address)
                await asyncio.to_thread(pipe.recv)

    asyncio.run(main())


@contextmanager
def process(kind: str) -> Iterator[Server]:
    """A server of a kind, ended with the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_serve, args=(kind, theirs))
    child.start()
    try:
        yield Server(ours.recv(), child.pid or 0)
        ours.send(None)
    finally:
        child.join(30)
        child.kill()


async def ask(address: str, calls: int, at_once: int) -> list[float]:
    """The seconds of so many unary calls, so many of them open at once."""
    seconds: list[float] = []
    async with grpc.aio.insecure_channel(address) as channel:
        method = echo.method(channel, "Echo")

        async def caller(count: int) -> None:
            for _ in range(count):
                began = time.perf_counter()
                await method(ASKED, timeout=30)
                seconds.append(time.perf_counter() - began)

        await asyncio.gather(*(caller(calls // at_once) for _ in range(at_once)))
    return seconds


def measure(servers: dict[str, Server], rounds: int, at_once: int) -> dict[str, dict[str, float]]:
    """Calls a second with several open, and the times of calls one after the other, by server; medians of the rounds."""
    rates: dict[str, list[float]] = {kind: [] for kind in servers}
    alone: dict[str, list[float]] = {kind: [] for kind in servers}
    for number in range(rounds + 1):
        for kind, server in servers.items():
            began = time.perf_counter()
            answered = len(asyncio.run(ask(server.address, ROUND_CALLS, at_once)))
            rate = answered / (time.perf_counter() - began)
            times = asyncio.run(ask(server.address, ROUND_CALLS // 4, 1))
            if number:  # the first round warms up
                rates[kind].append(rate)
                alone[kind] += times
    return {kind: _figures(rates[kind], alone[kind]) for kind in servers}


def _figures(rates: list[float], times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100)
    return {
        "calls_per_second": statistics.median(rates),
        "slowest_round": min(rates),
        "fastest_round": max(rates),
        "p50_ms": cuts[49] * 1000,
        "p99_ms": cuts[98] * 1000,
    }


def endure(server: Server, calls: int, at_once: int) -> dict[str, Any]:
    """The server's memory over many calls: after the first tenth, and at the end."""
    asyncio.run(ask(server.address, max(calls // 10, WARM_CALLS), at_once))
    held = [server.resident_mib()]
    for _ in range(9):
        asyncio.run(ask(server.address, calls // 10, at_once))
        held.append(server.resident_mib())
    return {"calls": calls, "resident_mib": held, "growth_mib": held[-1] - held[0]}


def report(result: dict[str, Any]) -> None:
    """The result as text."""
    for kind, row in result["echo"].items():
        between = "{slowest_round:,.0f} to {fastest_round:,.0f}".format(**row)
        alone = "one at a time p50 {p50_ms:.2f} ms, p99 {p99_ms:.2f} ms".format(**row)
        print(f"{kind:5} {row['calls_per_second']:8,.0f} calls/s ({between}); {alone}")
    print(f"kit / bare: {result['ratio']:.2f} of the calls a second")
    if memory := result["memory"]:
        held = " ".join(f"{mib:.1f}" for mib in memory["resident_mib"])
        print(f"memory over {memory['calls']:,} calls: {memory['growth_mib']:+.1f} MiB ({held})")


def main() -> None:
    """Measure, and print the result; exits with 1 if memory grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=100_000, help="over which memory is watched; 0: not watched")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--open", type=int, default=8, help="calls open at once")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    with ExitStack() as stack:
        servers = {kind: stack.enter_context(process(kind)) for kind in ("bare", "kit")}
        figures = measure(servers, told.rounds, told.open)
        memory = endure(servers["kit"], told.calls, told.open) if told.calls else None
    ratio = figures["kit"]["calls_per_second"] / figures["bare"]["calls_per_second"]
    result = {"echo": figures, "ratio": ratio, "memory": memory, "load": os.getloadavg()[0]}
    if told.json:
        print(json.dumps(result))
    else:
        report(result)
    if memory and memory["growth_mib"] > MOST_GROWTH_MIB:
        raise SystemExit(f"memory grew by {memory['growth_mib']:.1f} MiB, more than {MOST_GROWTH_MIB}")


if __name__ == "__main__":
    main()
