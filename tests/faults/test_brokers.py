"""Faults of what the queue stands on: a broker that is away, restarts or holds garbage; a database that is locked or gone."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import uuid

import pytest
import redis

from services.kit.errors import DatabaseAway
from services.trainer.dispatch import Bell
from services.trainer.store import leases
from tests.services import postgres

pytestmark = pytest.mark.integration


class Broker:
    """A Redis of the test's own, without persistence, that can be stopped."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = redis.Redis(port=self.port)
        for _ in range(100):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                time.sleep(0.05)
        client.close()

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def broker():
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    made = Broker()
    yield made
    made.stop()


@pytest.fixture
def own(place_of, broker):
    """SQLite, and Celery on the test's own Redis."""
    return place_of("sqlite", broker.url)


def test_6_a_job_queued_while_the_broker_is_away_starts_soon_all_the_same(own, broker):
    began = time.monotonic()
    job = own.queue(4)
    assert own.bell.failures == 1 and time.monotonic() - began < 15
    broker.start()
    own.worker(slow_poll_seconds=600)
    own.reconciler.start()
    own.ends(job, seconds=30)
    own.reconciler.stop()
    own.must_hold([job])


def test_6_without_any_broker_the_worker_still_finds_it(own):
    job = own.queue(4)
    own.worker()
    own.ends(job, seconds=30)
    own.must_hold([job])


def test_7_a_broker_that_restarts_empty_disturbs_no_running_job_and_loses_no_queued_one(own, broker):
    broker.start()
    running, waiting = own.queue(60, step_seconds=0.05), own.queue(4)
    own.worker()
    own.steps(running, 5)
    broker.stop()
    time.sleep(1)
    broker.start()
    own.reconciler.start()
    for job in (running, waiting):
        assert own.ends(job).attempt == 1
    own.reconciler.stop()
    own.must_hold([running, waiting])


def test_35_garbage_in_the_broker_stops_nobody(own, broker):
    broker.start()
    worker = own.worker(slow_poll_seconds=600)
    first = own.queue(4)
    own.ends(first)
    with redis.Redis(port=broker.port) as client:
        for garbage in (b"garbage", b"\x00\xff", b'{"body": 1}', b"[]"):
            client.lpush("taiyi.cpu", garbage)
    own.bell._app.send_task("taiyi.unknown", args=["x"], queue="taiyi.cpu")
    own.bell._app.send_task("taiyi.look", args=[{"not": "a queue"}, 7], queue="taiyi.cpu")
    second = own.queue(4)
    own.reconciler.start()
    own.ends(second, seconds=30)
    own.reconciler.stop()
    assert worker.poll() is None
    own.must_hold([first, second])


def test_a_nudge_waits_for_no_broker_that_does_not_answer():
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(1)
        bell = Bell(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0")
        began = time.monotonic()
        assert not bell.ring("cpu")
        assert time.monotonic() - began < 10
        bell.close()


def test_13_a_database_that_is_locked_loses_no_lease_and_claims_nothing_twice(place_of):
    own = place_of("sqlite", "")
    job = own.queue(80, step_seconds=0.05)
    own.worker(lease_seconds=12.0)
    own.steps(job, 5)
    with sqlite3.connect(own.root / "trainer.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(4)
        other.execute("COMMIT")
    other.close()
    assert own.ends(job).attempt == 1
    own.must_hold([job])


def test_14_a_database_server_that_ends_all_connections_is_found_again(place_of):
    own = place_of("postgresql", "")
    made = [own.queue(40, step_seconds=0.05) for _ in range(2)]
    own.worker()
    own.steps(made[0], 5)
    for _ in range(3):
        postgres.let_in(own.url, False)
        postgres.terminate(own.url)
        with pytest.raises(DatabaseAway):
            leases.sweep(own.database)
        time.sleep(0.5)
        postgres.let_in(own.url, True)
    for job in made:
        assert own.ends(job).attempt == 1
    own.must_hold(made)


def test_31_a_worker_cut_off_from_the_database_stops_itself_before_another_begins(place_of):
    own = place_of("postgresql", "")
    job = own.queue(200, step_seconds=0.05)
    own.worker(lease_seconds=3.0)
    own.steps(job, 5)
    child = own.child()
    postgres.let_in(own.url, False)
    postgres.terminate(own.url)
    began = time.monotonic()
    own.until(lambda: child not in own.children(), 10, "the end of the training process")
    assert time.monotonic() - began < 3.0
    postgres.let_in(own.url, True)
    own.ends(job)
    assert [attempt.reason for attempt in own.attempts(job)] == ["LEASE_LOST", "DONE"]
    own.must_hold([job])


def test_12_a_service_killed_before_it_commits_leaves_no_job_and_the_same_request_makes_one(place_of):
    own = place_of("sqlite", "")
    request = str(uuid.uuid4())
    pid = os.fork()
    if pid == 0:
        from services.trainer.store import rows

        rows.record = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
        own.database.engine.dispose(close=False)
        own.queue(4, request_id=request)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -9
    from services.trainer.store import reads

    assert reads.page(own.database, None, 0, 10) == []
    job = own.queue(4, request_id=request)
    own.worker()
    own.ends(job)
    own.must_hold([job])


def test_21_two_trainers_in_one_folder_are_one_and_one_that_tries_later(tmp_path):
    from taiyi import process

    with process.exclusive(tmp_path / "run"), pytest.raises(process.Held), process.exclusive(tmp_path / "run"):
        pass


def test_21_a_child_whose_folder_is_held_leaves_with_75(place_of):
    from taiyi import process

    own = place_of("sqlite", "")
    job = own.queue(6)
    home = own.state / "jobs" / job / "attempt-1/checkpoints" / HOME
    with process.exclusive(home):
        own.worker()
        own.until(lambda: own.attempts(job) and own.attempts(job)[0].exit_code == 75, 20, "exit status 75")
    own.ends(job)
    assert [attempt.reason for attempt in own.attempts(job)] == ["TRY_LATER", "DONE"]


HOME = "3ea764f126993db3"
"""The stepper's fingerprint."""
