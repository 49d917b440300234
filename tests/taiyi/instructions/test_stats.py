"""What the statistics say of a folder of instructions is what lies in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from taiyi import jsonl, layout
from taiyi.budget import Budget, Part, Tally
from taiyi.errors import NotReady
from taiyi.instances import Instance
from taiyi.instructions.stats import Lengths, statistics
from taiyi.records import Turn


def instance(use: str, key: int, answer: str, *, task: str = "tc", template: str = "t1") -> Instance:
    turns = (Turn("user", "x" * key), Turn("assistant", "ok"), Turn("user", "?"), Turn("assistant", answer))
    identifier = f"c/{use}/{key}#{task}.en.{template}"
    return Instance(id=identifier, task=task, language="en", style="taiyi", turns=turns, gold=((answer,),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    train = [instance("train", key, "a" * (key % 10), template=f"t{1 + key % 3}") for key in range(100)]
    train.append(instance("train", 7, "a b c", task="ner"))
    jsonl.write(tmp_path / "train.jsonl", train)
    jsonl.write(tmp_path / "dev.jsonl", train[:0])
    jsonl.write(tmp_path / "test.jsonl", [instance("test", 5, "yes")])
    tally = Tally()
    for each in train:
        tally.add(each)
    rows = tuple(
        tally.row(Part("c", task, "en"), offered=200, wanted=150, weight=0.5, total=tally.total())
        for task in ("tc", "ner")
    )
    jsonl.write_json(tmp_path / layout.BUDGET, Budget(unit="characters", averaging="token", rows=rows))
    return tmp_path


def test_instances_are_counted_by_use_and_task_with_their_lengths_and_wordings(folder: Path) -> None:
    ner, tc, test = statistics(folder).counts
    assert [(c.use, c.task, c.instances) for c in (tc, ner, test)] == [
        ("train", "tc", 100),
        ("train", "ner", 1),
        ("test", "tc", 1),
    ]
    assert tc.wordings == {"t1": 34, "t2": 33, "t3": 33}
    assert tc.answers == Lengths(median=4, p95=9, longest=9, total=450)
    assert test.prompts == Lengths(5 + 2 + 1, 8, 8, 8), "all turns before the answer"


def test_the_budget_is_the_one_that_was_written_unless_other_units_are_asked_for(folder: Path) -> None:
    written = jsonl.read_json(folder / layout.BUDGET, Budget)
    assert statistics(folder).budget == written
    words = statistics(folder, lambda text: len(text.split()), "words")
    assert (words.unit, words.budget.unit, words.budget.averaging) == ("words", "words", "token")
    ner = next(row for row in words.budget.rows if row.task == "ner")
    assert (ner.units, ner.answers, ner.offered, ner.wanted, ner.weight) == (2 + 4, 2, 200, 150, 0.5)
    assert ner.shares != next(row.shares for row in written.rows if row.task == "ner")
    assert sum(row.shares["token"] for row in words.budget.rows) == pytest.approx(1)


def test_without_instances_one_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="dvc repro"):
        statistics(tmp_path)
