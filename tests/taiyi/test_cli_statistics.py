"""`taiyi instructions plan` and `stats`, for people and for programs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from taiyi import cli, jsonl, layout
from taiyi.budget import Budget, Tally
from taiyi.instances import Instance
from taiyi.records import Turn

SWAPPED = "the printed columns of the two languages are swapped; 1,017 more are printed in English."


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert cli.main(["instructions", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["instructions", *arguments]) == 0
    return capsys.readouterr().out


@pytest.fixture
def house(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working tree with instances of two corpora."""
    (tmp_path / "data").mkdir()
    (tmp_path / layout.DESCRIPTORS).symlink_to(root / layout.DESCRIPTORS)
    (tmp_path / layout.PAPER.parent).symlink_to(root / layout.PAPER.parent)
    tally, rows = Tally(), []
    for number, (corpus, task, answer) in enumerate(
        [("bc5cdr", "ner", "a" * 40), ("bc5cdr", "re", "no"), ("mqp", "tp_ss", "A")] * 4
    ):
        turns = (Turn("user", "q" * 100), Turn("assistant", answer))
        identifier = f"{corpus}/train/{number}#{task}.en.t{1 + number % 2}"
        rows.append(Instance(id=identifier, task=task, language="en", style="taiyi", turns=turns, gold=((answer,),)))
        tally.add(rows[-1])
    parts = [
        tally.row(part, offered=n, wanted=n, weight=1.0, total=tally.total()) for part, n in tally.instances.items()
    ]
    for use in ("train", "dev", "test"):
        jsonl.write(tmp_path / layout.instructions(use), rows if use == "train" else [])
    budget = Budget(unit="characters", averaging="square", rows=tuple(parts))
    jsonl.write_json(tmp_path / layout.INSTRUCTIONS / layout.BUDGET, budget)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("house")
def test_the_plan_is_told_by_task_language_and_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    plan = answered(capsys, "plan")
    assert plan["total"] == sum(row["instances"] for row in plan["corpora"]) == 1_110_578
    assert plan["counts"]["ner"] == {"en": 43_650, "zh": 28_603}
    assert {"corpus": "kuake_qqr", "task": "tp_ss", "language": "zh", "instances": 10_000} in plan["corpora"]
    assert plan["differences"][0]["swapped"] and plan["differences"][0]["says"].endswith(SWAPPED)
    text = said(capsys, "plan")
    assert "1,110,578 instances" in text and "43,650" in text and SWAPPED in text


@pytest.mark.usefixtures("house")
def test_statistics_count_and_stand_beside_the_papers_table(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(capsys, "stats")
    assert [(c["corpus"], c["task"], c["instances"]) for c in found["statistics"]["counts"]] == [
        ("bc5cdr", "ner", 4),
        ("bc5cdr", "re", 4),
        ("mqp", "tp_ss", 4),
    ]
    ner = next(row for row in found["table_1"] if row["row"] == "Named Entity Recognition")
    assert (ner["here"], ner["planned"], ner["printed"]) == ([4, 0, 0], [43_650, 28_603, 0], [28_603, 44_667, 0])
    assert found["differences"][0]["says"].endswith(SWAPPED)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("by", "line"),
    [
        ("task", r"ner\s.\sen\s.\s4\s.\s0\s.\s0\s.\s100 / 100\s.\s40 / 40"),
        ("corpus", r"mqp\s.\stp_ss\s.\sen\s.\s4"),
        ("wording", r"ner\s.\sen\s.\st1:2 t2:2"),
    ],
)
def test_statistics_are_told_to_people_by_what_they_ask_for(
    capsys: pytest.CaptureFixture[str], by: str, line: str
) -> None:
    text = said(capsys, "stats", "--by", by)
    plain = re.sub(r" +", " ", text)
    assert re.search(line, plain), plain
    assert "square % (in force)" in text and SWAPPED in text


def test_statistics_of_nothing_say_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["instructions", "stats"]) == 2
    assert "dvc repro" in capsys.readouterr().err
