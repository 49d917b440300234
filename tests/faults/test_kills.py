"""Many jobs, random kills: every accepted job ends once, none is lost, none is run by two owners.

TAIYI_FAULT_JOBS and TAIYI_FAULT_KILLS make it long (1,000 and 100: see docs/experiments.md); the seed is printed.
"""

import os
import signal
import time
from contextlib import suppress

import pytest

from services.trainer.states import ENDED

pytestmark = pytest.mark.integration
JOBS, KILLS = int(os.environ.get("TAIYI_FAULT_JOBS", "40")), int(os.environ.get("TAIYI_FAULT_KILLS", "8"))


def test_jobs_outlive_random_kills(place, chance):
    settings = {"lease_seconds": 3.0, "slow_poll_seconds": 1.0}
    running = [place.worker(**settings) for _ in range(2)]
    place.reconciler.start()
    made = [place.queue(chance.randint(3, 12), every=3, step_seconds=0.01, max_attempts=100) for _ in range(JOBS)]
    kills = {"supervisor": 0, "child": 0, "both": 0}
    began = time.monotonic()
    while sum(kills.values()) < KILLS and any(place.job(job).state not in ENDED for job in made):
        time.sleep(chance.uniform(0.3, 1.5))
        kind = chance.choice(sorted(kills))
        chosen = chance.randrange(len(running))
        children = place.children()
        if kind != "supervisor" and not children:
            continue
        if kind != "supervisor":
            kill(chance.choice(children))
        if kind != "child":
            kill(running[chosen].pid)
            running[chosen].wait()
            running[chosen] = place.worker(**settings)
        kills[kind] += 1
    place.until(lambda: all(place.job(job).state in ENDED for job in made), 60 + 3 * JOBS, "the end of all jobs")
    place.reconciler.stop()
    seconds = time.monotonic() - began
    print(f"{JOBS} jobs, kills {kills}, {seconds:.0f} s, attempts {sum(place.job(job).attempt for job in made)}")
    assert all(place.job(job).state == "SUCCEEDED" for job in made)
    place.must_hold(made)
    owners_do_not_overlap(place, made)


def owners_do_not_overlap(place, made):
    """Under a fence each step is written once; done is written by one, or by nobody after a successor's word."""
    seen = set()
    for job, fence, said in place.lines():
        assert (job, fence, said) not in seen, f"{job}: {said} twice under fence {fence}"
        seen.add((job, fence, said))
    assert {job for job, _, said in seen if said == "done"} == set(made)


def kill(pid):
    with suppress(ProcessLookupError):  # it may have ended by itself in the meantime
        os.kill(pid, signal.SIGKILL)
