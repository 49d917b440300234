"""The benchmark of instructions: its records are as large as it says, and all it compares write the same instances."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import instructions, instructions_peers
from taiyi import jsonl


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records") / "records.jsonl"
    jsonl.write(path, instructions.documents(40))
    return path


def test_records_have_one_and_a_half_to_two_kilobytes(records: Path) -> None:
    assert 1500 <= records.stat().st_size / 40 <= 2000


@pytest.mark.parametrize("peer", [name for name in instructions.RENDERED if name not in ("taiyi", "datasets.map")])
def test_a_peer_writes_the_instances_that_we_write(peer: str, records: Path, tmp_path: Path) -> None:
    instructions_peers.taiyi_render(records, tmp_path / "ours")
    instructions_peers.RENDER[peer](records, tmp_path / "theirs")
    ours, theirs = ((tmp_path / name).read_bytes().splitlines() for name in ("ours", "theirs"))
    assert len(ours) == 40 and list(map(json.loads, theirs)) == list(map(json.loads, ours))


def test_instances_are_of_many_tasks_and_both_languages(tmp_path: Path) -> None:
    made = instructions.instances(800, tmp_path / "samples")
    assert len({instance.task for instance in made}) > 10
    assert {instance.language for instance in made} == {"en", "zh"}
