"""TrainerService over a real channel: requests by their id, refusals by their field, events without gaps or repeats."""

import threading
import time
import uuid

import grpc
import pytest
from taiyi_api.trainer.v1 import trainer_service_pb2 as pb
from taiyi_api.trainer.v1 import trainer_service_pb2_grpc as stubs

from services.kit import migrations
from services.kit.database import Database
from services.kit.settings import Limits, Settings
from services.trainer import wiring
from services.trainer.schema import SCHEMA
from services.trainer.store import leases
from services.trainer.store.leases import News, Outcome
from tests.services.blocking import SECONDS, refused, served

SPEC = {"queue": "cpu", "stage": "stage1", "tokens": "tokens/stage1.arrow", "base_model": "data/base_model"}


class Client:
    """The service's stub, and the queue's database beside it, as a worker has it."""

    def __init__(self, settings, server):
        self.address, self.stub = server.running.address, stubs.TrainerServiceStub(server.channel)
        self.database = Database(settings.database_of("trainer"))

    def create(self, request_id="", **changes):
        spec = pb.JobSpec(**(SPEC | changes))
        request = pb.CreateJobRequest(request_id=request_id or str(uuid.uuid4()), spec=spec)
        return self.stub.CreateJob(request, timeout=SECONDS).job

    def get(self, name):
        return self.stub.GetJob(pb.GetJobRequest(name=name), timeout=SECONDS).job

    def list(self, **told):
        return self.stub.ListJobs(pb.ListJobsRequest(**told), timeout=SECONDS)

    def claim(self):
        return leases.claim(self.database, "cpu", "worker")


@pytest.fixture
def client(database_url, repository, tmp_path):
    if not database_url.startswith("sqlite"):
        made = Database(database_url)
        migrations.upgrade(made, SCHEMA)
        made.close()
    settings = Settings(root=repository, state=tmp_path / "state", database=database_url, limits=Limits(queue=30))
    with served(settings, wiring.service) as server:
        made = Client(settings, server)
        yield made
        made.database.close()


def test_a_job_is_queued_found_and_told_with_its_attempts(client):
    made = client.create(max_attempts=0, priority=3)
    assert (made.state, made.max_attempts, made.spec.tokens) == (pb.JOB_STATE_QUEUED, 3, "tokens/stage1.arrow")
    claim = client.claim()
    leases.heartbeat(
        client.database, claim, [News("progress", progress={"step": 2, "steps": 9, "dev_scores": {"ner": 0.5}})]
    )
    running = client.get(made.name)
    assert (running.state, running.owner, running.attempt) == (pb.JOB_STATE_RUNNING, "worker", 1)
    assert (running.progress.step, dict(running.progress.dev_scores)) == (2, {"ner": 0.5})
    assert not running.progress.HasField("loss")
    leases.finish(client.database, claim, Outcome(kind="failure", reason="PROGRAM_FAILED", exit_code=-9))
    (attempt,) = client.get(made.name).attempts
    assert (attempt.number, attempt.exit_code, attempt.reason) == (1, -9, "PROGRAM_FAILED")
    assert attempt.end_time.seconds >= attempt.start_time.seconds > 0


def test_the_same_request_gives_the_same_job_and_another_spec_is_refused(client):
    request = str(uuid.uuid4())
    assert client.create(request).name == client.create(request).name
    answer = refused(lambda: client.create(request, priority=1))
    assert (answer.code, answer.reason) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED")
    assert len(client.list().jobs) == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"train_json": '{"learning_rat": 1}'}, "spec.train_json", "learning_rat"),
        ({"train_json": "{"}, "spec.train_json", "truncated"),
        ({"tokens": "../../etc/passwd"}, "spec.tokens", "no path below the data folder"),
        ({"tokens": "tokens/stage9.arrow"}, "spec.tokens", "does not exist"),
        ({"base_model": "artefacts/12"}, "spec.base_model", "no sha256"),
        ({"start_from": f"artefacts/{'0' * 64}"}, "spec.start_from", "no artefact"),
        ({"stage": "stage3"}, "spec.stage", ""),
        ({"queue": "GPU"}, "spec.queue", ""),
    ],
)
def test_a_spec_that_cannot_be_is_refused_by_its_field(client, changes, field, said):
    answer = refused(lambda: client.create(**changes))
    assert (answer.code, answer.fields) == ("INVALID_ARGUMENT", (field,))
    assert said in answer.message
    assert not client.list().jobs


def test_unknown_jobs_and_wrong_states_are_refused(client):
    name = "jobs/0123456789abcdef"
    for call in (
        lambda: client.get(name),
        lambda: client.stub.CancelJob(pb.CancelJobRequest(name=name), timeout=SECONDS),
        lambda: client.stub.WatchJob(pb.WatchJobRequest(name=name), timeout=SECONDS),
    ):
        assert refused(call).code == "NOT_FOUND"
    made = client.create()
    retry = pb.RetryJobRequest(request_id=str(uuid.uuid4()), name=made.name)
    answer = refused(lambda: client.stub.RetryJob(retry, timeout=SECONDS))
    assert (answer.code, answer.reason) == ("FAILED_PRECONDITION", "WRONG_STATE")


def test_cancel_and_retry(client):
    made = client.create()
    for _ in range(2):
        ended = client.stub.CancelJob(pb.CancelJobRequest(name=made.name), timeout=SECONDS).job
        assert (ended.state, ended.reason) == (pb.JOB_STATE_CANCELLED, "CANCELLED_BY_USER")
    retry = pb.RetryJobRequest(request_id=str(uuid.uuid4()), name=made.name)
    for _ in range(2):
        assert client.stub.RetryJob(retry, timeout=SECONDS).job.state == pb.JOB_STATE_QUEUED


def test_pages_newest_first_and_filters(client):
    made = [client.create(queue=queue).name for queue in ("cpu", "gpu_large", "cpu", "cpu", "cpu")]
    names, token = [], ""
    while True:
        page = client.list(page_size=2, page_token=token)
        names += [job.name for job in page.jobs]
        token = page.next_page_token
        if not token:
            break
    assert names == made[::-1]
    assert [job.name for job in client.list(filter='queue = "gpu_large" AND state = QUEUED').jobs] == [made[1]]
    first = client.list(page_size=2).next_page_token
    assert refused(lambda: client.list(page_token=first, filter="state = QUEUED")).fields == ("page_token",)
    assert refused(lambda: client.list(filter="owner = me")).fields == ("filter",)


def test_a_full_queue_is_said(client):
    for _ in range(30):
        client.create()
    assert refused(client.create).reason == "QUEUE_FULL"


def test_30_a_watcher_cut_off_ten_times_sees_every_event_once(client):
    made = client.create()
    claim = client.claim()

    def work():
        for step in range(60):
            leases.heartbeat(client.database, claim, [News("progress", progress={"step": step})])
            time.sleep(0.01)
        leases.finish(client.database, claim, Outcome(kind="done", adapter="artefacts/x"))

    worker = threading.Thread(target=work)
    worker.start()
    seen: list[int] = []
    for cut in range(11):
        with grpc.insecure_channel(client.address) as channel:
            request = pb.WatchJobRequest(name=made.name, resume_after=seen[-1] if seen else 0)
            for answer in stubs.TrainerServiceStub(channel).WatchJob(request, timeout=SECONDS):
                seen.append(answer.event.sequence)
                if cut < 10 and len(seen) % 5 == 0:
                    break
    worker.join()
    assert seen == list(range(1, 64))


def test_watching_an_ended_job_ends_and_what_is_not_yet_is_refused(client):
    made = client.create()
    client.stub.CancelJob(pb.CancelJobRequest(name=made.name), timeout=SECONDS)
    watched = list(client.stub.WatchJob(pb.WatchJobRequest(name=made.name), timeout=SECONDS))
    assert [(w.event.kind, w.event.state) for w in watched] == [
        ("created", pb.JOB_STATE_QUEUED),
        ("state", pb.JOB_STATE_CANCELLED),
    ]
    assert not list(client.stub.WatchJob(pb.WatchJobRequest(name=made.name, resume_after=2), timeout=SECONDS))
    ahead = pb.WatchJobRequest(name=made.name, resume_after=9)
    assert refused(lambda: client.stub.WatchJob(ahead, timeout=SECONDS)).fields == ("resume_after",)
