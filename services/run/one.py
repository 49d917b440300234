"""One service, or a worker, in this process: `python -m services.run.one`, told on its standard input what."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

from services.kit import logs, server
from services.kit.errors import DatabaseAway
from services.kit.service import Service
from services.kit.settings import Settings
from services.run import start
from services.run.start import WORKER, Start, Word
from taiyi import process
from taiyi.errors import TaiyiError

_AFTER_SECONDS = 0.05
"""From a service's answer whether it is ready to the server's health saying so, generously."""
Tell = Callable[[Word], object]


def serve(told: Start, tell: Tell) -> None:
    """Serve until SIGTERM or SIGINT, then drain. TaiyiError if it cannot."""
    made: Service = importlib.import_module(f"services.{told.name}.wiring").service(told.settings)

    def listening(address: str) -> None:
        tell(Word(address=address))
        if told.sync and told.name == "catalog":
            threading.Thread(target=_synchronise, args=[told.settings], daemon=True, name="sync").start()

    asyncio.run(server.serve(told.settings, [_telling(made, tell)], told=listening))


def work(told: Start, tell: Tell) -> None:
    """Run training jobs until SIGTERM or SIGINT."""
    from services.trainer import worker

    tell(Word(ready=True))
    worker.run(told.settings, told.queues, told.gpu)


def _telling(service: Service, tell: Tell) -> Service:
    """The service, telling when it gets ready or is so no more, once its server's health says the same."""
    last = False

    async def ready() -> bool:
        nonlocal last
        found = await service.ready()
        if found != last:
            last = found
            asyncio.get_running_loop().call_later(_AFTER_SECONDS, tell, Word(ready=found))
        return found

    return replace(service, ready=ready)


def _synchronise(settings: Settings) -> None:
    """What `taiyi catalog sync` does, while the catalog is being served already."""
    from services.catalog.wiring import synchronise

    try:
        changes = synchronise(settings, lambda line: logs.event("sync", said=line))
    except TaiyiError as error:
        logs.event("not synchronised", level=30, error=str(error))
    else:
        logs.event("synchronised", changes=changes)


def _said(word: Word) -> None:
    sys.stdout.buffer.write(start.encode(word))
    sys.stdout.buffer.flush()


def main() -> int:
    """A process of the tree; exits with 2 where it cannot start, with 1 where it could a little later."""
    told = start.decoded(sys.stdin.buffer.readline())
    process.die_with_parent(parent=told.parent)
    logs.to()
    try:
        (work if told.name == WORKER else serve)(told, _said)
    except TaiyiError as error:
        logs.event("refused", level=40, error=str(error))
        _said(Word(refused=str(error)))
        return 1 if isinstance(error, DatabaseAway) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
