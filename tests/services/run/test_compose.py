"""docker-compose.yml: it is one, it keeps our rules, and the same processes work on a real PostgreSQL and a real Redis."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import pytest
import redis

from taiyi import strict_yaml
from taiyi_client import Client, Unavailable
from taiyi_client.addresses import PORTS
from tests.services import postgres
from tests.services.run.processes import TAIYI

REDIS = os.environ.get("TAIYI_TEST_REDIS", "redis://127.0.0.1:6379")
OTHERS = ("postgres", "valkey", "s3")
OURS = ("migrate", *PORTS, "worker", "gpu-worker")


@pytest.fixture(scope="module")
def composed(root: Path):
    import yaml

    return yaml.safe_load((root / "docker-compose.yml").read_text(encoding="utf-8"))


def services(composed):
    return composed["services"]


def test_it_is_what_compose_takes(composed):
    """By the compose specification's own schema, which check-jsonschema ships."""
    found = importlib.util.find_spec("check_jsonschema")
    if not found or not found.origin:
        pytest.skip("check-jsonschema, which ships the schema, is not installed")
    import jsonschema

    path = next(Path(found.origin).parent.rglob("compose-spec.json"))
    schema = msgspec.json.decode(path.read_bytes())
    jsonschema.validate(composed, schema)
    broken = {**composed, "services": {"x": {"image": "x", "no_such_key": 1}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_all_that_is_waited_for_mounted_and_configured_exists(composed):
    named, volumes = set(services(composed)), set(composed["volumes"])
    for name, one in services(composed).items():
        assert set(one.get("depends_on", {})) <= named, name
        mounts = [mount.partition(":")[0] for mount in one.get("volumes", [])]
        assert {mount for mount in mounts if re.fullmatch(r"[a-z0-9-]+", mount)} <= volumes, name
        assert {config["source"] for config in one.get("configs", [])} <= set(composed.get("configs", {})), name
        for other, how in one.get("depends_on", {}).items():
            waits = how["condition"] == "service_healthy"
            assert not waits or "healthcheck" in services(composed)[other], (name, other)


def test_versions_are_pinned_and_ports_are_for_this_machine(composed):
    for name, one in services(composed).items():
        image = one["image"]
        assert image == "taiyi" or re.search(r":\d+\.\d+", image), name
        assert all(str(port).startswith("127.0.0.1:") for port in one.get("ports", [])), name


def test_what_runs_for_long_is_checked_restarted_and_given_time_to_end(composed):
    for name in (*PORTS, *OTHERS):
        one = services(composed)[name]
        assert one["restart"] == "unless-stopped" and one["healthcheck"]["test"][0] == "CMD", name
        assert int(one["stop_grace_period"].removesuffix("s")) >= 30, name
    for name in ("worker", "gpu-worker"):
        assert int(services(composed)[name]["stop_grace_period"].removesuffix("s")) > 60, name


def test_nothing_of_ours_runs_as_root(composed, root):
    assert {services(composed)[name]["user"] for name in OURS} == {"taiyi"}
    assert re.search(r"^USER taiyi$", (root / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)


def test_each_health_check_asks_the_port_that_its_service_has(composed):
    for name, port in PORTS.items():
        one = services(composed)[name]
        assert one["command"] == ["taiyi", "serve", name]
        assert one["healthcheck"]["test"] == ["CMD", "taiyi", "health", f"127.0.0.1:{port}"]
        assert one["ports"][0].endswith(f":{port}")


@pytest.fixture
def broker() -> Iterator[str]:
    """The URL of an empty Redis database, emptied afterwards; skips where no server answers."""
    for number in range(15, 3, -1):
        url = f"{REDIS}/{number}"
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=3) as server:
                if server.dbsize() or not server.set("taiyi_test", secrets.token_hex(4), nx=True, ex=600):
                    continue
                yield url
                server.flushdb()
                return
        except redis.ConnectionError as error:
            pytest.skip(f"no Redis at {REDIS} (TAIYI_TEST_REDIS): {error}")
    pytest.skip("every Redis database is in use")


def free_ports(count):
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


@contextmanager
def running(processes):
    """Processes by their log, (command, environment) each; told to end as `docker compose stop` does, which they must do
    in order.
    """
    with ExitStack() as stack:
        started = {}
        for log, (command, environment) in processes.items():
            out = stack.enter_context(log.open("w"))
            started[log] = subprocess.Popen([TAIYI, *command[1:]], env=environment, stdout=out, stderr=out)
        try:
            yield
        finally:
            for process in started.values():
                process.terminate()
            ends = {log.name: process.wait(60) for log, process in started.items()}
    assert set(ends.values()) == {0}, ends


def filled(environment, values):
    """Variables of the compose file with their defaults, and what stands for the network and the volumes."""
    plain = {name: re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", str(value)) for name, value in environment.items()}
    return {name: value for name, value in {**plain, **values}.items() if value}


def test_the_same_topology_trains_a_job_on_postgresql_and_redis(composed, house, quiet, taiyi, broker, tmp_path):
    """The commands and environments of the file, as plain processes; only addresses and folders are others."""
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    with postgres.fresh() as url, ExitStack() as stack:
        here = {"TAIYI_ROOT": str(house), "TAIYI_STATE": str(tmp_path), "TAIYI_DATABASE": url, "TAIYI_BROKER": broker}

        def environment(name):
            given = filled(services(composed)[name]["environment"], here)
            return quiet | given | ({"TAIYI_HOST": "127.0.0.1"} if "TAIYI_HOST" in given else {})

        migrated = taiyi(*services(composed)["migrate"]["command"][1:], **environment("migrate"))
        assert migrated.returncode == 0, migrated.stderr
        processes = {}
        for name in (*PORTS, "worker"):
            command = [*services(composed)[name]["command"], *(["--port", str(ports[name])] if name in ports else [])]
            processes[tmp_path / f"{name}.txt"] = command, environment(name)
        stack.enter_context(running(processes))
        server = ",".join(f"{name}=127.0.0.1:{port}" for name, port in ports.items())
        healthy(server)
        assert taiyi("health", f"127.0.0.1:{ports['scorer']}").returncode == 0
        with Client(server) as client:
            job = client.jobs.wait(client.jobs.create(train={"stage1": {"steps": 2}}).name)
            assert job.adapter.startswith("artefacts/"), (job.reason, job.message)
            assert client.inference.chat("Hello", timeout_seconds=60).turn.role == "assistant"
        doctor = json.loads(taiyi("doctor", "--json", **environment("catalog"), TAIYI_SERVER=server).stdout)
        assert doctor["fine"] and any("answers" in check["found"] for check in doctor["checks"])


def healthy(server, seconds=120):
    """Ask as the health checks do, until each has said yes."""
    deadline = time.monotonic() + seconds
    with Client(server) as client:
        for name in client.addresses:
            while not serving(client, name):
                assert time.monotonic() < deadline, name
                time.sleep(0.2)


def serving(client, name):
    try:
        return client.serving(name)
    except Unavailable:
        return False


def test_the_file_has_no_key_twice(root):
    assert strict_yaml.load(root / "docker-compose.yml")
