"""Commands that ask a server: what they print, as text and as JSON, and how they end."""

from __future__ import annotations

import json
import signal
import subprocess
import time

import pytest

from taiyi_client import Client
from tests.services.run.conftest import REQUEST
from tests.services.run.processes import TAIYI
from tests.taiyi import benchmark_house


def rows(result):
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def one(result):
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def until_synchronised(served):
    deadline = time.monotonic() + 30
    with Client(served.server) as client:
        while not any(client.catalog.corpora(page_size=1)):
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_the_catalog_lists_searches_and_shows(served, ask):
    until_synchronised(served)
    enrolled = rows(ask("catalog", "list", "--filter", "enrolled = true", "--json"))
    assert {row["name"] for row in enrolled} == {"corpora/sample_cdr", "corpora/sample_cmeee"}
    assert "corpora/diakg" in ask("catalog", "search", "糖尿病").stdout
    assert one(ask("catalog", "show", "sample_cdr"))["language"] == "en"
    assert one(ask("catalog", "licences", "sample_cdr", "--json"))["admitted"] is True
    assert len(rows(ask("catalog", "list", "--limit", 3, "--json"))) == 3


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["catalog", "show", "nowhere"], 3, "NOT_FOUND"),
        (["catalog", "show", "NOWHERE"], 2, "INVALID_FIELD"),
        (["catalog", "list", "--filter", "colour = 1"], 2, "INVALID"),
        (["jobs", "show", "0123456789abcdef"], 3, "NOT_FOUND"),
        (["jobs", "create", "--tokens", "data/nothing"], 2, "INVALID_FIELD"),
        (["jobs", "create", "--set", "nonsense"], 2, "INVALID_INPUT"),
        (["chat", "hello", "--adapter", "adapters/none"], 3, ""),
        (["extract", "text", "--task", "none"], 2, "INVALID_FIELD"),
        (["jobs", "list", "--server", "a:b:c"], 2, "INVALID_INPUT"),
        (["jobs", "list", "--server", "127.0.0.1:1"], 4, "UNAVAILABLE"),
    ],
)
def test_a_refusal_has_its_exit_status_and_reason(ask, arguments, status, reason):
    result = ask(*arguments, "--json")
    assert result.returncode == status, result.stderr
    error = json.loads(result.stderr)["error"]
    assert error["status"] == status and error["reason"].startswith(reason) and error["message"]


def test_an_error_says_what_where_and_what_to_do(ask):
    said = ask("jobs", "list", "--server", "127.0.0.1:1").stderr
    assert said.startswith("taiyi: 127.0.0.1:1 ListJobs: ") and "[UNAVAILABLE]\n" in said and "taiyi serve" in said


def test_health_is_an_exit_status(served, ask):
    assert ask("health", served.addresses["scorer"]).returncode == 0
    named = ask("health", served.addresses["scorer"], "--service", "taiyi_api.catalog.v1.CatalogService")
    assert named.returncode == 3
    assert ask("health", "127.0.0.1:1").returncode == 4


def test_the_model_answers_and_extracts(ask):
    assert ask("chat", "What is it?", "--max-new-tokens", 4).returncode == 0
    answer = one(ask("chat", "--max-new-tokens", 4, "--json", given="What is it?"))
    assert answer["turn"]["role"] == "assistant" and answer["usage"]["new_tokens"] <= 4
    found = one(ask("extract", "-", "--types", "disease", "--json", given="Asthma."))
    assert {"items", "parse_status", "mentions"} <= set(found)


def test_a_job_is_queued_once_watched_to_its_end_and_kept(ask):
    told = ["jobs", "create", "--set", "stage1.steps=2", "--request-id", REQUEST, "--json"]
    job = one(ask(*told))["name"]
    assert one(ask(*told))["name"] == job
    events = rows(ask("jobs", "watch", job, "--json"))
    assert [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["state"] == "JOB_STATE_SUCCEEDED"
    assert one(ask("jobs", "show", job))["adapter"].startswith("artefacts/")
    assert "SUCCEEDED" in ask("jobs", "list").stdout


def test_a_server_scores_as_this_machine_does(served, ask, house, taiyi, tmp_path):
    asked = benchmark_house.questions(house, benchmark_house.MENTIONS)
    rows = [{"id": one.id, "text": one.target if place % 3 else "?"} for place, one in enumerate(asked)]
    told = ["score", "--benchmark", benchmark_house.MENTIONS, "--pred", benchmark_house.lines(tmp_path / "p", rows)]
    here = [f"--{name}={house / 'data' / name}" for name in ("benchmarks", "templates")]
    here += [f"--descriptors={house / 'data/corpora'}", f"--corpora={house / 'data/raw'}"]
    local, remote = one(taiyi(*told, *here, "--json")), one(ask(*told, "--server", served.server, "--json"))
    assert remote["score"] == local["score"] and 0 < local["score"]["value"] < 1
    assert "figures x100" in ask(*told, "--server", served.server).stdout
    refused = ask(*told, *here, "--server", served.server)
    assert refused.returncode == 2 and "--corpora, --benchmarks" in refused.stderr


def test_a_server_renders_as_this_machine_does(served, ask, house, taiyi):
    told = ["render", "--corpus", "sample_cdr", "--split", "train", "--task", "ner", "--limit", 2, "--json"]
    remote = one(ask(*told, "--server", served.server))
    places = ["--descriptors", house / "data/corpora", "--templates", house / "data/templates"]
    local = one(taiyi(*told, *places, "--from", house / "data/raw"))
    assert [row["id"].partition("#")[0] for row in remote] == [row["id"].partition("#")[0] for row in local]
    assert [row["gold"] for row in remote] == [row["gold"] for row in local] and len(local) == 2


def test_ctrl_c_leaves_the_job_alone_and_says_how_to_go_on(served, ask, quiet):
    job = one(ask("jobs", "create", "--queue", "gpu_large", "--json"))["name"]  # nobody works on that queue here
    environment = quiet | {"TAIYI_SERVER": served.server}
    with subprocess.Popen(
        [TAIYI, "jobs", "watch", job], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as watch:
        assert watch.stdout and watch.stderr and "QUEUED" in watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        assert watch.wait(20) == 130
        assert f"taiyi jobs watch {job} --resume-after 1" in watch.stderr.read()
    assert one(ask("jobs", "show", job))["state"] == "JOB_STATE_QUEUED"
    assert one(ask("jobs", "cancel", job, "--json"))["state"] == "JOB_STATE_CANCELLED"
    ended = ask("jobs", "watch", job, "--resume-after", 1)
    assert ended.returncode == 1 and "CANCELLED" in ended.stdout
    assert one(ask("jobs", "retry", job, "--json"))["state"] == "JOB_STATE_QUEUED"
    assert ask("jobs", "cancel", job).returncode == 0


def test_help_is_there_at_once(taiyi):
    taiyi("--help")
    began = time.monotonic()
    result = taiyi("--help")
    spent = time.monotonic() - began
    print(f"taiyi --help: {spent:.2f} s")
    assert result.returncode == 0 and "serve" in result.stdout and "chat" in result.stdout
