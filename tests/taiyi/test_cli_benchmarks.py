"""`taiyi benchmarks`: list, show, questions, parity, as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taiyi import cli, jsonl, layout
from taiyi.evaluation.results import SCORES, BenchmarkResult, Evaluation
from taiyi.instances import Instance
from taiyi.metrics import Score

MINE = """\
title: Sample abstracts, entities
group: supplementary
corpus: sample_cdr
split: test
n: 7
unit: abstracts
task: ner
language: en
metric: {name: set_f1}
"""


@pytest.fixture(autouse=True)
def inside(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert cli.main(["benchmarks", *arguments]) == 0
    return capsys.readouterr().out


def test_all_benchmarks_or_those_of_a_group_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(json.loads(said(capsys, "list", "--json", "--group", "main"))) == 13
    table = said(capsys, "list")
    assert "biored" in table and "held out" in table and "paramed_en2zh" in table


def test_every_benchmark_can_be_shown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in sorted((root / layout.BENCHMARKS).glob("*.yaml")):
        shown = json.loads(said(capsys, "show", path.stem, "--json"))
        assert shown["id"] == path.stem and all("version:" in text for text in shown["signatures"])
    text = said(capsys, "show", "kuake_qic_dev")
    assert "疾病描述 = 疾病表述" in text and "macro-F1 over labels" in text


@pytest.fixture
def mine(tmp_path: Path) -> list[str]:
    """A benchmark of our own over a sample corpus, as options."""
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "mine.yaml").write_text(MINE, encoding="utf-8")
    assert cli.main(["samples", str(tmp_path / "raw"), "--documents", "20"]) == 0
    return ["mine", "--benchmarks", str(tmp_path / "benchmarks"), "--corpora", str(tmp_path / "raw")]


def test_adding_a_benchmark_is_one_file(mine: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "questions.jsonl"
    assert cli.main(["benchmarks", "questions", *mine, "--out", str(out)]) == 0
    printed = capsys.readouterr()
    found = list(jsonl.read(out, Instance))
    assert found and all(instance.id.startswith("sample_cdr/test/") for instance in found)
    assert f"mine: {len(found)} questions, officially 7: a part of the benchmark, or another version" in printed.err


def test_questions_go_to_standard_output_without_their_gold(
    mine: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [json.loads(line) for line in said(capsys, "questions", *mine, "--out", "-", "--without-gold").splitlines()]
    assert rows and all(set(row) == {"id", "task", "language", "style", "turns"} for row in rows)
    assert [turn["role"] for turn in rows[0]["turns"]] == ["user"]


def test_a_misspelt_benchmark_is_refused_with_what_is_close(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["benchmarks", "show", "bc5cdr_chemical"]) == 2
    assert "did you mean 'bc5cdr_chem'" in capsys.readouterr().err


def test_the_parity_sheet_is_printed_of_an_evaluation_and_of_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "a slip" in said(capsys, "parity")
    score = Score("f1", 0.8, 0.0, "empty answer", 3000, "", {})
    result = BenchmarkResult(
        "chemdner", "chemdner", "ner", "en", 3000, score, {}, {}, benchmark="chemdner", interval=(0.79, 0.81)
    )
    jsonl.write_json(tmp_path / SCORES, Evaluation(0.8, 0.0, 3000, {}, (result,)))
    assert "+0.1 (-0.9 to +1.1)" in said(capsys, "parity", str(tmp_path))
    sheet = json.loads(said(capsys, "parity", str(tmp_path), "--json"))
    assert (sheet["asked"], sheet["whole"], sheet["of"], sheet["ours"]) == (1, 1, 13, None)


def test_the_metrics_are_listed_with_their_settings_and_one_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    listed = {one["name"]: one for one in json.loads(said(capsys, "metrics", "--json"))}
    assert listed["set_f1"]["settings"]["case"] == "mixed" and listed["accuracy"]["settings"] == {}
    assert "set_f1" in said(capsys, "metrics")
    assert "off_schema dropped" in " ".join(said(capsys, "metrics", "set_f1").split())


def test_a_wrong_metric_is_answered_with_what_is_close(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["benchmarks", "metrics", "set_f"]) != 0
    assert "set_f1" in capsys.readouterr().err
