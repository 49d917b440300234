"""The Python client: addresses, errors by kind, pages, and a watch that outlives its server."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from services.kit import tokens
from taiyi_client import Client, Conflict, NotFound, Refused, ServiceError, Unavailable
from taiyi_client.addresses import PORTS, addresses
from tests.services.run.processes import Serving


@pytest.mark.parametrize(
    ("text", "catalog", "scorer"),
    [
        ("gpu7", "gpu7:7401", "gpu7:7405"),
        ("gpu7:9000", "gpu7:9000", "gpu7:9000"),
        ("[::1]", "[::1]:7401", "[::1]:7405"),
        ("[::1]:9000", "[::1]:9000", "[::1]:9000"),
        ("unix:/run/taiyi", "unix:/run/taiyi", "unix:/run/taiyi"),
        ("scorer=gpu7:1, catalog=gpu8", "gpu8:7401", "gpu7:1"),
        ("", "127.0.0.1:7401", "127.0.0.1:7405"),
    ],
)
def test_an_address_is_of_one_server_or_of_each(monkeypatch, text, catalog, scorer):
    monkeypatch.delenv("TAIYI_SERVER", raising=False)
    found = addresses(text)
    assert set(found) == set(PORTS)
    assert (found["catalog"], found["scorer"]) == (catalog, scorer)


@pytest.mark.parametrize("text", ["a:b", "::1", "printer=x:1", "scorer=", "gpu7:99999"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match=r"address|SERVICE=HOST"):
        addresses(text)


def test_the_variable_says_where_if_nothing_else_does(monkeypatch):
    monkeypatch.setenv("TAIYI_SERVER", "gpu7")
    assert Client().addresses["trainer"] == "gpu7:7403"
    assert Client("gpu8").addresses["trainer"] == "gpu8:7403"


def test_pages_are_one_iterator(served):
    with Client(served.server) as client:
        whole = [template.name for template in client.renderer.templates(task="ner")]
        small = [template.name for template in client.renderer.templates(task="ner", page_size=2)]
    assert len(whole) > 4 and small == whole


def test_errors_are_of_kinds_that_a_caller_can_act_on(served):
    with Client(served.server) as client:
        with pytest.raises(NotFound) as missing:
            client.scorer.benchmark("benchmarks/none")
        assert missing.value.reason and served.addresses["scorer"] in str(missing.value)
        with pytest.raises(Refused) as refused:
            client.scorer.benchmark("no name")
        assert list(refused.value.fields) == ["name"]
        job = client.jobs.create(queue="gpu_large")
        client.jobs.cancel(job.name)
        with pytest.raises(Conflict):
            client.jobs.create(queue="gpu_default", request_id=client_request(client, job.name))


def client_request(client, name):
    """The request id of a job that exists already: made here, as jobs do not say theirs."""
    request = "5d1f2b2e-6d0c-4c34-9c0e-2d8f0d3f7a11"
    client.jobs.cancel(client.jobs.create(queue="gpu_large", request_id=request).name)
    return request


def test_nobody_there_is_unavailable_and_takes_no_longer_than_told():
    with Client("127.0.0.1:1", timeout_seconds=2.0) as client, pytest.raises(Unavailable) as away:
        next(client.catalog.corpora())
    assert away.value.code == "UNAVAILABLE" and "taiyi serve" in away.value.remedy


def test_a_token_is_sent_and_a_missing_one_is_said(house, quiet, tmp_path):
    token = tokens.create(tmp_path, "wang", "read")
    arguments = [
        "scorer",
        "renderer",
        "--port",
        "0",
        "--require-tokens",
        "--root",
        str(house),
        "--state",
        str(tmp_path),
    ]
    with Serving(arguments, quiet) as serving:
        serving.wait("all")
        with Client(serving.server) as client, pytest.raises(Refused) as refused:
            next(client.scorer.benchmarks())
        assert refused.value.code == "UNAUTHENTICATED" and "taiyi token create" in refused.value.remedy
        with Client(serving.server, token=token) as client:
            assert next(client.scorer.benchmarks()).name
            assert client.serving("scorer")


def test_a_watch_goes_on_after_its_server_was_killed(house, quiet, tmp_path):
    """Each event once, in order, over two lives of the server."""
    arguments = ["trainer", "renderer", "--port", "0", "--root", str(house), "--state", str(tmp_path)]
    with Serving(arguments, quiet) as serving, Client(serving.addresses_when_all()) as client:
        job = client.jobs.create(queue="gpu_default")
        seen: list[int] = []
        first = threading.Event()

        def watch():
            for event in client.jobs.watch(job.name):
                seen.append(event.sequence)
                first.set()

        watching = threading.Thread(target=watch)
        watching.start()
        assert first.wait(20)
        before = len(serving.events)
        os.kill(serving.process_of("trainer"), signal.SIGKILL)
        serving.wait("healthy", "trainer", after=before)
        client.jobs.cancel(job.name)
        watching.join(30)
        assert not watching.is_alive()
        assert seen == list(range(1, len(seen) + 1)) and len(seen) >= 2


def test_a_service_error_reads_as_one_sentence_with_its_reason():
    error = ServiceError("NOT_FOUND", "no job", reason="UNKNOWN_JOB", where="gpu7:7403 GetJob")
    assert str(error) == "gpu7:7403 GetJob: no job [UNKNOWN_JOB]"
