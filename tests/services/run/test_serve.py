"""`taiyi serve`: everything healthy, what dies comes back, what is told to end ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time

import pytest

from taiyi_client import Client
from tests.services.run.processes import TAIYI, Serving

LIMIT_SECONDS = 15.0
SMALL = ["renderer", "scorer"]


@pytest.fixture
def small(house, quiet, tmp_path):
    """Two services that start fast, with a state of their own."""
    arguments = [*SMALL, "--port", "0", "--root", str(house), "--state", str(tmp_path / "state"), "--grace", "1"]
    with Serving(arguments, quiet) as serving:
        serving.wait("all")
        yield serving


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def gone(processes, seconds=20):
    deadline = time.monotonic() + seconds
    while any(map(alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(alive, processes))


def test_everything_is_healthy_in_time(served):
    healthy = {one["service"]: one["seconds"] for one in served.events if one["event"] == "healthy"}
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    print(f"healthy after: {healthy}; load {busy:.1f} per processor")
    assert set(healthy) == {"catalog", "renderer", "trainer", "inference", "scorer", "worker"}
    assert max(healthy.values()) < LIMIT_SECONDS * busy


def test_each_service_takes_calls_at_the_address_that_was_said(served):
    with Client(served.server) as client:
        assert {name: client.serving(name) for name in client.addresses} == dict.fromkeys(client.addresses, True)


def test_a_killed_service_is_started_again_at_its_address_and_the_others_go_on(small):
    victim, other, address = small.process_of("scorer"), small.process_of("renderer"), small.addresses["scorer"]
    before = len(small.events)
    os.kill(victim, signal.SIGKILL)
    died = small.wait("died", "scorer", after=before)
    assert died["exit_code"] == -signal.SIGKILL
    assert "started again in" in died["message"] and "scorer.log" in died["message"]
    small.wait("healthy", "scorer", after=before)
    assert small.addresses["scorer"] == address
    assert small.process_of("scorer") != victim and small.process_of("renderer") == other
    with Client(small.server) as client:
        assert client.serving("scorer")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_in_order(small, number):
    processes = [small.process_of(name) for name in SMALL]
    assert small.end(number) == 0
    assert gone(processes, 1)
    assert {one["service"] for one in small.events if one["event"] == "ended" and not one.get("exit_code")} == set(
        SMALL
    )


def test_killed_it_leaves_nothing_running(small):
    processes = [small.process_of(name) for name in SMALL]
    small.end(signal.SIGKILL)
    assert gone(processes)


def test_a_second_one_over_the_same_state_is_refused(small, taiyi, house, tmp_path):
    result = taiyi("serve", *SMALL, "--port", "0", "--root", house, "--state", tmp_path / "state")
    assert result.returncode == 5
    assert f"process {small.process.pid} is at work here" in result.stderr


def test_an_address_that_is_taken_is_said_and_ends_all(taiyi, house, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1] - 4  # the scorer's is four after the first
        result = taiyi("serve", *SMALL, "--port", port, "--root", house, "--state", tmp_path)
    assert result.returncode == 2
    assert f"127.0.0.1:{port + 4} cannot be listened on" in result.stderr


def test_a_database_that_is_away_at_the_start_is_waited_for(house, quiet, tmp_path):
    database = {"TAIYI_DATABASE": "postgresql://nobody:secret@127.0.0.1:1/none"}
    arguments = ["trainer", "scorer", "--port", "0", "--root", str(house), "--state", str(tmp_path)]
    with Serving(arguments, quiet | database) as serving:
        died = serving.wait("died", "trainer")
        assert "does not answer" in died["message"] and "started again in" in died["message"]
        assert "secret" not in died["message"]
        serving.wait("started", "trainer", after=serving.events.index(died))
        serving.wait("healthy", "scorer")
        assert serving.end() == 0


def test_a_folder_that_is_no_repository_is_refused(taiyi, tmp_path):
    result = taiyi("serve", "--root", tmp_path)
    assert result.returncode == 2
    assert "no params.yaml there" in result.stderr and "--root FOLDER" in result.stderr


def test_other_machines_are_not_let_in_by_accident(taiyi, house, tmp_path):
    result = taiyi("serve", "scorer", "--host", "0.0.0.0", "--port", "0", "--root", house, "--state", tmp_path)
    assert result.returncode == 2
    assert "needs TLS and tokens" in result.stderr


def test_one_service_runs_in_this_process_with_its_log_beside_it(house, quiet, tmp_path):
    command = [TAIYI, "serve", "scorer", "--port", "0", "--json", "--root", str(house), "--state", str(tmp_path)]
    with subprocess.Popen(command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stderr
        said = json.loads(process.stdout.readline())
        assert (said["event"], said["process"]) == ("listening", process.pid)
        with Client(said["address"]) as client:
            assert client.serving("scorer")
        process.terminate()
        log = [json.loads(line) for line in process.stderr.read().splitlines()]
        assert process.wait(20) == 0
    assert [row["event"] for row in log if row["event"] in ("serving", "draining", "stopped")] == [
        "serving",
        "draining",
        "stopped",
    ]
