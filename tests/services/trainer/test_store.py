"""The queue's store: one request is one job, one fence writes, events have no gaps, ends are counted by their kind."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from services.kit import filters
from services.kit.errors import Refusal
from services.trainer.states import MOST_DISRUPTIONS
from services.trainer.store import jobs, leases, reads
from services.trainer.store.leases import News, Outcome


def queued(database, **changes):
    told = {"request_id": str(uuid.uuid4()), "spec": {"a": 1}, "params": {}, "queue": "cpu"} | changes
    return jobs.create(database, jobs.NewJob(**told))


def state(database, job):
    found = reads.get(database, job.id)[0]
    return found.state, found.reason


def sequences(database, job):
    return [event.sequence for event in reads.events(database, job.id, 0)[1]]


FAILED = Outcome(kind="failure", reason="PROGRAM_FAILED", message="boom", exit_code=1)
LOST = Outcome(kind="disruption", reason="WORKER_SHUTDOWN", exit_code=143)


def test_the_same_request_is_the_same_job_even_at_once(database):
    request = str(uuid.uuid4())
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: queued(database, request_id=request).id, range(12)))
    assert len(set(made)) == 1
    assert len(reads.page(database, None, 0, 10)) == 1
    assert sequences(database, queued(database, request_id=request)) == [1]


def test_the_same_request_with_another_spec_is_refused_and_queues_nothing(database):
    first = queued(database)
    with pytest.raises(Refusal, match="another spec") as refused:
        queued(database, request_id=first.request_id, spec={"a": 2})
    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")
    assert len(reads.page(database, None, 0, 10)) == 1


def test_a_full_queue_says_so(database):
    for _ in range(2):
        jobs.create(database, jobs.NewJob(request_id=str(uuid.uuid4()), spec={}, params={}, queue="cpu"), 2)
    with pytest.raises(Refusal, match="2 jobs wait") as refused:
        jobs.create(database, jobs.NewJob(request_id=str(uuid.uuid4()), spec={}, params={}, queue="cpu"), 2)
    assert refused.value.reason == "QUEUE_FULL"


def test_jobs_are_claimed_once_each_by_priority_then_age_and_from_their_own_queue(database):
    made = [queued(database, priority=p).id for p in (0, 5, 0)]
    queued(database, queue="gpu_large")
    claimed = [leases.claim(database, "cpu", "me").id for _ in range(3)]
    assert claimed == [made[1], made[0], made[2]]
    assert leases.claim(database, "cpu", "me") is None


def test_many_claimers_get_each_job_once(database):
    made = {queued(database).id for _ in range(20)}
    start, claimed, lock = threading.Barrier(5), [], threading.Lock()

    def work(name):
        start.wait()
        while (found := leases.claim(database, "cpu", name)) is not None:
            with lock:
                claimed.append(found.id)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, "abcde"))
    assert sorted(claimed) == sorted(made)


def test_a_lost_lease_is_taken_over_and_the_old_fence_changes_nothing(database):
    job = queued(database)
    old = leases.claim(database, "cpu", "old", lease_seconds=0.05)
    time.sleep(0.1)
    new = leases.claim(database, "cpu", "new")
    assert (new.id, new.fence, new.attempt) == (old.id, old.fence + 1, 2)
    before = sequences(database, job)
    assert not leases.heartbeat(database, old, [News("progress", progress={"step": 99})]).held
    assert not leases.finish(database, old, Outcome(kind="done", adapter="artefacts/wrong"))
    assert sequences(database, job) == before
    assert leases.finish(database, new, Outcome(kind="done", adapter="artefacts/right"))
    found, attempts = reads.get(database, job.id)
    assert (found.state, found.adapter) == ("SUCCEEDED", "artefacts/right")
    assert [(a.number, a.owner, a.reason) for a in attempts] == [(1, "old", "LEASE_LOST"), (2, "new", "DONE")]


def test_failures_use_up_attempts_and_disruptions_do_not(database):
    job = queued(database, max_attempts=2)
    for _ in range(4):
        leases.finish(database, leases.claim(database, "cpu", "me"), LOST)
    assert state(database, job) == ("QUEUED", "WORKER_SHUTDOWN")
    leases.finish(database, leases.claim(database, "cpu", "me"), FAILED)
    assert state(database, job) == ("RETRY_WAIT", "PROGRAM_FAILED")
    assert leases.claim(database, "cpu", "me") is None  # it waits
    wake(database, job)
    leases.finish(database, leases.claim(database, "cpu", "me"), FAILED)
    assert state(database, job) == ("FAILED", "ATTEMPTS_EXHAUSTED")
    assert "boom" in reads.get(database, job.id)[0].message
    assert sequences(database, job) == list(range(1, len(sequences(database, job)) + 1))


def wake(database, job):
    from sqlalchemy import update

    from services.trainer.models import Job

    with database.writing() as session:
        session.execute(update(Job).where(Job.id == job.id).values(not_before=Job.create_time))


def test_too_many_disruptions_end_a_job(database):
    job = queued(database)
    for _ in range(MOST_DISRUPTIONS):
        leases.finish(database, leases.claim(database, "cpu", "me"), LOST)
    assert state(database, job) == ("FAILED", "DISRUPTIONS_EXHAUSTED")


def test_a_waiting_job_is_cancelled_at_once_a_running_one_by_its_worker(database):
    waiting, running = queued(database), queued(database)
    assert jobs.cancel(database, waiting.id).state == "CANCELLED"
    assert jobs.cancel(database, waiting.id).events == 2  # asked again, the same answer
    claimed = leases.claim(database, "cpu", "me")
    assert jobs.cancel(database, running.id).state == "RUNNING"
    assert leases.heartbeat(database, claimed).cancelled
    leases.finish(database, claimed, Outcome(kind="cancelled", reason="CANCELLED_BY_USER", exit_code=143))
    assert state(database, running) == ("CANCELLED", "CANCELLED_BY_USER")


def test_a_cancelled_job_whose_worker_is_lost_is_ended_by_the_sweep(database):
    job = queued(database)
    leases.claim(database, "cpu", "me", lease_seconds=0.05)
    jobs.cancel(database, job.id)
    time.sleep(0.1)
    assert leases.claim(database, "cpu", "other") is None
    assert leases.sweep(database) == []
    assert state(database, job) == ("CANCELLED", "CANCELLED_BY_USER")


def test_the_sweep_names_queues_with_work(database):
    queued(database)
    queued(database, queue="gpu_large")
    assert leases.sweep(database) == ["cpu", "gpu_large"]


def test_a_failed_job_is_retried_with_its_failures_forgotten_and_a_good_one_is_not(database):
    job = queued(database, max_attempts=1)
    leases.finish(database, leases.claim(database, "cpu", "me"), FAILED)
    request = str(uuid.uuid4())
    assert jobs.retry(database, job.id, request).state == "QUEUED"
    claimed = leases.claim(database, "cpu", "me")
    assert jobs.retry(database, job.id, request).state == "RUNNING"  # the same request again
    leases.finish(database, claimed, Outcome(kind="done", adapter="artefacts/x"))
    for wish in (lambda: jobs.retry(database, job.id, str(uuid.uuid4())), lambda: jobs.cancel(database, job.id)):
        with pytest.raises(Refusal) as refused:
            wish()
        assert refused.value.code is grpc.StatusCode.FAILED_PRECONDITION


def test_retrying_after_data_loss_leaves_the_damaged_checkpoints_alone(database):
    job = queued(database)
    claimed = leases.claim(database, "cpu", "me")
    leases.finish(database, claimed, Outcome(kind="fatal", reason="DATA_LOSS", exit_code=78))
    jobs.retry(database, job.id, str(uuid.uuid4()))
    assert leases.claim(database, "cpu", "me").resume_after_fence == claimed.fence


def test_events_after_a_number_come_without_gaps_or_repeats(database):
    job = queued(database)
    claimed = leases.claim(database, "cpu", "me")
    with ThreadPoolExecutor(4) as pool:
        news = [[News("progress", progress={"step": n})] for n in range(20)]
        list(pool.map(lambda told: leases.heartbeat(database, claimed, told), news))
    assert sequences(database, job) == list(range(1, 23))
    assert [e.sequence for e in reads.events(database, job.id, 5, most=3)[1]] == [6, 7, 8]


def test_pages_and_filters(database):
    made = [queued(database, queue=q).id for q in ("cpu", "gpu_large", "cpu")]
    jobs.cancel(database, made[0])

    def found(text):
        return [job.id for job in reads.page(database, filters.parse(text, reads.FIELDS), 0, 10)]

    assert found("") == made[::-1]
    assert found("queue = cpu AND NOT state = CANCELLED") == [made[2]]
    assert found("state = CANCELLED OR queue = gpu*") == [made[1], made[0]]
    assert found('reason != "CANCELLED_BY_USER"') == made[:0:-1]
    first = reads.page(database, None, 0, 2)
    assert [job.id for job in reads.page(database, None, first[-1].number, 2)] == [made[0]]


def test_one_process_at_a_time_holds_a_guard(database):
    assert leases.guard(database, "reconciler", "a", 0.3)
    assert not leases.guard(database, "reconciler", "b", 0.3)
    assert leases.guard(database, "reconciler", "a", 0.3)
    time.sleep(0.4)
    assert leases.guard(database, "reconciler", "b", 0.3)


def test_32_no_clock_of_a_machine_is_asked_what_time_it_is():
    """Leases are in database time and durations monotonic, so that a clock that steps changes nothing."""
    import services.trainer

    sources = {path: path.read_text() for path in Path(services.trainer.__file__).parent.rglob("*.py")}
    asked = [path.name for path, text in sources.items() if "time.time(" in text or "datetime.now" in text]
    assert asked == []
