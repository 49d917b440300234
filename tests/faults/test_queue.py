"""Faults of the queue (services and workers as real processes): nothing accepted is lost, nothing is done by two."""

import os
import signal
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.kit.errors import Refusal

pytestmark = pytest.mark.integration


def reasons(place, job):
    return [attempt.reason for attempt in place.attempts(job)]


def messages(place, job):
    return [event.message for event in place.events(job) if event.kind == "message"]


def test_a_job_runs_to_its_end(place):
    job = place.queue(20)
    place.worker()
    place.ends(job)
    assert [e.kind for e in place.events(job)][:2] == ["created", "state"]
    assert place.job(job).progress["step"] == 20
    place.must_hold([job])


def test_1_a_killed_supervisor_takes_its_child_with_it_and_another_goes_on(place):
    job = place.queue(60, step_seconds=0.05)
    first = place.worker()
    place.steps(job, 12)
    os.kill(first.pid, signal.SIGKILL)
    died = time.monotonic()
    place.until(lambda: not place.children(), 1.0, "the child's death")
    assert time.monotonic() - died < 1
    reached = place.noted(job)
    place.worker()
    place.ends(job)
    assert reasons(place, job) == ["LEASE_LOST", "DONE"]
    resumed = min(int(s) for _, fence, s in place.lines() if fence == "2" and s != "done")
    assert reached - 5 < resumed <= reached + 1
    place.must_hold([job])


def test_2_a_killed_child_is_noted_by_its_signal_and_resumed(place):
    job = place.queue(60, step_seconds=0.05)
    place.worker()
    place.steps(job, 12)
    os.kill(place.child(), signal.SIGKILL)
    place.ends(job)
    first, second = place.attempts(job)
    assert (first.reason, first.exit_code, second.reason) == ("KILLED", -9, "DONE")
    assert any(said.startswith("resuming from step 1") for said in messages(place, job))
    place.must_hold([job])


def test_3_a_child_that_hangs_is_killed_by_the_watchdog(place):
    job = place.queue(40, step_seconds=0.05)
    place.worker(no_progress_seconds=3.0)
    place.steps(job, 6)
    os.kill(place.child(), signal.SIGSTOP)
    place.ends(job)
    assert reasons(place, job) == ["NO_PROGRESS", "DONE"]
    place.must_hold([job])


def test_4_a_frozen_supervisor_is_replaced_and_its_results_count_for_nothing(place):
    job = place.queue(160, step_seconds=0.05)
    frozen = place.worker()
    place.steps(job, 12)
    old = place.child()
    os.kill(frozen.pid, signal.SIGSTOP)
    place.worker()
    place.until(lambda: place.job(job).fence == 2, 30, "the takeover")
    os.kill(frozen.pid, signal.SIGCONT)
    place.until(lambda: old not in place.children(), 5, "the end of the old child")
    place.ends(job)
    assert reasons(place, job) == ["LEASE_LOST", "DONE"]
    assert sorted({fence for _, fence, s in place.lines() if s == "done"}) == ["2"]
    place.must_hold([job])


def test_5_after_a_power_cut_every_job_goes_on(place):
    made = [place.queue(30, step_seconds=0.03) for _ in range(4)]
    place.worker()
    place.worker()
    place.until(lambda: sum(place.noted(job) >= 6 for job in made) >= 2, 30, "two jobs under way")
    for pid in (*(worker.pid for worker in place.workers), *place.children()):
        os.kill(pid, signal.SIGKILL)
    place.reconciler.start()
    place.worker()
    place.worker()
    for job in made:
        place.ends(job)
    place.reconciler.stop()
    place.must_hold(made)


def test_8_a_hundred_nudges_are_one_claim_each(place):
    made = [place.queue(4, ring=False) for _ in range(6)]
    for _ in range(100):
        place.bell.ring("cpu")
    place.worker(lease_seconds=60.0)  # so that no pause of the machine takes a job from its owner
    place.worker(lease_seconds=60.0)
    for job in made:
        assert place.ends(job).attempt == 1, [(one.owner, one.reason) for one in place.attempts(job)]
    place.must_hold(made)


def test_9_and_10_a_request_sent_again_is_the_same_job_and_with_another_spec_is_refused(place):
    request = str(uuid.uuid4())
    with ThreadPoolExecutor(4) as pool:
        names = set(pool.map(lambda _: place.queue(4, request_id=request), range(8)))
    assert len(names) == 1
    with pytest.raises(Refusal) as refused:
        place.queue(5, request_id=request)
    assert refused.value.reason == "REQUEST_ID_REUSED"
    place.worker()
    place.ends(*names)
    place.must_hold(names)


def test_11_a_job_whose_nudge_was_never_sent_is_found(place):
    job = place.queue(4, ring=False)
    place.worker(slow_poll_seconds=600)
    place.reconciler.start()
    place.ends(job, seconds=15)
    place.reconciler.stop()


def test_15_a_full_disk_waits_and_goes_on_when_there_is_room(place):
    full = {"step": 8, "kind": "full", "until_fence": 2}
    job = place.queue(20, faults=[full])
    place.worker()
    place.ends(job)
    assert reasons(place, job) == ["DISK_FULL", "DISK_FULL", "DONE"]
    assert place.job(job).failures == 0
    place.must_hold([job])


def flip(path):
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.unlink()  # other attempts may hold a link to the same file
    path.write_bytes(bytes(raw))


def stopped_at(place, job, step):
    """Run a job up to a step and stop its worker; the weights of its checkpoints, newest first."""
    worker = place.worker()
    place.steps(job, step)
    os.kill(place.child(), signal.SIGKILL)
    place.until(lambda: place.job(job).state != "RUNNING", 10, "the end of the attempt")
    worker.send_signal(signal.SIGKILL)
    place.until(lambda: not place.children(), 5, "the end of the child")
    found = (place.state / "jobs" / job).glob("attempt-*/checkpoints/*/checkpoint-*/weights")
    return sorted(found, key=lambda path: int(path.parent.name.rpartition("-")[2]), reverse=True)


@pytest.mark.parametrize("damage", ["17 truncated", "18 flipped"])
def test_17_18_a_damaged_checkpoint_is_passed_over_for_the_one_before(place, damage):
    job = place.queue(40, step_seconds=0.05, every=3)
    newest, *_ = stopped_at(place, job, 14)
    if "truncated" in damage:
        newest.write_bytes(newest.read_bytes()[:10])
    else:
        flip(newest)
    place.worker()
    place.ends(job)
    assert any("passing over checkpoint-" in said and "not as it was written" in said for said in messages(place, job))
    place.must_hold([job])


def test_18_where_all_checkpoints_are_damaged_the_job_fails_and_starts_anew_only_when_asked(place):
    from services.trainer.store import jobs

    job = place.queue(40, step_seconds=0.05, every=3)
    for weights in stopped_at(place, job, 14):
        flip(weights)
    place.worker()
    assert place.ends(job, "FAILED").reason == "DATA_LOSS"
    jobs.retry(place.database, job, str(uuid.uuid4()))
    place.bell.ring("cpu")
    place.ends(job)
    place.must_hold([job])


def test_20_what_is_trained_on_may_not_change_between_attempts(place):
    from sqlalchemy import update

    from services.trainer.models import Job
    from services.trainer.store import jobs

    job = place.queue(40, step_seconds=0.05, every=3)
    stopped_at(place, job, 14)
    changed = {**place.job(job).spec, "fingerprint": "f" * 64}
    with place.database.writing() as session:
        session.execute(update(Job).where(Job.id == job).values(spec=changed))
    place.worker()
    assert place.ends(job, "FAILED").reason == "INPUTS_CHANGED"
    assert jobs.retry(place.database, job, str(uuid.uuid4())).fingerprint == ""


def test_34_a_job_that_always_crashes_fails_with_its_last_words_and_the_queue_moves_on(place):
    poison = place.queue(9, faults=[{"step": 3, "kind": "signal", "number": 11}], max_attempts=2)
    good = place.queue(4)
    place.worker()
    place.ends(good)
    found = place.ends(poison, "FAILED")
    assert found.reason == "ATTEMPTS_EXHAUSTED"
    assert [a.exit_code for a in place.attempts(poison)] == [-11, -11]
    place.must_hold([poison, good])


def test_a_worker_told_to_end_saves_and_gives_the_job_back(place):
    job = place.queue(100, step_seconds=0.05, every=50)
    worker = place.worker()
    place.steps(job, 7)
    worker.terminate()
    assert worker.wait(15) == 0
    found = place.job(job)
    assert (found.state, found.reason, found.failures) == ("QUEUED", "WORKER_SHUTDOWN", 0)
    reached = place.noted(job)
    place.worker()
    place.until(lambda: place.job(job).fence == 2 and place.noted(job) > reached, 20, "the job to go on")
    place.until(lambda: f"resuming from step {reached}" in messages(place, job), 5, "word of the step it went on from")


def test_a_cancelled_job_keeps_its_last_checkpoint_and_a_retry_goes_on_from_it(place):
    from services.trainer.store import jobs

    job = place.queue(60, step_seconds=0.05, every=50)
    place.worker()
    place.steps(job, 7)
    jobs.cancel(place.database, job)
    place.ends(job, "CANCELLED")
    assert reasons(place, job) == ["CANCELLED_BY_USER"]
    reached = place.noted(job)
    jobs.retry(place.database, job, str(uuid.uuid4()))
    place.bell.ring("cpu")
    place.ends(job)
    assert f"resuming from step {reached}" in messages(place, job)
    place.must_hold([job])


def test_a_job_that_ignores_everything_is_killed_at_its_time_limit(place):
    job = place.queue(9, faults=[{"step": 3, "kind": "hang"}], time_limit_seconds=1, max_attempts=1)
    place.worker(grace_seconds=1.0)
    place.ends(job, "FAILED")
    assert reasons(place, job) == ["TIME_LIMIT"]
    place.must_hold([job])


def test_a_finished_attempt_whose_supervisor_died_before_it_told_is_not_run_again(place_of, monkeypatch):
    from services.trainer.store import leases
    from services.trainer.supervisor import Supervisor, Terms

    own = place_of("sqlite", "")
    job = own.queue(6)
    root = Path.cwd()
    monkeypatch.setenv("PYTHONPATH", f"{root}:{root / 'proto/gen'}")
    command = (sys.executable, str(Path(__file__).with_name("stepper.py")))
    terms = Terms(state=own.state, root=own.root, owner="me", command=command, lease_seconds=1.0, heartbeat_seconds=0.2)
    claims = []
    for dies in (True, False):
        own.until(lambda: (claim := leases.claim(own.database, "cpu", "me", 1.0)) and claims.append(claim) is None, 5)
        with monkeypatch.context() as patch:
            if dies:
                patch.setattr(leases, "finish", lambda *_: False)
            assert Supervisor(own.database, terms, threading.Event(), claims.pop()).run() is not dies
    own.ends(job)
    assert [(fence, said) for _, fence, said in own.lines()] == [("1", str(step)) for step in range(1, 7)] + [
        ("1", "done")
    ]
    own.must_hold([job])
