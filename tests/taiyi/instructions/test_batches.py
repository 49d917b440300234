"""Records in batches: the instances of `render`, encoded as files hold them, in batches that stay small."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from taiyi import jsonl
from taiyi.instances import Instance
from taiyi.instructions import Wording, render
from taiyi.instructions.batches import Sizes, batches, slice_of
from taiyi.ledger import Ledger
from taiyi.records import Pair
from taiyi.tasks import TaskSpec

RECORDS = [
    Pair(id=f"own/test/{n}", language="en", text_1=f"one {'x' * n}", text_2="other", score=1.0) for n in range(20)
]
SPECS = {"tp_ss": TaskSpec()}


@pytest.fixture
def wording(root: Path) -> Wording:
    return Wording(style="taiyi", folder=root / "data/templates", seed=1, count=3)


@pytest.mark.parametrize("sizes", [Sizes(), Sizes(rows=1), Sizes(rows=7), Sizes(bytes=1000), Sizes(records=3)])
def test_batches_of_any_size_are_together_the_instances(wording: Wording, sizes: Sizes) -> None:
    expected = [
        jsonl.encode(one).decode()
        for record in RECORDS
        for one in render(record, "tp_ss", SPECS["tp_ss"], wording, Ledger())
    ]
    found = list(batches(RECORDS, SPECS, wording, sizes))
    assert [line for batch in found for line in batch.instances] == expected
    assert all(len(batch.instances) <= sizes.rows for batch in found)
    counted = [batch.records for batch in found]
    assert counted == sorted(counted) and counted[-1] == len(RECORDS)
    assert msgspec.json.decode(found[0].instances[0], type=Instance).record == "own/test/0"


def test_an_instance_that_is_too_long_leaves_a_row(wording: Wording) -> None:
    found = list(batches(RECORDS[:2], SPECS, wording, Sizes(longest=10)))
    rows = [row for batch in found for row in batch.ledger]
    assert len(rows) == 6 and {row.rule for row in rows} == {"too_long_to_send"}
    assert not any(batch.instances for batch in found)


@pytest.mark.parametrize("skip, limit", [(0, 0), (3, 4), (9, 3), (10, 0), (12, 2), (20, 0), (99, 1)])
def test_a_slice_goes_on_over_the_ends_of_files(tmp_path: Path, skip: int, limit: int) -> None:
    paths = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for path, part in zip(paths, (RECORDS[:10], RECORDS[10:]), strict=True):
        jsonl.write(path, part)
    expected = RECORDS[skip:][: limit or None]
    assert list(slice_of(paths, skip=skip, limit=limit)) == expected
