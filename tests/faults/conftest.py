"""A place where jobs are queued and workers run as real processes, on either set of services; what must hold afterwards."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa

from services.kit import migrations
from services.kit.database import Database
from services.trainer.dispatch import Bell
from services.trainer.models import Attempt, Event, Job
from services.trainer.reconciler import Reconciler
from services.trainer.schema import SCHEMA
from services.trainer.states import ENDED
from services.trainer.store import jobs, reads
from tests.services import postgres

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
REDIS = os.environ.get("TAIYI_TEST_REDIS", "redis://127.0.0.1:6379")
QUICK = {
    "lease_seconds": 3.0,
    "heartbeat_seconds": 0.5,
    "news_seconds": 0.2,
    "grace_seconds": 10.0,
    "first_wait_seconds": 0.2,
    "no_progress_seconds": 60.0,
    "slow_poll_seconds": 1.0,
}


def chain(steps) -> str:
    """What the stepper's weights are after these steps."""
    state = ""
    for step in steps:
        state = hashlib.sha256(f"{state}{step}".encode()).hexdigest()
    return state


class Place:
    """A database, perhaps a broker, a state folder, and the workers started here."""

    def __init__(self, root: Path, url: str, broker: str) -> None:
        self.root, self.url, self.broker = root, url, broker
        self.state, self.ledger = root / ".state/services/trainer", root / "ledger.txt"
        self.database = Database(url)
        migrations.upgrade(self.database, SCHEMA)
        self.bell = Bell(broker)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.reconciler = Reconciler(self.database, self.bell, "test", 0.5)

    def worker(self, **settings) -> subprocess.Popen[bytes]:
        told = json.dumps(QUICK | settings)
        command = [sys.executable, str(HERE / "work.py"), str(self.root), self.url, self.broker, told]
        environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'proto/gen'}", "OMP_NUM_THREADS": "1"}
        with (self.root / f"worker-{len(self.workers)}.log").open("wb") as log:
            started = subprocess.Popen(
                command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.workers.append(started)
        return started

    def queue(self, steps=20, request_id="", ring=True, **spec) -> str:
        options = {name: spec.pop(name) for name in ("max_attempts", "time_limit_seconds", "queue") if name in spec}
        spec = {"steps": steps, "ledger": str(self.ledger), **spec}
        told = {"request_id": request_id or str(uuid.uuid4()), "spec": spec, "params": {}, "queue": "cpu"} | options
        job = jobs.create(self.database, jobs.NewJob(**told))
        if ring:
            self.bell.ring(job.queue)
        return job.id

    def job(self, name: str) -> Job:
        return reads.get(self.database, name)[0]

    def attempts(self, name: str):
        return reads.get(self.database, name)[1]

    def events(self, name: str):
        return reads.events(self.database, name, 0, most=100_000)[1]

    def until(self, condition, seconds=60.0, what="it") -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come about in {seconds} s\n{self.logs()}"
            time.sleep(0.05)

    def logs(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in sorted(self.root.glob("worker-*.log")))

    def ends(self, name: str, state="SUCCEEDED", seconds=60.0) -> Job:
        self.until(lambda: self.job(name).state in ENDED, seconds, f"the end of {name}")
        found = self.job(name)
        assert found.state == state, f"{found.state} {found.reason} {found.message}\n{self.logs()}"
        return found

    def steps(self, name: str, at_least: int, seconds=30.0) -> None:
        """Wait until the job has done so many steps in its newest attempt."""
        self.until(lambda: self.noted(name) >= at_least, seconds, f"step {at_least} of {name}")

    def noted(self, name: str) -> int:
        fence = str(self.job(name).fence)
        return max((int(s) for j, f, s in self.lines() if (j, f) == (name, fence) and s != "done"), default=0)

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.ledger.read_text().splitlines()] if self.ledger.exists() else []

    def children(self) -> list[int]:
        """Process ids of all steppers that work for this place."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                command = (entry / "cmdline").read_bytes()
                dead = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            except (OSError, IndexError):
                continue
            if b"stepper.py" in command and str(self.root).encode() in command and not dead:
                found.append(int(entry.name))
        return found

    def child(self) -> int:
        """The process id of the one stepper, once it runs."""
        self.until(lambda: len(self.children()) == 1, 20, "a training process")
        return self.children()[0]

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            try:
                worker.wait(20)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        for pid in self.children():
            os.kill(pid, signal.SIGKILL)

    def must_hold(self, names) -> None:
        """Accepted is ended, once; nothing written by two owners; events without gaps; no process or attempt left over."""
        with self.database.reading() as session:
            found = {job.id: job for job in session.scalars(sa.select(Job))}
            events = Counter((e.job, e.sequence) for e in session.scalars(sa.select(Event)))
            attempts = session.scalars(sa.select(Attempt)).all()
        assert set(names) <= set(found)
        for name in names:
            job = found[name]
            assert job.state in ENDED
            assert sorted(s for n, s in events if n == job.number) == list(range(1, job.events + 1))
            ended = [a for a in attempts if a.job == job.number]
            assert sorted(a.fence for a in ended) == list(range(1, job.fence + 1))
            assert all(a.end_time is not None for a in ended)
            assert [a.reason for a in ended].count("DONE") == (job.state == "SUCCEEDED")
            ordered = sorted(ended, key=lambda a: a.number)
            assert all(a.end_time <= b.start_time for a, b in itertools.pairwise(ordered))
            if job.state == "SUCCEEDED":
                kept = self.state / job.adapter
                assert (kept / "weights").read_text() == chain(range(1, job.spec["steps"] + 1))
        assert max(Counter(events.values()), default=1) == 1
        self.until(lambda: not self.children(), 5, "the end of all training processes")

    def close(self) -> None:
        self.stop()
        self.bell.close()
        self.database.close()


def _redis() -> tuple[redis.Redis, str]:
    """A numbered database of Redis that no other test uses."""
    for number in range(15, 4, -1):
        client = redis.Redis.from_url(f"{REDIS}/{number}", socket_connect_timeout=2)
        try:
            if client.set("taiyi:test", "1", nx=True, ex=900):
                return client, f"{REDIS}/{number}"
        except redis.ConnectionError as error:
            pytest.skip(f"no Redis answers at {REDIS}: {error}")
        client.close()
    pytest.skip("all numbered databases of Redis are in use by other tests")


@pytest.fixture
def place_of(tmp_path) -> Iterator[Callable[[str, str], Place]]:
    """A place on a kind of database (sqlite, postgresql) and a broker."""
    with ExitStack() as stack:

        def make(kind: str, broker: str) -> Place:
            url = f"sqlite:///{tmp_path}/trainer.db" if kind == "sqlite" else stack.enter_context(postgres.fresh())
            made = Place(tmp_path, url, broker)
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture(params=["embedded", "servers"])
def place(request, place_of) -> Iterator[Place]:
    """embedded: SQLite and polling; servers: PostgreSQL, and Celery on Redis."""
    if request.param == "embedded":
        yield place_of("sqlite", "")
        return
    client, broker = _redis()
    yield place_of("postgresql", broker)
    client.delete("taiyi:test")
    client.close()


@pytest.fixture
def chance(request) -> random.Random:
    """Random numbers whose seed is printed; TAIYI_FAULT_SEED repeats a run."""
    seed = int(os.environ.get("TAIYI_FAULT_SEED", random.randrange(1 << 32)))
    print(f"seed {seed}: repeat with TAIYI_FAULT_SEED={seed}")
    return random.Random(seed)
