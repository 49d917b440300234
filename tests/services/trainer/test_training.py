"""A real model trained through the queue, killed on the way, ends as one that nobody disturbed: same curve, same bits."""

import contextlib
import os
import signal
import threading
import time
import uuid

import msgspec
import pytest
from safetensors.torch import load_file
from taiyi_api.trainer.v1 import trainer_service_pb2 as pb

from services.kit import migrations
from services.kit.database import Database
from services.trainer import convert, orders
from services.trainer.schema import SCHEMA
from services.trainer.store import jobs, leases, reads
from services.trainer.supervisor import Supervisor, Terms
from taiyi import jsonl, manifest, params, training
from taiyi.llm.finetune import HISTORY, finetune
from taiyi.llm.spec import TrainResult

SPEC = {"queue": "cpu", "stage": "stage1", "tokens": "data/tokens/stage1.arrow", "base_model": "base_model"}


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path}/trainer.db")
    migrations.upgrade(made, SCHEMA)
    yield made
    made.close()


@pytest.fixture
def supervise(database, repository, tmp_path, monkeypatch):
    """Claim the next job and run one attempt at it; interrupt: (database, claim, stop) -> None, on a thread beside it."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", f"{os.getcwd()}:{os.getcwd()}/proto/gen")

    def run(interrupt=None, **changes):
        claim = leases.claim(database, "cpu", "me")
        told = {"heartbeat_seconds": 0.2, "news_seconds": 0.1, "first_wait_seconds": 0.0, "save_every_seconds": 0.0}
        terms = Terms(state=tmp_path / "state", root=repository, owner="me", **(told | changes))
        stop = threading.Event()
        beside = threading.Thread(target=interrupt, args=(claim, stop)) if interrupt else None
        if beside:
            beside.start()
        assert Supervisor(database, terms, stop, claim).run()
        if beside:
            beside.join()

    return run


@pytest.fixture
def undisturbed(repository, tmp_path, monkeypatch):
    """Train stage 1 as the pipeline does, in this process and to the end; the adapter's folder."""
    monkeypatch.syspath_prepend(os.getcwd())

    def run(told):
        with contextlib.chdir(repository):
            finetune(
                training.spec(told, "stage1"),
                repository / "data/base_model",
                repository / "data/tokens/stage1.arrow",
                tmp_path / "whole",
                resume_folder=tmp_path / "whole_checkpoints",
                evaluate=training.dev_scorer(told, "stage1"),
            )
        return tmp_path / "whole"

    return run


def queue(database, repository, tmp_path, **changes):
    request = pb.CreateJobRequest(request_id=str(uuid.uuid4()), spec=pb.JobSpec(**(SPEC | changes)))
    return jobs.create(database, convert.new_job(request, repository, orders.store(tmp_path / "state"))).id


def told(database, job, kind):
    return [event for event in reads.events(database, job, 0, most=10_000)[1] if event.kind == kind]


def adapter(database, job, tmp_path):
    found = reads.get(database, job)[0]
    assert found.state == "SUCCEEDED", (found.state, found.reason, found.message)
    folder = tmp_path / "state" / found.adapter
    assert found.adapter == f"artefacts/{manifest.digest(folder)}"
    return folder


def curve(folder):
    history = jsonl.read_json(folder / HISTORY, TrainResult).history
    return [(row.step, row.loss, row.learning_rate, row.scores) for row in history]


def at_step(database, step, act):
    """Act once the job has told of a step."""

    def interrupt(claim, stop):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if any(e.progress and e.progress["step"] >= step for e in told(database, claim.id, "checkpoint")):
                return act(claim, stop)
            time.sleep(0.05)
        raise AssertionError("the step was not reached")

    return interrupt


def test_killed_stopped_and_resumed_it_ends_with_the_same_curve_and_the_same_bits(
    database, repository, supervise, undisturbed, tmp_path
):
    import torch

    one = undisturbed(params.load(repository / "params.yaml"))
    job = queue(database, repository, tmp_path)

    def kill(claim, stop):
        pid = int(
            next((tmp_path / "state/jobs" / claim.id).glob(f"attempt-{claim.fence}/checkpoints/*/lock")).read_text()
        )
        os.kill(pid, signal.SIGKILL)

    supervise(at_step(database, 4, kill))
    assert reads.get(database, job)[0].reason == "KILLED"
    supervise(at_step(database, 12, lambda claim, stop: stop.set()))
    kept = [path.parts[-4] for path in (tmp_path / "state/jobs" / job).glob("attempt-*/checkpoints/*/checkpoint-*")]
    assert kept == ["attempt-2", "attempt-2"]  # the first attempt's are not needed any more
    supervise()
    assert [a.reason for a in reads.get(database, job)[1]] == ["KILLED", "WORKER_SHUTDOWN", "DONE"]
    other = adapter(database, job, tmp_path)
    assert curve(one) == curve(other)
    weights, same = (load_file(folder / "adapter_model.safetensors") for folder in (one, other))
    assert weights.keys() == same.keys()
    assert all(torch.equal(weights[name], same[name]) for name in weights)
    assert any("resuming from step" in event.message for event in told(database, job, "message"))
    assert not (tmp_path / "state/jobs" / job).exists()
    found = reads.get(database, job)[0]
    assert (found.progress["step"], found.progress["steps"]) == (40, 40)
    assert "score" in found.progress["dev_scores"]


def test_a_stop_between_two_logged_steps_keeps_the_curve(database, repository, supervise, undisturbed, tmp_path):
    """Stopped wherever it is, not only where a checkpoint was due: sums of the loss go on too."""
    train = msgspec.json.encode(
        {
            "lora": {"rank": 4, "alpha": 8, "dropout": 0.1, "train_embeddings": True},
            "stage1": {"tasks": ["tc"], "learning_rate": 0.01, "epochs": 0, "steps": 40, "batch_size": 4},
            "stage2": {"tasks": ["tc"], "learning_rate": 0.01, "epochs": 0, "steps": 40, "batch_size": 4},
        }
    ).decode()
    known = params.load(repository / "params.yaml")
    over = msgspec.structs.replace(known, train=convert.over(known.train, train))
    one = undisturbed(over)
    job = queue(database, repository, tmp_path, train_json=train)

    def soon(claim, stop):
        while not told(database, claim.id, "progress"):
            time.sleep(0.05)
        stop.set()

    supervise(soon)
    found = reads.get(database, job)[0]
    assert (found.state, found.reason) == ("QUEUED", "WORKER_SHUTDOWN")
    resumed_from = told(database, job, "checkpoint")[-1].progress["step"]
    assert 0 < resumed_from < 40
    supervise()
    other = adapter(database, job, tmp_path)
    assert curve(one) == curve(other)
    assert (one / "adapter_model.safetensors").read_bytes() == (other / "adapter_model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("changes", "reason", "said"),
    [
        ({"base_model": "tokens"}, "INVALID_JOB", "config.json is missing"),
        ({"stage": "stage1", "start_from": "base_model"}, "INVALID_JOB", "holds no finished adapter"),
    ],
)
def test_what_no_retry_mends_fails_at_once_and_says_why(
    database, repository, supervise, tmp_path, changes, reason, said
):
    job = queue(database, repository, tmp_path, **changes)
    supervise()
    found = reads.get(database, job)[0]
    assert (found.state, found.reason, found.attempt) == ("FAILED", reason, 1)
    assert said in found.message
