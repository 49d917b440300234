"""A server of the kit as a process of its own: its address to standard output, the log to standard error."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from benchmarks import echo
from services.kit import logs
from services.kit.server import serve
from services.kit.settings import Settings


async def main(state: Path, wait_seconds: float, grace_seconds: float) -> None:
    servicer = echo.Echo(wait_seconds=wait_seconds)

    async def stop() -> None:
        print(f"closed {len(servicer.closed)}", flush=True)

    settings = Settings(root=state, grace_seconds=grace_seconds, listen="127.0.0.1:0")
    await serve(settings, [echo.service(servicer, stop=stop)], told=lambda address: print(address, flush=True))


if __name__ == "__main__":
    logs.to()
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
