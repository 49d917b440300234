"""A worker: one process to a GPU that looks for work, claims it and supervises it, when the bell rings and when it polls."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from celery import Celery, signals

from services.kit import logs
from services.kit.database import Database
from services.kit.settings import Settings
from services.trainer import dispatch, schema
from services.trainer.store import leases
from services.trainer.supervisor import Supervisor, Terms
from taiyi.errors import TaiyiError

log = logging.getLogger("taiyi.services")
POLL_SECONDS, SLOW_POLL_SECONDS = 1.0, 10.0
"""Between two looks without a broker, and beside one, in case its messages are lost."""


class Worker:
    """Looks for work on its queues, one job at a time."""

    def __init__(self, database: Database, terms: Terms, queues: Sequence[str]) -> None:
        self._database, self._terms, self.queues = database, terms, tuple(queues)
        self._busy = threading.Lock()
        self.stop = threading.Event()

    def look(self, queue: str) -> int:
        """Run jobs of a queue until none is to be had; how many were run. 0 at once if this worker is busy."""
        if not self._busy.acquire(blocking=False):
            return 0
        done = 0
        try:
            while not self.stop.is_set() and (claim := self._claim(queue)) is not None:
                Supervisor(self._database, self._terms, self.stop, claim).run()
                done += 1
        finally:
            self._busy.release()
        return done

    def _claim(self, queue: str) -> leases.Claim | None:
        try:
            leases.sweep(self._database)
            return leases.claim(self._database, queue, self._terms.owner, self._terms.lease_seconds)
        except TaiyiError as error:
            log.warning("no claim", extra={"fields": {"queue": queue, "error": str(error)}})
            return None

    def poll(self, every_seconds: float = POLL_SECONDS) -> None:
        """Look at each queue in turn until the worker is stopped."""
        while not self.stop.is_set():
            if not sum(self.look(queue) for queue in self.queues):
                self.stop.wait(every_seconds)


def owner(gpu: str = "") -> str:
    """Who runs here: host, process and GPU."""
    return f"{socket.gethostname()}:{os.getpid()}{f':gpu{gpu}' if gpu else ''}"


def run(settings: Settings, queues: Sequence[str], gpu: str = "", **terms: Any) -> int:
    """Work until SIGTERM or SIGINT: by the broker of the settings, or by polling where there is none."""
    database = schema.opened(settings)
    told = Terms(state=settings.state / "trainer", root=settings.root, owner=owner(gpu), gpu=gpu, **terms)
    worker = Worker(database, told, queues)
    log.info("worker", extra={"fields": {"owner": told.owner, "queues": list(queues), "broker": bool(settings.broker)}})
    if settings.broker:
        _by_broker(worker, dispatch.application(settings.broker), told.owner)
    else:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop.set())
        worker.poll()
    database.close()
    return 0


def _by_broker(worker: Worker, app: Celery, name: str) -> None:
    """A Celery worker with one thread for the work; beside it, a slow poll."""
    app.conf.task_queues = [dispatch.queue(queue) for queue in worker.queues]
    app.task(worker.look, name=dispatch.TASK, ignore_result=True, acks_late=False)
    polling = threading.Thread(target=worker.poll, args=(SLOW_POLL_SECONDS,), name="poll")

    def stopping(**_: Any) -> None:
        worker.stop.set()

    signals.worker_shutting_down.connect(stopping, weak=False)
    polling.start()
    try:
        while not worker.stop.is_set():  # it ends when it reads what is no message of Celery's
            _consume(app, name)
            worker.stop.wait(POLL_SECONDS)
    finally:
        worker.stop.set()
        polling.join()


def _consume(app: Celery, name: str) -> None:
    """Take nudges until told to end, or until the consumer breaks."""
    consumer = app.Worker(
        hostname=f"{name.replace(':', '-')}@{socket.gethostname()}",
        pool="threads",
        concurrency=1,
        without_gossip=True,
        without_mingle=True,
        loglevel="WARNING",
        quiet=True,
    )
    try:
        consumer.start()
    except SystemExit as end:  # how Celery leaves on a signal
        log.info("consumer ended", extra={"fields": {"status": end.code}})


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: `python -m services.trainer.worker --queue cpu`."""
    parser = argparse.ArgumentParser(prog="python -m services.trainer.worker", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the repository")
    parser.add_argument("--database", default="", help="URL; empty: a file in the state folder")
    parser.add_argument("--broker", default="", help="URL; empty: poll the database")
    parser.add_argument("--queue", action="append", help="cpu, gpu_default, gpu_large; several are looked at in turn")
    parser.add_argument("--gpu", default="", help="the number of the GPU; one worker to each")
    told = parser.parse_args(arguments)
    logs.to()
    return run(Settings(root=told.root, database=told.database, broker=told.broker), told.queue or ["cpu"], told.gpu)


if __name__ == "__main__":
    raise SystemExit(main())
