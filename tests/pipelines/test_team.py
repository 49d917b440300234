"""Team caches over a real S3-compatible server: shared, verified, refused where garbled, whole after a kill."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines import overlay
from taiyi import layout, samples, strict_yaml
from tests.pipelines import team_project
from tests.pipelines.team_project import FILES, Clone, Server

OBJECTS = FILES + 1 + 3
"""The files, their listing, the counts and two manifests."""


def named(request: pytest.FixtureRequest) -> str:
    """The test's name, as the remote's prefix and the start of its folders."""
    return str(re.sub(r"\W+", "-", request.node.name)[:60])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with team_project.serving(tmp_path_factory.mktemp("server") / "log.txt") as server:
        yield server


@pytest.fixture(scope="module")
def anna(tmp_path_factory: pytest.TempPathFactory, root: Path, server: Server) -> Clone:
    """The first person: has run everything, pushed it, and committed what git holds."""
    made = team_project.project(tmp_path_factory.mktemp("people") / "anna", root)
    added = made.taiyi("remote", "add", "team", "s3://team/anna", "--endpoint", server.endpoint)
    assert added.returncode == 0, added.stderr
    summary = made.repro()
    assert (summary["ran"], summary["pushed_objects"], summary["verified_manifests"]) == (["make", "count"], OBJECTS, 2)
    made.commit()
    return made


@pytest.fixture
def join(anna: Clone, server: Server, request: pytest.FixtureRequest) -> Callable[..., Clone]:
    """Somebody who clones the project; the remote is a copy of Anna's that only this test sees."""
    prefix = named(request)

    def clone(name: str = "ben", *, with_lock: bool = True) -> Clone:
        if not server.keys(prefix):
            for key in server.keys("anna"):
                server.put(key.replace("anna", prefix, 1), server.get(key))
        other = anna.cloned(f"{prefix}-{name}")
        (other.folder / ".dvc" / "config.local").write_text(f"['remote \"team\"']\n    url = s3://team/{prefix}\n")
        if not with_lock:
            (other.folder / "dvc.lock").unlink()
        return other

    return clone


def test_a_teammate_runs_nothing_and_gets_every_byte(anna: Clone, join: Callable[..., Clone]) -> None:
    ben = join()
    summary = ben.repro()
    assert ben.ran() == [] == summary["ran"]
    assert (sorted(summary["pulled"]), summary["verified_manifests"]) == (["count", "make"], 2)
    assert ben.files() == anna.files()


def test_what_one_changes_reaches_the_other_and_the_rest_is_not_run(join: Callable[..., Clone]) -> None:
    ben, carl = join(), join("carl")
    for clone in (ben, carl):
        (clone.folder / "seed.txt").write_text("another seed")
    assert ben.repro()["ran"] == ["make", "count"]
    summary = carl.repro()
    assert (carl.ran(), summary["pulled"], summary["restored"]) == ([], [], ["make", "count"])
    assert carl.files() == ben.files()


def test_a_garbled_file_is_refused_named_and_repaired(
    anna: Clone, join: Callable[..., Clone], server: Server, request: pytest.FixtureRequest
) -> None:
    ben, prefix = join(), named(request)
    oid = anna.oid("data/counts.json")
    server.put(server.key(prefix, oid), b"garbage")
    done = ben.taiyi("repro")
    assert done.returncode == 2
    assert "data/counts.json" in done.stderr and oid in done.stderr and "--repair" in done.stderr
    assert "counts.json" not in ben.files() and b"garbage" not in ben.files().values()
    assert ben.ran() == []

    found = anna_at(anna, prefix).taiyi("remote", "check", "--read", "--repair", "--json")
    assert found.returncode == 0, found.stderr
    assert [(row["path"], row["problem"], row["repaired"]) for row in json.loads(found.stdout)["wrong"]] == [
        ("data/counts.json", "garbled", True)
    ]
    assert server.get(server.key(prefix, oid)) == anna.files()["counts.json"]


def results(clone: Clone) -> dict[str, bytes]:
    """What was made, without the manifests: a stage that ran again says in its own under which code it did."""
    return {name: content for name, content in clone.files().items() if not name.startswith("manifests/")}


def anna_at(anna: Clone, prefix: str) -> Clone:
    """Anna's working copy with all its files, copied, at another remote."""
    other = Clone(anna.folder.parent / f"{prefix}-anna", anna.root)
    shutil.copytree(anna.folder, other.folder)
    (other.folder / ".dvc" / "config.local").write_text(f"['remote \"team\"']\n    url = s3://team/{prefix}\n")
    return other


@pytest.mark.parametrize("content", [b"garbage", b'[{"md5": "00000000000000000000000000000000", "relpath": "0.txt"}]'])
def test_a_garbled_listing_of_a_folder_is_refused_and_named(
    anna: Clone, join: Callable[..., Clone], server: Server, request: pytest.FixtureRequest, content: bytes
) -> None:
    ben = join()
    oid = anna.oid("data/many")
    server.put(server.key(named(request), oid), content)
    done = ben.taiyi("repro")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "data/many" in done.stderr and oid in done.stderr
    assert not [name for name in ben.files() if name.startswith("many/")]


def test_a_garbled_object_of_a_recorded_run_is_not_used_and_is_named(
    anna: Clone, join: Callable[..., Clone], server: Server, request: pytest.FixtureRequest
) -> None:
    ben = join(with_lock=False)
    oid = anna.oid("data/counts.json")
    server.put(server.key(named(request), oid), b"garbage")
    done = ben.taiyi("repro")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "data/counts.json" in done.stderr and oid in done.stderr
    assert ben.ran() == ["count"]
    assert results(ben) == results(anna)


def test_a_recorded_run_that_lies_is_found_by_the_manifests(
    anna: Clone, join: Callable[..., Clone], server: Server, request: pytest.FixtureRequest
) -> None:
    ben, prefix = join(with_lock=False), named(request)
    counts, lie = anna.oid("data/counts.json"), anna.oid("data/manifests/make.json")
    for key in server.keys(f"{prefix}/runs"):
        server.put(key, server.get(key).replace(counts.encode(), lie.encode()))
    pushed = server.keys(prefix)
    done = ben.taiyi("repro")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "data/counts.json (stage count): sha256" in done.stderr
    assert server.keys(prefix) == pushed


def test_a_push_that_was_killed_is_finished_by_the_next(
    join: Callable[..., Clone], server: Server, request: pytest.FixtureRequest
) -> None:
    ben, prefix = join(), f"{named(request)}-new"
    local = f"['remote \"team\"']\n    url = s3://team/{prefix}\n    jobs = 1\n"
    (ben.folder / ".dvc" / "config.local").write_text(local)
    process = subprocess.Popen(
        ben.command("repro", "--no-pull"),
        cwd=ben.folder,
        env=ben.env,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    while not (there := [key for key in server.keys(prefix) if "/files/" in key]) and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    files = ben.files()
    there = [key for key in server.keys(prefix) if "/files/" in key]
    print(f"killed with {len(there)} of {OBJECTS} objects pushed")
    assert 0 < len(there) < OBJECTS
    assert all(server.get(key) for key in there)

    summary = ben.repro()
    assert (summary["ran"], ben.ran(), ben.files()) == ([], ["make", "count"], files)
    assert len([key for key in server.keys(prefix) if "/files/" in key]) == OBJECTS


def test_a_file_that_the_remote_lost_is_sent_again_though_its_folder_is_listed(
    anna: Clone, join: Callable[..., Clone], server: Server, request: pytest.FixtureRequest
) -> None:
    prefix = named(request)
    join()
    lost = next(key for key in server.keys(f"{prefix}/files") if server.get(key) == b"a seed 7\n")
    server.delete(lost)
    summary = anna_at(anna, prefix).repro()
    assert (summary["ran"], summary["pushed_objects"]) == ([], 1)
    assert server.get(lost) == b"a seed 7\n"


def test_a_remote_that_is_down_leaves_everything_as_it_was(anna: Clone, join: Callable[..., Clone]) -> None:
    ben = join()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        down = f"['remote \"team\"']\n    endpointurl = http://127.0.0.1:{taken.getsockname()[1]}\n"
        (ben.folder / ".dvc" / "config.local").write_text(down)
        before = (ben.files(), (ben.folder / "dvc.lock").read_bytes())
        done = ben.taiyi("repro")
        assert done.returncode == 2
        assert "cannot be reached" in done.stderr and "--no-pull --no-push" in done.stderr
        assert (ben.files(), (ben.folder / "dvc.lock").read_bytes()) == before

        pushing = ben.taiyi("repro", "--no-pull")
        assert pushing.returncode == 2 and "what was computed is here" in pushing.stderr
        assert ben.repro("--no-pull", "--no-push")["ran"] == []
        assert results(ben) == results(anna)


def test_keys_that_are_missing_are_asked_for(join: Callable[..., Clone]) -> None:
    ben = join()
    del ben.env["AWS_ACCESS_KEY_ID"], ben.env["AWS_SECRET_ACCESS_KEY"]
    done = ben.taiyi("repro")
    assert done.returncode == 2
    assert "AWS_ACCESS_KEY_ID" in done.stderr and "config.local" in done.stderr


def test_a_bucket_that_does_not_exist_is_said_so(join: Callable[..., Clone]) -> None:
    ben = join()
    (ben.folder / ".dvc" / "config.local").write_text("['remote \"team\"']\n    url = s3://nowhere/x\n")
    done = ben.taiyi("repro", "--no-pull")
    assert done.returncode == 2
    assert "make the bucket" in done.stderr


def test_a_remote_without_verification_is_not_used(join: Callable[..., Clone]) -> None:
    ben = join()
    (ben.folder / ".dvc" / "config.local").write_text("['remote \"team\"']\n    verify = false\n")
    done = ben.taiyi("repro")
    assert done.returncode == 2
    assert "dvc remote modify team verify true" in done.stderr


def test_a_key_in_the_shared_settings_is_refused(join: Callable[..., Clone]) -> None:
    ben = join()
    config = ben.folder / ".dvc" / "config"
    config.write_text(config.read_text() + "    secret_access_key = secret\n")
    done = ben.taiyi("repro")
    assert done.returncode == 2
    assert "secret_access_key" in done.stderr and "--local" in done.stderr


def test_without_a_remote_it_is_dvc_repro_and_says_so(join: Callable[..., Clone]) -> None:
    ben = join()
    (ben.folder / ".dvc" / "config").write_text("[core]\n    analytics = false\n")
    (ben.folder / ".dvc" / "config.local").unlink()
    done = ben.taiyi("repro", "make")
    assert done.returncode == 0, done.stderr
    assert "no remote" in done.stderr and "no remote" in done.stdout
    assert ben.ran() == ["make"]


def test_a_stage_that_fails_is_named_and_nothing_is_pushed(
    join: Callable[..., Clone], server: Server, request: pytest.FixtureRequest
) -> None:
    ben = join()
    (ben.folder / "stage.py").write_text("raise SystemExit(3)\n")
    pushed = server.keys(named(request))
    done = ben.taiyi("repro")
    assert done.returncode == 2
    assert "make" in done.stderr and "nothing was pushed" in done.stderr
    assert server.keys(named(request)) == pushed


def test_the_pipeline_is_shared_from_native_files_to_curated_records(
    tmp_path: Path, root: Path, server: Server
) -> None:
    dora = team_project.project(tmp_path / "dora", root)
    samples.write(tmp_path / "all", documents=20, seed=13)
    shutil.copytree(tmp_path / "all" / "sample_intent", dora.folder / "native" / "sample_intent")
    tiny = {"preset": "test", "raw": {"folder": "native"}, "corpora": ["sample_intent"]}
    overlay.working_copy(dora.folder, overlay.merged(strict_yaml.load(root / layout.PARAMS), tiny), root)
    assert dora.taiyi("remote", "add", "team", "s3://team/dora", "--endpoint", server.endpoint).returncode == 0
    assert dora.repro("curate")["ran"] == ["acquire", "harmonize@sample_intent", "curate"]
    dora.commit()
    emil = dora.cloned("emil")
    summary = emil.repro("curate")
    assert (summary["ran"], sorted(summary["pulled"])) == ([], ["acquire", "curate", "harmonize@sample_intent"])
    assert summary["verified_manifests"] == 3
    made = dora.files()
    assert emil.files() == made
    assert any(name.startswith("curated/train/") for name in made)
